"""A file from a partner: which acknowledgements and payments it holds, in file order."""

import hashlib
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field

from services.submission.domain.acknowledgement import AcknowledgementKind, Answer
from shared.kernel.refused import Refused
from shared.x12.acknowledgements import (
    GroupAcknowledgement,
    InterchangeAcknowledgement,
    read_group_acknowledgement,
    read_interchange_acknowledgements,
)
from shared.x12.claim_status import read_status_report
from shared.x12.envelope import Interchange, Take, TransactionSet, interchanges_of
from shared.x12.remittance import Payment, PaymentReader
from shared.x12.segments import NotX12, Segment, tokenize

_REMITTANCE = "835"

MOST_TEXT = 2 * 2**20
"""Characters of a file inside JSON: what a REST body may hold."""

T = TypeVar("T")
Many = Annotated[
    tuple[T, ...], BeforeValidator(lambda given: given or ()), Field(max_length=10_000)
]
"""A list as long as a file of claims may be; null and absent both mean empty."""


@dataclass(frozen=True, slots=True)
class PaymentSet:
    """One 835 set with the keys that recognise it when it comes again."""

    payment: Payment
    sender: str
    receiver: str
    interchange_control_number: str
    group_control_number: str
    control_number: str
    body_hash: bytes

    @property
    def numbers(self) -> tuple[str, ...]:
        """The control numbers that no other content may carry."""
        return (
            self.sender,
            self.receiver,
            self.interchange_control_number,
            self.group_control_number,
            self.control_number,
        )


@dataclass(slots=True)
class InboundFile:
    """What a file holds; `unknown` are sets that nobody here reads."""

    answers: list[Answer] = field(default_factory=list)
    payments: list[PaymentSet] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """What the file is, for lists: the 835 first, then the most specific acknowledgement."""
        if self.payments:
            return _REMITTANCE
        kinds = {kind_of(answer) for answer in self.answers}
        return next((kind for kind in ("277ca", "277", "999", "ta1") if kind in kinds), "x12")


def kind_of(answer: Answer) -> AcknowledgementKind:
    """Which acknowledgement it is."""
    if isinstance(answer, InterchangeAcknowledgement):
        return "ta1"
    return "999" if isinstance(answer, GroupAcknowledgement) else answer.kind


def read_file(data: bytes) -> InboundFile:
    """Read a file whole; an 835 is read as it comes, its segments are not kept.

    Raises:
        Refused: it holds no readable interchange.
    """
    remittances: dict[int, _Remittance] = {}

    def opened(interchange: Interchange, each: TransactionSet) -> Take:
        if each.kind != _REMITTANCE:
            return each.segments.append
        found = _Remittance(interchange, each)
        remittances[id(each)] = found
        return found.take

    try:
        interchanges = interchanges_of(tokenize(data), opened)
    except NotX12 as error:
        raise Refused(error.code, error.says, "/x12") from None
    file = InboundFile()
    for interchange in interchanges:
        file.answers.extend(read_interchange_acknowledgements(interchange))
        for each in interchange.sets:
            if each.kind == "999":
                file.answers.append(read_group_acknowledgement(each))
            elif each.kind == "277":
                file.answers.append(read_status_report(each))
            elif each.kind == _REMITTANCE:
                file.payments.append(remittances[id(each)].payment())
            else:
                file.unknown.append(each.kind)
    return file


class _Remittance:
    """One 835 set on its way through: read, and hashed whatever its delimiters and numbers."""

    def __init__(self, interchange: Interchange, found: TransactionSet) -> None:
        self._interchange = interchange
        self._set = found
        self._reader = PaymentReader(found)
        self._digest = hashlib.sha256()

    def take(self, segment: Segment) -> None:
        """SHA-256 of the content: neither control numbers nor delimiters change it."""
        self._reader.take(segment)
        if segment.id != "SE":
            content = "\x1e".join(segment.elements).replace(segment.delimiters.component, "\x1f")
            self._digest.update(f"{segment.id}\x1e{content}\x1d".encode())

    def payment(self) -> PaymentSet:
        payment = self._reader.finish()
        # What is odd about the envelope is said with each of its payments.
        payment.warnings.extend(self._interchange.faults)
        return PaymentSet(
            payment=payment,
            sender=self._interchange.sender,
            receiver=self._interchange.receiver,
            interchange_control_number=self._interchange.control_number,
            group_control_number=self._set.group_control_number,
            control_number=self._set.control_number,
            body_hash=self._digest.digest(),
        )
