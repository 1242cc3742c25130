"""HTTP in and out of coding, by subject."""

from services.coding.api import claims, fees, policy, preview, references, replays, rules

ROUTERS = (
    preview.reads,
    claims.commands,
    claims.reads,
    fees.reads,
    policy.reads,
    references.reads,
    replays.commands,
    rules.reads,
)
