"""The 835 read into payments, claims and lines.

Read over our own tokenizer rather than oxedi: the 835 needs parts that oxedi's tables do not hold
(modifiers, LQ, MOA, SVC06, every REF, segment positions), and one bad ST must be held without its
neighbours. The tests compare what is read here with oxedi's tables and its balance findings.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from shared.x12.envelope import Fault, TransactionSet
from shared.x12.numbers import read_date, read_decimal
from shared.x12.segments import Segment

_NO_MONEY = Decimal(0)
_ONE = Decimal(1)
_CENT = Decimal("0.01")
_TOO_MUCH = Decimal(10) ** 10
_MOA_REMARKS = range(3, 8)
_MIA_REMARKS = (5, 20, 21, 22, 23)


_LAST_OF_CAS = 19
_MODIFIERS = 4
_OUR_LINE = ["6R"]
_SERVICE_DATES = ("472", "150")
_SAYS = {
    "amount_not_a_number": "is no amount",
    "amount_too_large": "has more than ten digits before the point",
    "amount_finer_than_a_cent": "is finer than a cent",
}


class Adjustment(NamedTuple):
    """One reason of a CAS; a positive amount reduces the payment."""

    group_code: str
    carc: str
    amount: Decimal


@dataclass(slots=True)
class RemittanceLine:
    """One SVC. `line` is our id (`REF*6R`); `submitted_code` stands where the payer changed it.

    `position` of its segment counts from ST = 1.
    """

    code: str
    modifiers: tuple[str, ...]
    submitted_code: str | None
    charge: Decimal
    paid: Decimal
    units: Decimal
    position: int
    line: str | None = None
    allowed_amount: Decimal | None = None
    adjustments: list[Adjustment] = field(default_factory=list)
    rarcs: list[str] = field(default_factory=list)
    service_on: date | None = None

    @property
    def place(self) -> str:
        """Its segment, counted from ST = 1."""
        return f"SVC@{self.position}"


@dataclass(slots=True)
class RemittanceClaim:
    """One CLP with its lines; `position` of its segment counts from ST = 1."""

    claim_id: str
    status: str
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal | None
    payer_control_number: str | None
    position: int
    adjustments: list[Adjustment] = field(default_factory=list)
    rarcs: list[str] = field(default_factory=list)
    lines: list[RemittanceLine] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Its segment, counted from ST = 1."""
        return f"CLP@{self.position}"


class ProviderAdjustment(NamedTuple):
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


@lru_cache(maxsize=8192)
def _read_money(text: str) -> Decimal | str | None:
    """The amount, the rule it breaks, or None where nothing stands."""
    text = text.strip()
    if not text:
        return None
    value = read_decimal(text)
    if value is None:
        return "amount_not_a_number"
    if not -_TOO_MUCH < value < _TOO_MUCH:
        return "amount_too_large"
    return value if value == value.quantize(_CENT) else "amount_finer_than_a_cent"


@lru_cache(maxsize=32768)
def _read_adjustment(group_code: str, carc: str, amount: str) -> Adjustment | str | None:
    """The adjustment, the rule its amount breaks, or None where nothing stands."""
    carc = carc.strip()
    value = _read_money(amount)
    if value is None:
        return "amount_not_a_number" if carc else None
    return value if isinstance(value, str) else Adjustment(group_code.strip(), carc, value)


@lru_cache(maxsize=8192)
def _read_codes(
    adjudicated: str, submitted: str, component: str
) -> tuple[str, tuple[str, ...], str | None]:
    """Code and modifiers as adjudicated, and the submitted code where the payer changed it."""
    _, code, *rest = *(part.strip() for part in adjudicated.split(component)), "", ""
    was = [part.strip() for part in submitted.split(component)]
    changed = was[1] if len(was) > 1 and was[1] != code else None
    return code, tuple(modifier for modifier in rest[:_MODIFIERS] if modifier), changed or None


@lru_cache(maxsize=1024)
def _read_units(text: str) -> Decimal | None:
    """The quantity; one where none is said, None where it is no number."""
    return read_decimal(text.strip()) if text.strip() else _ONE


def read_payment(found: TransactionSet) -> Payment:
    """Read one 835 transaction set. Every fault is kept with its place; nothing is raised."""
    reader = PaymentReader(found)
    for segment in found.segments:
        reader.take(segment)
    return reader.finish()


