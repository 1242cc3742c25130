"""The one writer for every X12 file that goes out.

There is no escape character in 5010, so a delimiter inside data cannot be sent: prose is mapped to
the basic character set (`plain`), an identifier that holds one is refused, never "cleaned".
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

ELEMENT, COMPONENT, REPETITION, TERMINATOR = "*", ":", "^", "~"
_ACTIVE = frozenset(ELEMENT + COMPONENT + REPETITION + TERMINATOR)
_BASIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !\"&'()+,-./;?=")
_TYPOGRAPHIC = str.maketrans(
    {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-"}
    | {"ß": "ss", "Ø": "O", "ø": "o", "Æ": "AE", "æ": "ae", "Ł": "L", "ł": "l"}
)
_UNSENDABLE = re.compile(r"[^ -~]|[*:^~]")
_BLANKS = re.compile(r"\s+")

Element: TypeAlias = str | Sequence[str]


class Unwritable(ValueError):  # noqa: N818 - says what the value is
    """A value that may not be sent. `place` is its X12 place (`NM109`); it is never quoted.

    `qualifier` is the code in element 01 of its segment, where that says whose value it is.
    """

    def __init__(self, place: str, says: str, qualifier: str | None = None) -> None:
        super().__init__(f"{place}: {says}")
        self.place = place
        self.says = says
        self.qualifier = qualifier


def plain(text: str, limit: int) -> str:
    """Prose as the basic character set takes it: no accents, upper case, single blanks, cut to fit.

    Raises:
        Unwritable: nothing is left, or it holds a control character.
    """
    if any(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n" for letter in text):
        raise Unwritable("text", "The text holds a control character.")
    decomposed = unicodedata.normalize("NFKD", text.translate(_TYPOGRAPHIC))
    letters = (letter for letter in decomposed if not unicodedata.combining(letter))
    mapped = "".join(
        letter if letter in _BASIC else "-" if letter in _ACTIVE else " "
        for letter in "".join(letters).upper()
    )
    result = _BLANKS.sub(" ", mapped).strip()[:limit].strip()
    if not result.strip("- "):
        raise Unwritable("text", "No character of the text can be sent.")
    return result


def number(value: Decimal | int) -> str:
    """A number as X12 writes it: no leading zero, no trailing zeros, no exponent."""
    text = f"{Decimal(value):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    return sign + (digits[1:] if digits.startswith("0.") else digits)


def day(value: date) -> str:
    """A date as CCYYMMDD."""
    return value.strftime("%Y%m%d")


@dataclass(frozen=True, slots=True)
class Mark:
    """From which segment (ST = 1) a claim or one of its lines stands in the set."""

    position: int
    claim_id: str
    line: int | None = None


@dataclass(slots=True)
class SetWriter:
    """Collects the segments of one transaction set and where each claim begins in it."""

    kind: str
    guide: str
    segments: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def add(self, name: str, *elements: Element) -> None:
        """Append a segment; empty elements and components at its end are dropped.

        Raises:
            Unwritable: a value holds a delimiter or a character that may not be sent.
        """
        try:
            written = [_composite(name, place, each) for place, each in enumerate(elements, 1)]
        except Unwritable as error:
            qualifier = elements[0] if isinstance(elements[0], str) else None
            raise Unwritable(error.place, error.says, qualifier) from None
        while written and not written[-1]:
            written.pop()
        self.segments.append(ELEMENT.join([name, *written]))

    def mark(self, claim_id: str, line: int | None = None) -> None:
        """Note that the next segment begins this claim or line (the ST is segment 1)."""
        self.marks.append(Mark(len(self.segments) + 2, claim_id, line))

    def body(self) -> str:
        """The segments between ST and SE, as they are hashed: no control number, no time."""
        return TERMINATOR.join(self.segments)

    def text(self, control_number: str) -> list[str]:
        """ST to SE with this control number."""
        head = ELEMENT.join(["ST", self.kind, control_number, self.guide])
        tail = ELEMENT.join(["SE", str(len(self.segments) + 2), control_number])
        return [head, *self.segments, tail]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, when, and under which interchange number."""

    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    control_number: int
    usage: str
    written_at: datetime
    functional_id: str
    guide: str


def write_interchange(envelope: Envelope, sets: Sequence[SetWriter]) -> str:
    """One interchange with one group; ST02 counts on through it; control counts are right.

    Raises:
        Unwritable: a sender or receiver id cannot be sent.
    """
    control = f"{envelope.control_number:09d}"
    written = envelope.written_at
    isa = [
        "ISA", "00", " " * 10, "00", " " * 10,
        envelope.sender_qualifier, _fixed("ISA06", envelope.sender),
        envelope.receiver_qualifier, _fixed("ISA08", envelope.receiver),
        written.strftime("%y%m%d"), written.strftime("%H%M"),
        REPETITION, "00501", control, "0", envelope.usage, COMPONENT,
    ]  # fmt: skip
    group = str(envelope.control_number)
    gs = [
        "GS", envelope.functional_id, _checked("GS02", envelope.sender),
        _checked("GS03", envelope.receiver),
        written.strftime("%Y%m%d"), written.strftime("%H%M"), group, "X", envelope.guide,
    ]  # fmt: skip
    segments = [ELEMENT.join(isa), ELEMENT.join(gs)]
    for count, each in enumerate(sets, 1):
        segments.extend(each.text(set_control_number(count)))
    segments.append(ELEMENT.join(["GE", str(len(sets)), group]))
    segments.append(ELEMENT.join(["IEA", "1", control]))
    return "".join(segment + TERMINATOR for segment in segments)


def set_control_number(count: int) -> str:
    """ST02 of the n-th set of an interchange."""
    return f"{count:04d}"


def _composite(name: str, place: int, element: Element) -> str:
    where = f"{name}{place:02d}"
    if isinstance(element, str):
        return _checked(where, element)
    parts = [_checked(where, part) for part in element]
    while parts and not parts[-1]:
        parts.pop()
    return COMPONENT.join(parts)


def _checked(where: str, value: str) -> str:
    found = _UNSENDABLE.search(value)
    if found is None:
        return value
    if found.group() in _ACTIVE:
        raise Unwritable(where, "The value holds an X12 delimiter.")
    raise Unwritable(where, "The value holds a character that cannot be sent.")


def _fixed(where: str, value: str) -> str:
    if not value or len(value) > 15:
        raise Unwritable(where, "The id must have 1 to 15 characters.")
    return _checked(where, value).ljust(15)
