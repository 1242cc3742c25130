"""HTTP in and out of coding, by subject."""

from services.coding.api import claims, fees, policies, preview, references, replays, rules

ROUTERS = (
    preview.reads,
    claims.commands,
    claims.reads,
    fees.reads,
    policies.reads,
    references.reads,
    replays.commands,
    rules.reads,
)
