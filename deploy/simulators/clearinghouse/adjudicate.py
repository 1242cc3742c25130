"""What a payer pays for a claim: exact, balanced line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from deploy.simulators.clearinghouse.claim import ZERO, Claim, Line
from deploy.simulators.clearinghouse.edits import Denial
from deploy.simulators.clearinghouse.payers import Payer, cents


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Why a part of a charge is not paid: positive lowers the payment."""

    group: str
    carc: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line's charge = paid + its adjustments. `allowed` is None where it is denied."""

    line: Line
    charge: Decimal
    paid: Decimal
    allowed: Decimal | None
    adjustments: tuple[Adjustment, ...]
    rarcs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """One CLP: a payment (status 1) or the reversal of an earlier one (22)."""

    claim: Claim
    payer_control_number: str
    status: str
    lines: tuple[PaidLine, ...]

    @property
    def charge(self) -> Decimal:
        return sum((line.charge for line in self.lines), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((line.paid for line in self.lines), ZERO)

    @property
    def patient_responsibility(self) -> Decimal:
        return sum(
            (part.amount for line in self.lines for part in line.adjustments if part.group == "PR"),
            ZERO,
        )

    def reversed(self) -> "Settled":
        """The same amounts negated, groups and codes unchanged."""
        return replace(
            self,
            status="22",
            lines=tuple(
                replace(
                    line,
                    charge=-line.charge,
                    paid=-line.paid,
                    allowed=None,
                    adjustments=tuple(
                        replace(part, amount=-part.amount) for part in line.adjustments
                    ),
                    rarcs=(),
                )
                for line in self.lines
            ),
        )


def settle(
    claim: Claim,
    payer: Payer,
    payer_control_number: str,
    *,
    denied: Mapping[int, Denial],
    shares: Mapping[int, Decimal],
) -> Settled:
    """Pay a claim by contract; `shares`: percent of the contract a short-paid line gets."""
    lines = [
        _denied(line, denied[line.number])
        if line.number in denied
        else _paid(line, claim, payer, shares.get(line.number))
        for line in claim.lines
    ]
    return Settled(claim, payer_control_number, "1", tuple(lines))


def _denied(line: Line, denial: Denial) -> PaidLine:
    adjustment = Adjustment(denial.group, denial.carc, line.charge)
    return PaidLine(line, line.charge, ZERO, None, _real([adjustment]), denial.rarcs)


def _paid(line: Line, claim: Claim, payer: Payer, share: Decimal | None) -> PaidLine:
    allowed = payer.allowed(line.code, line.units, line.charge)
    if share is not None:
        allowed = cents(allowed * share / 100)
    patient = _patient_part(line, claim, payer, allowed)
    withheld = cents((allowed - patient.amount) * payer.sequestration)
    adjustments = _real(
        [
            Adjustment("CO", "45", line.charge - allowed),
            patient,
            Adjustment("CO", "253", withheld),
        ]
    )
    paid = allowed - patient.amount - withheld
    return PaidLine(line, line.charge, paid, allowed, adjustments)


def _patient_part(line: Line, claim: Claim, payer: Payer, allowed: Decimal) -> Adjustment:
    if payer.owes_deductible(claim.member_id):
        return Adjustment("PR", "1", allowed)
    if payer.copay and line.code.startswith("992"):
        return Adjustment("PR", "3", min(payer.copay, allowed))
    return Adjustment("PR", "2", cents(allowed * payer.coinsurance))


def _real(adjustments: Sequence[Adjustment]) -> tuple[Adjustment, ...]:
    return tuple(part for part in adjustments if part.amount)
