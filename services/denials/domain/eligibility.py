"""Eligibility: coverage on the date, the member's identity, and the provider's enrolment."""

from services.denials.domain.finding import Denied, Finding
from services.denials.domain.story import UNKNOWN, CoverageFacts

IDENTITY = frozenset({"31", "140", "MA27", "MA36", "N382", "MA61"})
COVERAGE = frozenset({"24", "26", "27", "32", "177", "200", "N30", "N103"})
ENROLMENT = frozenset({"8", "185", "B7", "170", "171", "172", "208", "N95"})


def coverage(denied: Denied) -> Finding:
    """An active answer for the service date disputes the payer; else it is the wrong payer."""
    held = denied.coverage
    if _active_on_the_day(held, denied):
        return Finding(
            "eligibility",
            "follow_up",
            "appeal",
            "Coverage was verified as active for the service date; the end came afterwards.",
            denied.place("/story/coverage"),
        )
    patient = all(each.group_code == "PR" for each in denied.adjustments)
    return Finding(
        "eligibility",
        "intake",
        "bill_patient" if patient else "bill_other_payer",
        "The patient was not covered by this payer on the service date.",
        denied.place("/story/coverage"),
        origin=held.event_id,
        counterfactual="Coverage verified for the service date before the visit.",
    )


def identity(denied: Denied) -> Finding:
    """The payer does not know the member as sent."""
    held = denied.coverage
    if _active_on_the_day(held, denied) and held.member_id_matches is True:
        return Finding(
            "eligibility",
            "follow_up",
            "appeal",
            "The member id was verified as active for the service date.",
            denied.place("/story/coverage/member_id_matches"),
        )
    return Finding(
        "eligibility",
        "intake",
        "corrected_claim",
        "The payer does not find the member as sent; the id or the name is corrected.",
        denied.place("/story/coverage/member_id_matches"),
        origin=held.event_id,
        counterfactual="The member id taken from the payer's own answer.",
    )


def enrolment(denied: Denied) -> Finding:
    """The provider is not set up with the payer for the service."""
    return Finding(
        "eligibility",
        "follow_up",
        "corrected_claim",
        "The provider's enrolment or specialty does not fit; it is set up before sending again.",
        denied.place(),
    )


def _active_on_the_day(held: CoverageFacts, denied: Denied) -> bool:
    if held.status != "active":
        return False
    on = denied.claim.date_of_service
    starts, ends = held.valid_from, held.valid_to
    if starts is not UNKNOWN and starts is not None and on < starts:
        return False
    return ends is UNKNOWN or ends is None or on <= ends
