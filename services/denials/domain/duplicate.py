"""Duplicates: sent twice, a correction sent as an original, or a bare second lesion."""

from services.denials.domain.finding import Denied, Finding
from services.denials.domain.modifier import DISTINCT_MODIFIERS
from services.denials.domain.story import UNKNOWN

CODES = frozenset({"18", "B13", "B20", "N522", "M86", "N702"})
SETTLED = frozenset({"paid", "partly_paid", "closed", "replaced"})


def duplicate(denied: Denied) -> Finding:
    """What the payer took for the same: another lesion, a correction, or the same service."""
    twin = _twin_line(denied)
    if twin is not None and denied.documentation.distinct is not False:
        return Finding(
            "modifier_error",
            "coding",
            "corrected_claim",
            "Two lesions with the same code; the second line carried no modifier.",
            denied.place(denied.sent_pointer("modifiers"), f"/claim/lines/{twin}/code"),
            counterfactual=f"Modifier 59 or 76 on line {denied.line.number}.",
        )
    earlier = denied.story.earlier_claims
    if earlier is UNKNOWN:
        return Finding(
            "duplicate",
            "follow_up",
            "review",
            "Taken for a duplicate; the earlier claims are not known.",
            denied.place(),
        )
    same = [
        (place, each)
        for place, each in enumerate(earlier or ())
        if each.claim_id == denied.claim.claim_id and each.version != denied.claim.version
    ]
    if same and denied.claim.frequency_code == "1":
        place, _ = same[-1]
        return Finding(
            "duplicate",
            "follow_up",
            "corrected_claim",
            "A correction was sent as an original claim.",
            denied.place("/claim/frequency_code", f"/story/earlier_claims/{place}"),
            counterfactual="Frequency 7 with the payer's control number.",
        )
    settled = any(each.state in SETTLED for each in earlier or ())
    return Finding(
        "duplicate",
        "follow_up",
        "none" if settled else "wait",
        "The same service was sent twice; "
        + ("the first was answered." if settled else "the first one's answer comes."),
        denied.place("/story/earlier_claims"),
        barred=True,
    )


def _twin_line(denied: Denied) -> int | None:
    """Another line of the claim with the same code, where the denied one carries no modifier."""
    sent = denied.sent_line
    if sent is None or DISTINCT_MODIFIERS & set(sent.modifiers):
        return None
    return next(
        (
            place
            for place, line in enumerate(denied.claim.lines)
            if line.code == sent.code and line.number != sent.number
        ),
        None,
    )
