"""Coordination of benefits: another payer comes first, or its result was not sent."""

from services.denials.domain.finding import Denied, Finding

CODES = frozenset({"19", "22", "109", "136", "MA83", "MA92", "N418", "N104", "227", "B11", "219"})
PRIMARY_RESULT = frozenset({"129", "MA04", "N4", "N479"})


def other_payer(denied: Denied) -> Finding:
    """The other payer is billed first."""
    return Finding(
        "coordination_of_benefits",
        "intake",
        "bill_other_payer",
        "Another payer comes before this one.",
        denied.place("/story/coverage/other_payer"),
        origin=denied.coverage.event_id,
        counterfactual="The other coverage asked for at intake.",
    )


def primary_result(denied: Denied) -> Finding:
    """The claim goes again with the primary payer's result."""
    return Finding(
        "coordination_of_benefits",
        "follow_up",
        "corrected_claim",
        "The primary payer's result is missing or does not fit; it is sent with the claim.",
        denied.place(),
    )
