"""Authorization: none, not covering, left off the claim, or sent and ignored."""

from services.denials.domain.finding import Denied, Finding
from services.denials.domain.story import UNKNOWN, AuthorizationFacts

CODES = frozenset(
    {"15", "39", "95", "197", "198", "210", "243", "284", "287", "288", "296", "302"}
    | {"M62", "N54", "N426", "183", "184", "242", "279", "N489", "N574"}
)


def authorization(denied: Denied) -> Finding:
    """The answer of the payer before the visit decides."""
    number = denied.claim.authorization_number
    if denied.coverage.authorization_required is False:
        return _finding(
            denied,
            "The payer said that none was needed.",
            "/story/coverage/authorization_required",
        )
    known = denied.story.authorizations
    if known is UNKNOWN:
        return Finding(
            "authorization_failure",
            "intake",
            "review",
            "Authorization was denied; what was asked of the payer is not known.",
            denied.place("/claim/authorization_number"),
        )
    valid = [(place, each) for place, each in enumerate(known or ()) if _covers(each, denied)]
    if not valid:
        tried = known[0] if known else None
        return Finding(
            "authorization_failure",
            "intake",
            "retro_authorization",
            "No approved authorization covers the service on its date.",
            denied.place("/story/authorizations"),
            origin=denied.coverage.event_id if tried is None else tried.event_id,
            counterfactual="An authorization approved for the code before the visit.",
        )
    sent = [(place, each) for place, each in valid if each.number == number]
    place, approved = (sent or valid)[0]
    if not sent:
        return Finding(
            "authorization_failure",
            "coding",
            "corrected_claim",
            "An approval was on file and its number is not on the claim.",
            denied.place("/claim/authorization_number", f"/story/authorizations/{place}"),
            counterfactual=f"Authorization number {approved.number} on the claim.",
        )
    return _finding(
        denied, "The number sent is valid for the service.", f"/story/authorizations/{place}"
    )


def _finding(denied: Denied, says: str, pointer: str) -> Finding:
    return Finding(
        "authorization_failure",
        "follow_up",
        "appeal",
        says,
        denied.place("/claim/authorization_number", pointer),
    )


def _covers(held: AuthorizationFacts, denied: Denied) -> bool:
    """Whether an authorization is approved for the line's code on the date, with units left."""
    if held.status != "approved" or held.number in (None, UNKNOWN):
        return False
    on = denied.claim.date_of_service
    starts, ends = held.valid_from, held.valid_to
    if starts is not UNKNOWN and starts is not None and on < starts:
        return False
    if ends is not UNKNOWN and ends is not None and on > ends:
        return False
    if held.codes and denied.code not in held.codes:
        return False
    approved, used = held.units_approved, held.units_used
    if approved is UNKNOWN or approved is None or used is UNKNOWN or used is None:
        return True
    return used + denied.line.units <= approved
