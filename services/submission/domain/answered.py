"""What acknowledgements and money do to a version: states forward, postings add up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.submission.domain.acknowledgement import Verdict
from services.submission.domain.adjustments import class_of, total
from services.submission.domain.claim import (
    Claim,
    LinePosting,
    Posting,
    Version,
    line_id,
)
from services.submission.domain.lifecycle import State, moved, state_after_money
from services.submission.domain.posting import PostedClaim, PostedLine
from services.submission.domain.profile import PayerProfile
from shared.kernel.cite import Cite
from shared.kernel.rule import rule
from shared.x12.remittance import Adjustment, RemittanceLine

_UNPROCESSABLE_REMARK = "MA130"
_DUPLICATE = frozenset({"54", "78"})
"""STC status codes by which a claim is refused as one the payer has already (CH-3)."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A claim after a verdict: whose acceptance is new, whether it was rejected by it."""

    claim: Claim
    version: Version
    accepted_by: Literal["clearinghouse", "payer"] | None
    rejected: bool


@rule("CS-5", since=date(2012, 1, 1), cite=Cite("own"))
def acknowledge(
    claim: Claim, number: int, verdict: Verdict, now: datetime, event_id: UUID | None
) -> Acknowledged | None:
    """Each acceptance is told once, whoever gave it; only the payer's proves filing."""
    version = claim.find(number)
    if version is None or not version.was_sent:
        return None
    result = moved(version.state, verdict, version.rejected_by)
    source = f"{verdict.kind} of {verdict.by}"
    after = _with_numbers(version, verdict)
    if result.changed:
        after = after.step(result.state, now, source, event_id)
    rejected = result.changed and result.state == "rejected"
    if rejected:
        after = replace(
            after,
            rejected_by=verdict.by,
            rejected_as_duplicate=verdict.duplicate_number
            or any(each.status in _DUPLICATE for each in verdict.reasons),
            accepted_by=(),
        )
    accepted_by: Literal["clearinghouse", "payer"] | None = None
    if verdict.finding == "accepted" and after.state != "rejected":
        by: Literal["clearinghouse", "payer"] = (
            "payer" if verdict.by == "payer" else "clearinghouse"
        )
        if by not in after.accepted_by:
            accepted_by = by
            after = replace(after, accepted_by=(*after.accepted_by, by), rejected_by=None)
    claim = claim.with_version(after)
    if accepted_by == "payer":
        claim = _earlier_replaced(claim, after, now, event_id)
    return Acknowledged(claim, after, accepted_by, rejected)


def _with_numbers(version: Version, verdict: Verdict) -> Version:
    return replace(
        version,
        payer_control_number=verdict.payer_control_number or version.payer_control_number,
        clearinghouse_control_number=verdict.clearinghouse_control_number
        or version.clearinghouse_control_number,
    )


def _earlier_replaced(
    claim: Claim, accepted: Version, now: datetime, event_id: UUID | None
) -> Claim:
    """An accepted replacement replaces, an accepted void voids what stood before it."""
    if accepted.frequency_code not in ("7", "8"):
        return claim
    state: State = "replaced" if accepted.frequency_code == "7" else "voided"
    for earlier in claim.versions:
        standing = earlier.was_sent and earlier.state not in ("rejected", "replaced", "voided")
        if earlier.version < accepted.version and standing:
            by = f"version {accepted.version}"
            claim = claim.with_version(earlier.step(state, now, by, event_id))
    return claim


@rule("PO-4", since=date(2012, 1, 1), cite=Cite("own"))
def line_numbers(
    version: Version, claim_id: str, lines: Sequence[RemittanceLine]
) -> list[int | None]:
    """A line is ours by its id; else by code and charge, whatever modifiers the payer dropped."""
    ids = {
        line_id(claim_id, version.version, line.number): line.number for line in version.coded.lines
    }
    left = {line.number: line for line in version.coded.lines}
    found: list[int | None] = []
    for each in lines:
        number = ids.get(each.line or "")
        if number is None:
            code = each.submitted_code or each.code
            alike = (
                n for n, line in left.items() if (line.code, line.charge) == (code, each.charge)
            )
            number = next(alike, None)
        left.pop(number or 0, None)
        found.append(number)
    return found


def expected_of(
    version: Version, numbers: Sequence[int | None], payer: PayerProfile | None
) -> list[Decimal | None]:
    """What the payer's contract allows for each line of a remittance; None where nobody knows."""
    lines = {line.number: line for line in version.coded.lines}
    wanted = [lines.get(number or 0) for number in numbers]
    return [
        payer.expected_allowed(line.code, line.units, line.charge) if payer and line else None
        for line in wanted
    ]


