"""The 835 read into payments, claims and lines.

Read over our own tokenizer rather than oxedi: the 835 needs parts that oxedi's tables do not hold
(modifiers, LQ, MOA, SVC06, every REF, segment positions), and one bad ST must be held without its
neighbours. The tests compare what is read here with oxedi's tables and its balance findings.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shared.x12.envelope import Fault, TransactionSet
from shared.x12.numbers import read_date, read_decimal
from shared.x12.segments import Segment

_NO_MONEY = Decimal(0)
_MOA_REMARKS = range(3, 8)
_MIA_REMARKS = (5, 20, 21, 22, 23)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One reason of a CAS; a positive amount reduces the payment."""

    group_code: str
    carc: str
    amount: Decimal


@dataclass(slots=True)
class RemittanceLine:
    """One SVC. `line` is our id (`REF*6R`); `submitted_code` stands where the payer changed it."""

    code: str
    modifiers: list[str]
    submitted_code: str | None
    charge: Decimal
    paid: Decimal
    units: Decimal
    place: str
    line: str | None = None
    allowed_amount: Decimal | None = None
    adjustments: list[Adjustment] = field(default_factory=list)
    rarcs: list[str] = field(default_factory=list)
    service_on: date | None = None


@dataclass(slots=True)
class RemittanceClaim:
    """One CLP with its lines."""

    claim_id: str
    status: str
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal | None
    payer_control_number: str | None
    place: str
    adjustments: list[Adjustment] = field(default_factory=list)
    rarcs: list[str] = field(default_factory=list)
    lines: list[RemittanceLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """One pair of a PLB; a positive amount reduces the payment."""

    reason: str
    reference: str | None
    amount: Decimal


@dataclass(slots=True)
class Payment:
    """One ST of an 835. `faults` forbid posting; `warnings` do not."""

    control_number: str
    amount: Decimal = _NO_MONEY
    method: str = ""
    paid_on: date | None = None
    trace_number: str = ""
    payer_id: str = ""
    payee_npi: str = ""
    claims: list[RemittanceClaim] = field(default_factory=list)
    provider_adjustments: list[ProviderAdjustment] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def read_payment(found: TransactionSet) -> Payment:
    """Read one 835 transaction set. Every fault is kept with its place; nothing is raised."""
    reader = _Reader(found)
    for segment in found.segments:
        reader.take(segment)
    return reader.finish()


class _Reader:
    """Walks one set; the state is which claim and line the next segment belongs to."""

    def __init__(self, found: TransactionSet) -> None:
        self._set = found
        self._payment = Payment(found.control_number, warnings=list(found.faults))
        self._claim: RemittanceClaim | None = None
        self._line: RemittanceLine | None = None
        self._seen: set[str] = set()

    def take(self, segment: Segment) -> None:
        self._seen.add(segment.id)
        handle = _HANDLERS.get(segment.id)
        if handle is not None:
            handle(self, segment)

    def finish(self) -> Payment:
        if not self._set.complete:
            self._fault("cut_off", "The transaction set ends without its SE.", None)
        for needed in ("BPR", "TRN"):
            if needed not in self._seen:
                self._fault("segment_missing", f"The transaction set has no {needed}.", None)
        return self._payment

    def _fault(self, rule: str, says: str, segment: Segment | None) -> None:
        place = self._set.place(segment) if segment is not None else None
        self._payment.faults.append(Fault(rule, says, place))

    def _amount(self, segment: Segment, number: int, *, missing: Decimal | None) -> Decimal:
        text = segment.get(number)
        value = read_decimal(text) if text else missing
        if value is None:
            says = f"{segment.id}{number:02d} is no amount."
            self._fault("amount_not_a_number", says, segment)
            return _NO_MONEY
        return value

    def bpr(self, segment: Segment) -> None:
        self._payment.amount = self._amount(segment, 2, missing=None)
        self._payment.method = segment.get(4)
        self._payment.paid_on = read_date(segment.get(16))

    def trn(self, segment: Segment) -> None:
        self._payment.trace_number = segment.get(2)
        self._payment.payer_id = segment.get(3)

    def n1(self, segment: Segment) -> None:
        if segment.get(1) == "PE" and segment.get(3) == "XX":
            self._payment.payee_npi = segment.get(4)

    def clp(self, segment: Segment) -> None:
        self._line = None
        self._claim = RemittanceClaim(
            claim_id=segment.get(1),
            status=segment.get(2),
            charge=self._amount(segment, 3, missing=None),
            paid=self._amount(segment, 4, missing=None),
            patient_responsibility=self._amount(segment, 5, missing=_NO_MONEY)
            if segment.get(5)
            else None,
            payer_control_number=segment.get(7) or None,
            place=self._set.place(segment),
        )
        self._payment.claims.append(self._claim)

    def svc(self, segment: Segment) -> None:
        if self._claim is None:
            self._fault("line_without_claim", "An SVC stands before every CLP.", segment)
            return
        adjudicated, submitted = segment.parts(1), segment.parts(6)
        submitted_code = submitted[1] if len(submitted) > 1 else None
        code = adjudicated[1] if len(adjudicated) > 1 else ""
        self._line = RemittanceLine(
            code=code,
            modifiers=[modifier for modifier in adjudicated[2:6] if modifier],
            submitted_code=submitted_code if submitted_code != code else None,
            charge=self._amount(segment, 2, missing=None),
            paid=self._amount(segment, 3, missing=_NO_MONEY),
            units=self._amount(segment, 5, missing=Decimal(1)),
            place=self._set.place(segment),
        )
        self._claim.lines.append(self._line)

    def cas(self, segment: Segment) -> None:
        target = self._line or self._claim
        if target is None:
            self._fault("adjustment_without_claim", "A CAS stands before every CLP.", segment)
            return
        group_code = segment.get(1)
        for number in range(2, 20, 3):
            if not segment.get(number) and not segment.get(number + 1):
                continue
            amount = self._amount(segment, number + 1, missing=None)
            target.adjustments.append(Adjustment(group_code, segment.get(number), amount))

    def ref(self, segment: Segment) -> None:
        if self._line is not None and segment.get(1) == "6R":
            self._line.line = segment.get(2)

    def amt(self, segment: Segment) -> None:
        if self._line is not None and segment.get(1) == "B6":
            self._line.allowed_amount = self._amount(segment, 2, missing=None)

    def lq(self, segment: Segment) -> None:
        if self._line is not None and segment.get(1) == "HE" and segment.get(2):
            self._line.rarcs.append(segment.get(2))

    def dtm(self, segment: Segment) -> None:
        if self._line is not None and segment.get(1) in ("472", "150"):
            self._line.service_on = read_date(segment.get(2))

    def moa(self, segment: Segment) -> None:
        self._remarks(segment, _MOA_REMARKS)

    def mia(self, segment: Segment) -> None:
        self._remarks(segment, _MIA_REMARKS)

    def _remarks(self, segment: Segment, numbers: range | tuple[int, ...]) -> None:
        if self._claim is not None:
            self._claim.rarcs.extend(segment.get(n) for n in numbers if segment.get(n))

    def plb(self, segment: Segment) -> None:
        self._claim = self._line = None
        for number in range(3, 15, 2):
            if not segment.get(number) and not segment.get(number + 1):
                continue
            self._payment.provider_adjustments.append(
                ProviderAdjustment(
                    reason=segment.part(number, 1),
                    reference=segment.part(number, 2) or None,
                    amount=self._amount(segment, number + 1, missing=None),
                )
            )


_HANDLERS = {
    "BPR": _Reader.bpr,
    "TRN": _Reader.trn,
    "N1": _Reader.n1,
    "CLP": _Reader.clp,
    "SVC": _Reader.svc,
    "CAS": _Reader.cas,
    "REF": _Reader.ref,
    "AMT": _Reader.amt,
    "LQ": _Reader.lq,
    "DTM": _Reader.dtm,
    "MOA": _Reader.moa,
    "MIA": _Reader.mia,
    "PLB": _Reader.plb,
}
