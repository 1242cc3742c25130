"""The contract's documents and events, to and from the domain."""

from services.coding.wire.claim import claim_document
from services.coding.wire.difference import ClaimDifference, difference
from services.coding.wire.encounter import encounter_of
from services.coding.wire.events import (
    accepted_of,
    authorization_of,
    documented_of,
    rejected_of,
    result_of,
    visit_of,
)
from services.coding.wire.explanation import LineExplanation, explanation
from services.coding.wire.preview import Preview, charges_of, interpreted, preview_facts

__all__ = [
    "ClaimDifference",
    "LineExplanation",
    "Preview",
    "accepted_of",
    "authorization_of",
    "charges_of",
    "claim_document",
    "difference",
    "documented_of",
    "encounter_of",
    "explanation",
    "interpreted",
    "preview_facts",
    "rejected_of",
    "result_of",
    "visit_of",
]
