"""An 835 as it will be posted: per transaction, claim and line, balanced or held (section 1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from services.submission.domain.adjustments import (
    ALLOWED_REDUCTIONS,
    COST_SHARE,
    X12_835,
    PostAs,
    denies,
    post_as,
    total,
)
from services.submission.domain.code_tables import CodeTables
from shared.kernel.cite import Cite
from shared.kernel.rule import rule
from shared.x12.balance import Imbalance, imbalances
from shared.x12.envelope import Fault
from shared.x12.remittance import (
    Adjustment,
    Payment,
    ProviderAdjustment,
    RemittanceClaim,
    RemittanceLine,
)

UNDERPAID_FROM = Decimal("-0.02")
NO_COMPARISON = frozenset({"2", "3", "20", "21", "22", "25"})

SAME_NUMBERS = "control_numbers_seen_with_other_content"

Repeat = Literal["content", "control_numbers"]
_COMES_AGAIN = Fault("comes_again", "The same content came before; it is not posted twice.", "ST")
_UNREADABLE = frozenset(
    {"amount_not_a_number", "amount_too_large", "amount_finer_than_a_cent", "segment_missing"}
)
_STATUSES = frozenset({"1", "2", "3", "4", "19", "20", "21", "22", "23", "25"})

Expected = Mapping[tuple[str, str], Decimal]
"""(CLM01, line id) -> what the contract allows for the line."""


@dataclass(frozen=True, slots=True)
class PostedLine:
    """One line with what follows from its adjustments; amounts keep the file's sign."""

    line: str | None
    code: str
    modifiers: tuple[str, ...]
    submitted_code: str | None
    units: int | None
    charge: Decimal
    paid: Decimal
    allowed: Decimal | None
    patient_responsibility: Decimal
    adjusted: Decimal
    adjustments: tuple[Adjustment, ...]
    rarcs: tuple[str, ...]
    denied: bool
    expected_allowed: Decimal | None
    variance: Decimal | None
    underpaid: bool | None


@dataclass(frozen=True, slots=True)
class PostedClaim:
    """One claim of the file; its figures include its lines."""

    claim_id: str
    payer_control_number: str | None
    claim_status: str
    post_as: PostAs
    denied: bool
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal
    adjusted: Decimal
    claim_adjustments: tuple[Adjustment, ...]
    rarcs: tuple[str, ...]
    lines: tuple[PostedLine, ...]


@dataclass(frozen=True, slots=True)
class PostedTransaction:
    """One ST: posted whole, or held whole with its reasons and exact differences."""

    control_number: str
    trace_number: str
    payer_id: str
    payment_date: date | None
    payment_method: str
    payment_amount: Decimal
    payee_npi: str
    imbalances: tuple[Imbalance, ...]
    quarantine_reasons: tuple[str, ...]
    warnings: tuple[Fault, ...]
    claims: tuple[PostedClaim, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...]

    @property
    def balanced(self) -> bool:
        """What cannot be added up does not balance."""
        return not self.imbalances and _UNREADABLE.isdisjoint(self.quarantine_reasons)

    @property
    def quarantined(self) -> bool:
        return bool(self.quarantine_reasons)


@rule("PO-1", since=date(2012, 1, 1), cite=X12_835)
def read_transaction(
    payment: Payment,
    codes: CodeTables,
    expected: Expected | None = None,
    repeats: Repeat | None = None,
) -> PostedTransaction:
    """A set posts when line, claim and transaction add up exactly; else all of it waits.

    `expected` is keyed in capitals. `repeats`: what of the set has come before.
    """
    found = tuple(imbalances(payment))
    reasons = {f"{each.level}_out_of_balance" for each in found}
    reasons.update(fault.rule for fault in payment.faults)
    if repeats == "control_numbers":
        reasons.add(SAME_NUMBERS)
    return PostedTransaction(
        control_number=payment.control_number,
        trace_number=payment.trace_number,
        payer_id=payment.payer_id,
        payment_date=payment.paid_on,
        payment_method=payment.method,
        payment_amount=payment.amount,
        payee_npi=payment.payee_npi,
        imbalances=found,
        quarantine_reasons=tuple(sorted(reasons)),
        warnings=(
            *payment.warnings,
            *((_COMES_AGAIN,) if repeats == "content" else ()),
            *payment.faults,
            *_warnings(payment, codes),
        ),
        claims=tuple(
            post_claim(
                claim,
                [
                    (expected or {}).get((claim.claim_id.upper(), (line.line or "").upper()))
                    for line in claim.lines
                ],
            )
            for claim in payment.claims
        ),
        provider_adjustments=tuple(payment.provider_adjustments),
    )


