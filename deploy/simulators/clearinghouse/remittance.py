"""The 835: balanced at line, claim and transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from deploy.simulators.clearinghouse.acknowledgements import HOUSE_ID
from deploy.simulators.clearinghouse.adjudicate import Adjustment, PaidLine, Settled
from deploy.simulators.clearinghouse.claim import ZERO
from deploy.simulators.clearinghouse.payers import Payer
from deploy.simulators.x12 import amount, clean, envelope, group, segment, transaction_set

_GUIDE = "005010X221A1"
_PLB_PAIRS = 6


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """One PLB pair: a positive amount lowers the payment, a negative one raises it."""

    reason: str
    reference: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """One ST: what a payer pays one payee on a day.

    unbalanced: CLM01 of claims whose CLP is written wrong on purpose.
    """

    payer: Payer
    trace: str
    settled: Sequence[Settled]
    adjustments: Sequence[ProviderAdjustment] = ()
    unbalanced: frozenset[str] = frozenset()

    @property
    def total(self) -> Decimal:
        """BPR02: what the claims pay less the provider level."""
        claims = sum((one.paid for one in self.settled), ZERO)
        return claims - sum((one.amount for one in self.adjustments), ZERO)


def remittance(payment: Payment, *, receiver: str, control_number: int, at: datetime) -> bytes:
    """One 835 file with one payment."""
    one = transaction_set("835", 1, _body(payment, at))
    return envelope(
        sender=HOUSE_ID,
        receiver=receiver,
        control_number=control_number,
        at=at,
        usage="P",
        content=group(
            functional_id="HP",
            guide=_GUIDE,
            sender=HOUSE_ID,
            receiver=receiver,
            control_number=control_number,
            at=at,
            sets=[one],
        ),
    )


def _body(payment: Payment, at: datetime) -> list[str]:
    payer, payee = payment.payer, payment.settled[0].claim
    day = f"{at:%Y%m%d}"
    body = [
        _money(payment, day),
        segment("TRN", "1", payment.trace, f"1{payer.tax_id}"),
        segment("DTM", "405", day),
        segment("N1", "PR", payer.name),
        segment("N3", "1 PLAN STREET"),
        segment("N4", "COLUMBUS", "OH", "43215"),
        segment("REF", "2U", payer.payer_id),
        segment("PER", "BL", "PROVIDER SERVICES", "TE", "8005550100"),
        segment("N1", "PE", clean(payee.billing_name), "XX", clean(payee.billing_npi)),
        segment("REF", "TJ", clean(payee.billing_tax_id)),
        "LX*1",
    ]
    for settled in payment.settled:
        body += _claim(settled, at, wrong=settled.claim.claim_id in payment.unbalanced)
    return body + _provider_level(payment, at)


def _money(payment: Payment, day: str) -> str:
    if payment.total == 0:
        return segment("BPR", "H", "0", "C", "NON", *[""] * 11, day)
    return segment(
        "BPR", "I", amount(payment.total), "C", "ACH", "CCP", "01", "999999992", "DA", "123456",
        f"1{payment.payer.tax_id}", "", "01", "999988880", "DA", "98765", day,
    )  # fmt: skip


def _claim(settled: Settled, at: datetime, *, wrong: bool) -> list[str]:
    claim = settled.claim
    paid = settled.paid + (Decimal("1.00") if wrong else ZERO)
    segments = [
        segment(
            "CLP", clean(claim.claim_id), settled.status, amount(settled.charge), amount(paid),
            amount(settled.patient_responsibility), "12", settled.payer_control_number,
            clean(claim.place_of_service), claim.frequency,
        ),
        segment(
            "NM1", "QC", "1", clean(claim.last_name), clean(claim.first_name),
            "", "", "", "MI", clean(claim.member_id),
        ),
        segment("DTM", "050", f"{at:%Y%m%d}"),
    ]  # fmt: skip
    for line in settled.lines:
        segments += _line(line)
    return segments


def _line(paid: PaidLine) -> list[str]:
    line = paid.line
    procedure = ":".join(["HC", clean(line.code), *map(clean, line.modifiers)])
    segments = [
        segment("SVC", procedure, amount(paid.charge), amount(paid.paid), "", amount(line.units))
    ]
    if line.service_date is not None:
        segments.append(segment("DTM", "472", f"{line.service_date:%Y%m%d}"))
    segments += _adjustments(paid.adjustments)
    if line.line_id:
        segments.append(segment("REF", "6R", clean(line.line_id)))
    if paid.allowed is not None:
        segments.append(segment("AMT", "B6", amount(paid.allowed)))
    return segments + [segment("LQ", "HE", rarc) for rarc in paid.rarcs]


def _adjustments(adjustments: Sequence[Adjustment]) -> list[str]:
    """One CAS per group, its reasons as triplets."""
    by_group = sorted(adjustments, key=lambda part: part.group)
    return [
        segment("CAS", code, *_triplets(list(parts)))
        for code, parts in groupby(by_group, key=lambda part: part.group)
    ]


def _triplets(parts: Sequence[Adjustment]) -> list[str]:
    elements: list[str] = []
    for part in parts:
        elements += [part.carc, amount(part.amount), ""]
    return elements


def _provider_level(payment: Payment, at: datetime) -> list[str]:
    npi = clean(payment.settled[0].claim.billing_npi)
    lines = []
    for start in range(0, len(payment.adjustments), _PLB_PAIRS):
        pairs: list[str] = []
        for one in payment.adjustments[start : start + _PLB_PAIRS]:
            pairs += [f"{one.reason}:{clean(one.reference)}", amount(one.amount)]
        lines.append(segment("PLB", npi, f"{at:%Y}1231", *pairs))
    return lines
