"""A file from a partner: which acknowledgements and payments it holds, in file order."""

import hashlib
from dataclasses import dataclass, field

from services.submission.domain.acknowledgement import AcknowledgementKind, Answer
from shared.kernel.refused import Refused
from shared.x12.acknowledgements import (
    GroupAcknowledgement,
    InterchangeAcknowledgement,
    read_group_acknowledgement,
    read_interchange_acknowledgements,
)
from shared.x12.claim_status import read_status_report
from shared.x12.envelope import Interchange, TransactionSet, read_interchanges
from shared.x12.remittance import Payment, read_payment
from shared.x12.segments import NotX12

_REMITTANCE = "835"


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
    """Read a file whole.

    Raises:
        Refused: it holds no readable interchange.
    """
    try:
        interchanges = read_interchanges(data)
    except NotX12 as error:
        raise Refused(error.code, error.says, "/x12") from None
    found = InboundFile()
    for interchange in interchanges:
        found.answers.extend(read_interchange_acknowledgements(interchange))
        for each in interchange.sets:
            _take(found, interchange, each)
    return found


def _take(found: InboundFile, interchange: Interchange, each: TransactionSet) -> None:
    if each.kind == "999":
        found.answers.append(read_group_acknowledgement(each))
    elif each.kind == "277":
        found.answers.append(read_status_report(each))
    elif each.kind == _REMITTANCE:
        found.payments.append(
            PaymentSet(
                payment=read_payment(each),
                sender=interchange.sender,
                receiver=interchange.receiver,
                interchange_control_number=interchange.control_number,
                group_control_number=each.group_control_number,
                control_number=each.control_number,
                body_hash=body_hash(each),
            )
        )
    else:
        found.unknown.append(each.kind)


def body_hash(found: TransactionSet) -> bytes:
    """SHA-256 of a set's content, whatever its delimiters, line ends and control numbers."""
    digest = hashlib.sha256()
    for segment in found.segments:
        if segment.id in ("ST", "SE"):
            continue
        separator = segment.delimiters.component
        elements = [element.replace(separator, "\x1f") for element in segment.elements]
        digest.update("\x1e".join([segment.id, *elements]).encode() + b"\x1d")
    return digest.digest()
