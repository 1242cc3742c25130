"""Rules of the envelope: widths, control numbers and counts, characters, versions."""

import re
from collections.abc import Iterator

from shared.x12.objection import Objection
from shared.x12.professional.values import FUNCTIONAL_ID, GUIDE
from shared.x12.segments import Segment

_ISA_LENGTH = 106
_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
_QUALIFIERS = frozenset({"01", "14", "20", "27", "28", "29", "30", "33", "ZZ"})
_DELIMITERS = ("*", ":", "^", "~")
_UNSENDABLE = re.compile(r"[^A-Z0-9 !\"&'()+,\-./;?=*:~^]")
_REPETITION = re.compile(r"\^")
_ORNAMENT = re.compile(r"[*:]~|:\*|[^~] [*:~]|[*:] [^*:~]")


def envelope_objections(text: str, segments: list[Segment]) -> Iterator[Objection]:
    """What is wrong with ISA to IEA of one interchange as it would be sent.

    `text` is the file without line ends, `segments` the same file read.
    """
    yield from _isa(segments[0])
    if tuple(segments[0].delimiters) == _DELIMITERS:
        yield from _characters(text, segments)
    yield from _trailers(segments)


def _whole(segment: str, element: str | None, says: str) -> Objection:
    return Objection("SC-1", says, segment, element)


def _isa(isa: Segment) -> Iterator[Objection]:
    for number, width in enumerate(_WIDTHS, 1):
        element = isa.elements[number - 1] if number <= len(isa.elements) else ""
        if len(element) != width:
            yield _whole("ISA", f"ISA{number:02d}", f"The element needs {width} characters.")
    if isa.get(5) not in _QUALIFIERS or isa.get(7) not in _QUALIFIERS:
        yield _whole("ISA", "ISA05", "Sender and receiver need a qualifier of the standard.")
    if isa.get(12) != "00501":
        yield _whole("ISA", "ISA12", "The interchange version is 00501.")
    if not isa.get(13).isdecimal():
        yield _whole("ISA", "ISA13", "The interchange control number has nine digits.")
    if isa.get(14) not in ("0", "1") or isa.get(15) not in ("P", "T"):
        yield _whole("ISA", "ISA15", "Usage is P or T, the request for a TA1 0 or 1.")
    if tuple(isa.delimiters) != _DELIMITERS:
        yield _whole("ISA", "ISA16", "Files are sent with the delimiters * : ^ and ~.")


def _characters(text: str, segments: list[Segment]) -> Iterator[Objection]:
    for pattern, says in (
        (_UNSENDABLE, "A character is outside the basic set of capitals, digits and signs."),
        (_REPETITION, "The repetition separator stands in data: nothing here may repeat."),
        (_ORNAMENT, "An empty element or component ends the segment, or blanks surround a value."),
    ):
        found = pattern.search(text, _ISA_LENGTH)
        if found:
            place = found.end() - 1
            where = segments[min(text.count("~", 0, found.start() + 1), len(segments) - 1)]
            element = text.count("*", text.rfind("~", 0, place) + 1, place)
            name = f"{where.id}{element:02d}" if element else None
            yield Objection("SC-1", says, where.id, name, None, where.position)


def _trailers(segments: list[Segment]) -> Iterator[Objection]:
    """Counts and control numbers, read in order; ST02 is unique through the interchange."""
    isa = segments[0]
    group = one = None
    groups = sets = begins = 0
    seen: set[str] = set()
    for place, segment in enumerate(segments[1:], 1):
        name = segment.id
        if name == "GS":
            group, groups, sets = segment, groups + 1, 0
            yield from _group(segment)
        elif name == "ST":
            if one is not None:
                yield _whole("SE", None, "A transaction set has no SE.")
            one, sets, begins = segment, sets + 1, place
            yield from _set(segment, group, seen)
        elif name == "SE":
            if one is None or segment.get(2) != one.get(2):
                yield _whole("SE", "SE02", "SE02 differs from ST02.")
            if one is not None and segment.get(1) != str(place - begins + 1):
                yield _whole("SE", "SE01", "SE01 differs from the number of segments.")
            one = None
        elif name == "GE":
            if one is not None:
                yield _whole("SE", None, "A transaction set has no SE.")
            if group is None or segment.get(2) != group.get(6):
                yield _whole("GE", "GE02", "GE02 differs from GS06.")
            if segment.get(1) != str(sets):
                yield _whole("GE", "GE01", "GE01 differs from the number of sets.")
            group = one = None
        elif name == "IEA":
            if group is not None:
                yield _whole("GE", None, "A functional group has no GE.")
            if segment.get(2) != isa.get(13):
                yield _whole("IEA", "IEA02", "IEA02 differs from ISA13.")
            if segment.get(1) != str(groups):
                yield _whole("IEA", "IEA01", "IEA01 differs from the number of groups.")
        elif one is None:
            says = "A segment stands outside every transaction set."
            yield Objection("SC-1", says, name, None, None, None)
    if segments[-1].id != "IEA":
        yield _whole("IEA", None, "The interchange has no IEA at its end.")
    if not seen:
        yield _whole("ST", None, "The file holds no transaction set.")


def _group(gs: Segment) -> Iterator[Objection]:
    if gs.get(1) != FUNCTIONAL_ID:
        yield _whole("GS", "GS01", "The functional id of claims is HC.")
    if gs.get(8) != GUIDE:
        yield _whole("GS", "GS08", f"The version of professional claims is {GUIDE}.")
    for number in (2, 3, 6):
        if not gs.get(number):
            yield _whole("GS", f"GS{number:02d}", "The group names sender, receiver and number.")


def _set(st: Segment, gs: Segment | None, seen: set[str]) -> Iterator[Objection]:
    if st.get(1) != "837":
        yield _whole("ST", "ST01", "The set of a claim file is 837.")
    if gs is None:
        yield _whole("GS", None, "A transaction set stands outside every group.")
    if st.get(3) != GUIDE:
        yield _whole("ST", "ST03", f"The version of professional claims is {GUIDE}.")
    if not 4 <= len(st.get(2)) <= 9:
        yield _whole("ST", "ST02", "The set control number has four to nine characters.")
    if st.get(2) in seen:
        yield _whole("ST", "ST02", "The set control number stands twice in the interchange.")
    seen.add(st.get(2))