def post_claim(claim: RemittanceClaim, expected: Sequence[Decimal | None]) -> PostedClaim:
    """One claim with its figures; `expected` is what the contract allows, line by line."""
    lines = tuple(
        _line(claim, line, wanted) for line, wanted in zip(claim.lines, expected, strict=True)
    )
    everything = [*claim.adjustments, *(a for line in claim.lines for a in line.adjustments)]
    of_claim = any(denies(each, claim.status, (), claim.rarcs) for each in claim.adjustments)
    return PostedClaim(
        claim_id=claim.claim_id,
        payer_control_number=claim.payer_control_number,
        claim_status=claim.status,
        post_as=post_as(claim.status),
        denied=of_claim or (bool(lines) and all(line.denied for line in lines)),
        charge=claim.charge,
        paid=claim.paid,
        patient_responsibility=total(_patient(everything)),
        adjusted=total(each for each in everything if each.group_code != "PR"),
        claim_adjustments=tuple(claim.adjustments),
        rarcs=tuple(claim.rarcs),
        lines=lines,
    )


def _line(claim: RemittanceClaim, line: RemittanceLine, wanted: Decimal | None) -> PostedLine:
    denied = any(
        denies(each, claim.status, line.modifiers, line.rarcs) for each in line.adjustments
    )
    allowed = allowed_of(line, denied=denied)
    comparable = wanted is not None and claim.status not in NO_COMPARISON
    variance = (
        allowed - wanted if comparable and wanted is not None and allowed is not None else None
    )
    return PostedLine(
        line=line.line,
        code=line.code,
        modifiers=tuple(line.modifiers),
        submitted_code=line.submitted_code,
        units=int(line.units) if line.units == int(line.units) else None,
        charge=line.charge,
        paid=line.paid,
        allowed=allowed,
        patient_responsibility=total(_patient(line.adjustments)),
        adjusted=total(each for each in line.adjustments if each.group_code != "PR"),
        adjustments=tuple(line.adjustments),
        rarcs=tuple(line.rarcs),
        denied=denied,
        expected_allowed=wanted,
        variance=variance,
        underpaid=underpaid(variance, denied=denied) if comparable else None,
    )


@rule("UP-1", since=date(2012, 1, 1), cite=X12_835)
def allowed_of(line: RemittanceLine, *, denied: bool) -> Decimal | None:
    """Allowed is `AMT*B6`, else payment, cost share and later cuts; none where all is denied."""
    cost_share = total(
        each for each in line.adjustments if each.group_code == "PR" and each.carc in COST_SHARE
    )
    if denied and not line.paid and not cost_share:
        return None
    if line.allowed_amount is not None:
        return line.allowed_amount
    cuts = total(
        each
        for each in line.adjustments
        if each.group_code == "CO" and each.carc in ALLOWED_REDUCTIONS
    )
    return line.paid + cost_share + cuts


@rule("UP-2", since=date(2012, 1, 1), cite=Cite("own: 0.01 is rounding"))
def underpaid(variance: Decimal | None, *, denied: bool) -> bool:
    """A line is underpaid when its allowed amount is short by two cents and it is no denial."""
    return not denied and variance is not None and variance <= UNDERPAID_FROM


def _patient(adjustments: Iterable[Adjustment]) -> Iterable[Adjustment]:
    return (each for each in adjustments if each.group_code == "PR")


@rule("PO-5", since=date(2012, 1, 1), cite=Cite("own"))
def _warnings(payment: Payment, codes: CodeTables) -> list[Fault]:
    """What looks odd is said, and still posted: patient share, unlisted codes, the group CR."""
    found: list[Fault] = []
    for claim in payment.claims:
        everything = [*claim.adjustments, *(a for line in claim.lines for a in line.adjustments)]
        share = total(_patient(everything))
        if claim.status not in _STATUSES:
            says = "CLP02 is no status of the guide; posted by its adjustments."
            found.append(Fault("claim_status_not_listed", says, claim.place))
        if claim.patient_responsibility is not None and claim.patient_responsibility != share:
            found.append(Fault("clp05", "CLP05 differs from the sum of group PR.", claim.place))
        for each in everything:
            if each.carc not in codes.adjustments:
                says = f"CARC {_short(each.carc)} is not in the list held."
                found.append(Fault("carc_not_listed", says, claim.place))
            if each.group_code == "CR":
                says = "Group CR is of an older guide; taken as part of a reversal."
                found.append(Fault("group_cr", says, claim.place))
            elif each.group_code not in codes.groups:
                says = f"Adjustment group {_short(each.group_code)} is not in the guide."
                found.append(Fault("group_not_listed", says, claim.place))
        for remark in (*claim.rarcs, *(r for line in claim.lines for r in line.rarcs)):
            if remark not in codes.remarks:
                says = f"RARC {_short(remark)} is not in the list held."
                found.append(Fault("rarc_not_listed", says, claim.place))
    return found


def _short(code: str) -> str:
    """A code as it may be repeated; anything longer than a code is not."""
    return code if len(code) <= 5 else "(not a code)"