class PaymentReader:
    """Reads one set segment by segment; the state is which claim and line the next belongs to.

    `keep` gets each claim when it is whole, in file order; without it the payment holds them.
    """

    def __init__(
        self, found: TransactionSet, keep: Callable[[RemittanceClaim], object] | None = None
    ) -> None:
        self._set = found
        self._begins = found.segments[0].position - 1
        self._payment = Payment(found.control_number)
        self._keep = keep or self._payment.claims.append
        self._claim: RemittanceClaim | None = None
        self._line: RemittanceLine | None = None
        self._missing = {"BPR", "TRN"}

    def take(self, segment: Segment) -> None:
        """One more segment of the set."""
        handle = _HANDLERS.get(segment.id)
        if handle is not None:
            handle(self, segment)

    def finish(self) -> Payment:
        """The payment, when the set has ended or the file has."""
        self._claim_ends()
        if not self._set.complete:
            self._fault("cut_off", "The transaction set ends without its SE.", None)
        for needed in sorted(self._missing):
            self._fault("segment_missing", f"The transaction set has no {needed}.", None)
        self._payment.warnings.extend(self._set.faults)
        return self._payment

    def _claim_ends(self) -> None:
        if self._claim is not None:
            self._keep(self._claim)
        self._claim = self._line = None

    def _place(self, segment: Segment) -> str:
        return f"{segment.id}@{segment.position - self._begins}"

    def _fault(self, rule: str, says: str, segment: Segment | None) -> None:
        place = self._place(segment) if segment is not None else None
        self._payment.faults.append(Fault(rule, says, place))

    def _warn(self, rule: str, says: str, segment: Segment) -> None:
        self._payment.warnings.append(Fault(rule, says, self._place(segment)))

    def _refuse(self, rule: str, segment: Segment, number: int) -> None:
        self._fault(rule, f"{segment.id}{number:02d} {_SAYS[rule]}.", segment)

    def _amount(self, segment: Segment, number: int, missing: Decimal | None = None) -> Decimal:
        """Money of the segment; what cannot be read, or not be posted to the cent, is a fault."""
        elements = segment.elements
        value = _read_money(elements[number - 1]) if number <= len(elements) else None
        if value is None:
            value = missing if missing is not None else "amount_not_a_number"
        if isinstance(value, str):
            self._refuse(value, segment, number)
            return _NO_MONEY
        return value

    def bpr(self, segment: Segment) -> None:
        self._missing.discard("BPR")
        self._payment.amount = self._amount(segment, 2)
        self._payment.method = segment.get(4)
        self._payment.paid_on = read_date(segment.get(16))

    def trn(self, segment: Segment) -> None:
        if self._claim is None:
            self._missing.discard("TRN")
            self._payment.trace_number = segment.get(2)
            self._payment.payer_id = segment.get(3)

    def n1(self, segment: Segment) -> None:
        if segment.get(1) == "PE" and segment.get(3) == "XX":
            self._payment.payee_npi = segment.get(4)

    def clp(self, segment: Segment) -> None:
        self._claim_ends()
        self._claim = RemittanceClaim(
            claim_id=segment.get(1),
            status=segment.get(2),
            charge=self._amount(segment, 3),
            paid=self._amount(segment, 4),
            patient_responsibility=self._amount(segment, 5) if segment.get(5) else None,
            payer_control_number=segment.get(7) or None,
            position=segment.position - self._begins,
        )

    def svc(self, segment: Segment) -> None:
        if self._claim is None:
            self._fault("line_without_claim", "An SVC stands before every CLP.", segment)
            return
        _, elements, position, delimiters = segment
        count = len(elements)
        submitted = elements[5] if count > 5 else ""
        code, modifiers, submitted_code = _read_codes(
            elements[0] if elements else "", submitted, delimiters.component
        )
        units = _read_units(elements[4]) if count > 4 else _ONE
        if units is None:
            self._warn("quantity_not_a_number", "SVC05 is no quantity.", segment)
        self._line = RemittanceLine(
            code,
            modifiers,
            submitted_code,
            self._amount(segment, 2),
            self._amount(segment, 3, _NO_MONEY),
            units or _NO_MONEY,
            position - self._begins,
        )
        self._claim.lines.append(self._line)

    def cas(self, segment: Segment) -> None:
        target = self._line or self._claim
        if target is None:
            self._fault("adjustment_without_claim", "A CAS stands before every CLP.", segment)
            return
        elements = segment.elements
        count = len(elements)
        for place in range(1, min(count, _LAST_OF_CAS), 3):
            amount = elements[place + 1] if place + 1 < count else ""
            read = _read_adjustment(elements[0], elements[place], amount)
            if isinstance(read, str):
                self._refuse(read, segment, place + 2)
            elif read is not None:
                target.adjustments.append(read)

    def ref(self, segment: Segment) -> None:
        if self._line is not None and segment.elements[:1] == _OUR_LINE:
            self._line.line = segment.get(2) or None

    def amt(self, segment: Segment) -> None:
        if self._line is not None and segment.get(1) == "B6":
            self._line.allowed_amount = self._amount(segment, 2)

    def lq(self, segment: Segment) -> None:
        if self._line is not None and segment.get(1) == "HE" and segment.get(2):
            self._line.rarcs.append(segment.get(2))

    def dtm(self, segment: Segment) -> None:
        if self._line is not None and segment.get(1) in _SERVICE_DATES:
            self._line.service_on = read_date(segment.get(2))

    def moa(self, segment: Segment) -> None:
        self._remarks(segment, _MOA_REMARKS)

    def mia(self, segment: Segment) -> None:
        self._remarks(segment, _MIA_REMARKS)

    def _remarks(self, segment: Segment, numbers: range | tuple[int, ...]) -> None:
        if self._claim is not None:
            self._claim.rarcs.extend(segment.get(n) for n in numbers if segment.get(n))

    def plb(self, segment: Segment) -> None:
        self._claim_ends()
        for number in range(3, 15, 2):
            if segment.get(number) or segment.get(number + 1):
                self._payment.provider_adjustments.append(
                    ProviderAdjustment(
                        reason=segment.part(number, 1),
                        reference=segment.part(number, 2) or None,
                        amount=self._amount(segment, number + 1),
                    )
                )


_HANDLERS = {
    "BPR": PaymentReader.bpr,
    "TRN": PaymentReader.trn,
    "N1": PaymentReader.n1,
    "CLP": PaymentReader.clp,
    "SVC": PaymentReader.svc,
    "CAS": PaymentReader.cas,
    "REF": PaymentReader.ref,
    "AMT": PaymentReader.amt,
    "LQ": PaymentReader.lq,
    "DTM": PaymentReader.dtm,
    "MOA": PaymentReader.moa,
    "MIA": PaymentReader.mia,
    "PLB": PaymentReader.plb,
}