def post(
    claim: Claim,
    number: int,
    posted: PostedClaim,
    numbers: Sequence[int | None],
    remittance_id: UUID,
    position: int,
    received_on: date,
    now: datetime,
    event_id: UUID | None,
) -> tuple[Claim, Version] | None:
    """Add one claim of a remittance; None where it was posted before or the version is unknown."""
    version = claim.find(number)
    if version is None or posted.post_as == "predetermination":
        return None
    if any((each.remittance_id, each.position) == (remittance_id, position)
           for each in version.postings):  # fmt: skip
        return None
    outcome = state_after_money(
        posted.denied, (line.denied or bool(line.underpaid) for line in posted.lines)
    )
    posting = Posting(
        remittance_id=remittance_id,
        position=position,
        post_as=posted.post_as,
        claim_status=posted.claim_status,
        posted_on=received_on,
        allowed=_allowed(posted),
        outcome=_outcome(outcome),
        lines=tuple(_line_postings(posted, numbers)),
        unprocessable=_unprocessable(posted),
    )
    after = replace(
        version,
        postings=(*version.postings, posting),
        payer_control_number=posted.payer_control_number or version.payer_control_number,
    )
    state = _state_after(after, posting)
    if state != after.state:
        after = after.step(state, now, "835", event_id)
    return claim.with_version(after), after


def _outcome(state: State) -> Literal["paid", "partly_paid", "denied"]:
    return "denied" if state == "denied" else "partly_paid" if state == "partly_paid" else "paid"


def _state_after(version: Version, posting: Posting) -> State:
    if version.state in ("replaced", "voided", "appealed", "closed"):
        return version.state
    if posting.post_as == "reversal":
        # A correction may have come first: then its outcome stands. Else the half is waited for.
        others = [each for each in version.postings if each.post_as != "reversal"]
        reversals = len(version.postings) - len(others)
        return others[-1].outcome if len(others) > reversals else "pended"
    if posting.claim_status == "23":
        return version.state
    return posting.outcome


def _allowed(posted: PostedClaim) -> Decimal | None:
    known = [line.allowed for line in posted.lines if line.allowed is not None]
    return sum(known, Decimal(0)) if known else None


def _unprocessable(posted: PostedClaim) -> bool:
    """CARC 16 with MA130: returned, never adjudicated (CH-9)."""
    remarks = {*posted.rarcs, *(remark for line in posted.lines for remark in line.rarcs)}
    carcs = {
        each.carc
        for each in (*posted.claim_adjustments, *(a for x in posted.lines for a in x.adjustments))
    }
    return _UNPROCESSABLE_REMARK in remarks and "16" in carcs


def _line_postings(posted: PostedClaim, numbers: Sequence[int | None]) -> list[LinePosting]:
    """Money by line; what is adjusted for the claim as a whole stands beside (`number` None)."""
    if not posted.lines:
        return [_posting(None, posted.paid, posted.claim_adjustments, posted.rarcs)]
    lines = [_of_line(*each) for each in zip(posted.lines, numbers, strict=True)]
    if posted.claim_adjustments:
        paid = posted.paid - sum((line.paid for line in posted.lines), Decimal(0))
        lines.append(_posting(None, paid, posted.claim_adjustments, posted.rarcs))
    return lines


def _of_line(line: PostedLine, number: int | None) -> LinePosting:
    posting = _posting(number, line.paid, line.adjustments, line.rarcs, line.modifiers)
    if not line.underpaid or line.variance is None:
        return posting
    # Written off only as far as expected: the shortfall stays open (section 1).
    short = -line.variance
    return replace(posting, adjusted=posting.adjusted - short, denied=posting.denied + short)


def _posting(
    number: int | None,
    paid: Decimal,
    adjustments: Sequence[Adjustment],
    rarcs: Sequence[str],
    modifiers: Sequence[str] = (),
) -> LinePosting:
    patient = total(each for each in adjustments if each.group_code == "PR")
    denied = total(
        each
        for each in adjustments
        if each.group_code != "PR" and class_of(each, modifiers, rarcs) in ("denied", "pending")
    )
    return LinePosting(
        number=number,
        paid=paid,
        adjusted=total(adjustments) - patient - denied,
        patient=patient,
        denied=denied,
    )
