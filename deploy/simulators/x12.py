"""X12 as a partner reads and writes it: envelope, segments, nothing of the product's own code."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

_ISA_BYTES = 106
_MAX_SEGMENTS = 500_000


class Unreadable(ValueError):  # noqa: N818 - says what is the case
    """The bytes hold no interchange: nobody can be answered in X12."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: `at(1)` is its first element, '' where it is absent."""

    elements: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.elements[0]

    def at(self, position: int) -> str:
        return self.elements[position] if position < len(self.elements) else ""


@dataclass(slots=True)
class TransactionSet:
    """ST to SE, both included."""

    segments: list[Segment]

    @property
    def control_number(self) -> str:
        return self.segments[0].at(2)

    @property
    def identifier(self) -> str:
        return self.segments[0].at(1)


@dataclass(slots=True)
class Group:
    """GS to GE."""

    header: Segment
    sets: list[TransactionSet] = field(default_factory=list)
    trailer: Segment | None = None


@dataclass(slots=True)
class Interchange:
    """ISA to IEA with the delimiters the ISA declares."""

    header: Segment
    component: str
    groups: list[Group] = field(default_factory=list)
    trailer: Segment | None = None
    stray: bool = False

    @property
    def control_number(self) -> str:
        return self.header.at(13)

    @property
    def sender(self) -> str:
        return self.header.at(6).strip()

    @property
    def receiver(self) -> str:
        return self.header.at(8).strip()


def read_interchange(data: bytes) -> Interchange:
    """The one interchange of a file, however incomplete behind its ISA.

    Raises:
        Unreadable: no ISA of 106 bytes, bytes that are no text, or absurdly many segments.
    """
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as reason:
        raise Unreadable("the file is no text") from reason
    if not text.startswith("ISA") or len(text) < _ISA_BYTES:
        raise Unreadable("the file does not begin with an ISA segment")
    element, component, terminator = text[3], text[104], text[105]
    if len({element, component, terminator}) < 3 or element.isalnum():
        raise Unreadable("the ISA segment declares no usable delimiters")
    segments = [
        Segment(tuple(raw.strip("\r\n ").split(element)))
        for raw in text.split(terminator)
        if raw.strip("\r\n ")
    ]
    if len(segments) > _MAX_SEGMENTS:
        raise Unreadable("the file holds too many segments")
    return _nest(segments, component)


def _nest(segments: Sequence[Segment], component: str) -> Interchange:
    interchange = Interchange(header=segments[0], component=component)
    group: Group | None = None
    current: TransactionSet | None = None
    for segment in segments[1:]:
        match segment.id:
            case "GS":
                group, current = Group(segment), None
                interchange.groups.append(group)
            case "ST" if group is not None:
                current = TransactionSet([segment])
                group.sets.append(current)
            case "GE" if group is not None:
                group.trailer, group, current = segment, None, None
            case "IEA":
                interchange.trailer = segment
            case _ if current is not None:
                current.segments.append(segment)
                if segment.id == "SE":
                    current = None
            case _:
                interchange.stray = True
    return interchange


def decimal(text: str) -> Decimal:
    """An amount or quantity of a file.

    Raises:
        ValueError: the text is no finite number.
    """
    try:
        value = Decimal(text)
    except InvalidOperation as reason:
        raise ValueError("not a number") from reason
    if not value.is_finite():
        raise ValueError("not a finite number")
    return value


def amount(value: Decimal) -> str:
    """A number as X12 wants it: no trailing zeros, no exponent, no plus sign."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0", "-") else text


_FORBIDDEN = re.compile(r"[*~:^\x00-\x1f\x7f]")


def clean(text: str) -> str:
    """The text without what would break a segment."""
    return _FORBIDDEN.sub(" ", text).strip()


def segment(*elements: str) -> str:
    """One segment without its terminator; absent trailing elements are dropped."""
    return "*".join(elements).rstrip("*")


def envelope(
    *,
    sender: str,
    receiver: str,
    control_number: int,
    at: datetime,
    usage: str,
    content: Iterator[str] | Sequence[str],
) -> bytes:
    """A whole interchange around groups already written (`content`: their segments)."""
    segments = list(content)
    groups = sum(1 for line in segments if line.startswith("GS*"))
    header = (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{sender:<15.15}*ZZ*{receiver:<15.15}*{at:%y%m%d}*{at:%H%M}"
        f"*^*00501*{control_number:09d}*0*{usage}*:"
    )
    return _joined([header, *segments, segment("IEA", str(groups), f"{control_number:09d}")])


def group(
    *,
    functional_id: str,
    guide: str,
    sender: str,
    receiver: str,
    control_number: int,
    at: datetime,
    sets: Sequence[Sequence[str]],
) -> list[str]:
    """The segments of one functional group around finished transaction sets."""
    head = segment(
        "GS",
        functional_id,
        sender,
        receiver,
        f"{at:%Y%m%d}",
        f"{at:%H%M%S}",
        str(control_number),
        "X",
        guide,
    )
    tail = segment("GE", str(len(sets)), str(control_number))
    return [head, *(line for one in sets for line in one), tail]


def transaction_set(
    identifier: str, control_number: int, body: Sequence[str], *, guide: str | None = None
) -> list[str]:
    """ST, the body, SE with its count."""
    number = f"{control_number:04d}"
    return [
        segment("ST", identifier, number, guide or ""),
        *body,
        segment("SE", str(len(body) + 2), number),
    ]


def _joined(segments: Sequence[str]) -> bytes:
    return "".join(f"{line}~\n" for line in segments).encode()
