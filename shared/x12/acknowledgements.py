"""TA1 and 999: whether an interchange, a group and each of its sets could be read at all."""

from dataclasses import dataclass, field

from shared.x12.envelope import Interchange, TransactionSet
from shared.x12.segments import Segment

TA1_NOTES = {
    "000": "no error",
    "001": "the control number in the trailer differs from the header",
    "005": "the sender id qualifier is wrong",
    "006": "the sender id is wrong",
    "007": "the receiver id qualifier is wrong",
    "008": "the receiver id is wrong",
    "009": "the receiver is not known",
    "014": "the interchange date is wrong",
    "015": "the interchange time is wrong",
    "018": "the control number is wrong",
    "021": "the number of groups is wrong",
    "022": "a control character is wrong",
    "023": "the file ends too early",
    "024": "the interchange content is wrong",
    "025": "the control number was used before",
    "026": "the element separator is wrong",
    "027": "the component separator is wrong",
}
SEGMENT_ERRORS = {
    "1": "the segment is not known",
    "2": "the segment was not expected here",
    "3": "a required segment is missing",
    "4": "the loop repeats too often",
    "5": "the segment repeats too often",
    "6": "the segment is not part of the set",
    "7": "the segment is out of order",
    "8": "the segment has element errors",
    "I4": "a segment not used in the guide is present",
    "I6": "a segment required by another is missing",
    "I7": "the loop occurs less often than required",
    "I8": "the segment occurs less often than required",
    "I9": "a segment that depends on another is present without it",
}
ELEMENT_ERRORS = {
    "1": "a required element is missing",
    "2": "an element required by another is missing",
    "3": "there are too many elements",
    "4": "the element is too short",
    "5": "the element is too long",
    "6": "the element holds a character that is not allowed",
    "7": "the code is not valid",
    "8": "the date is not valid",
    "9": "the time is not valid",
    "10": "an element excluded by another is present",
    "12": "the element repeats too often",
    "13": "there are too many components",
    "I6": "the code is not in the guide",
    "I9": "an element that depends on another is missing",
}
SET_ERRORS = {
    "1": "the transaction set is not supported",
    "2": "the trailer of the set is missing",
    "3": "the control numbers of header and trailer differ",
    "4": "the segment count is wrong",
    "5": "segments of the set are in error",
    "6": "the set identifier is wrong",
    "7": "the set control number is wrong",
    "18": "the set does not belong to the group",
    "19": "the implementation reference of the set is wrong",
    "23": "the set control number stands twice",
    "I5": "the set breaks rules of the guide",
    "I6": "the guide is not supported",
}


@dataclass(frozen=True, slots=True)
class InterchangeAcknowledgement:
    """One TA1: what became of an interchange of ours."""

    control_number: str
    code: str
    note: str

    @property
    def rejected(self) -> bool:
        return self.code == "R"


@dataclass(slots=True)
class SegmentError:
    """One IK3 with its IK4: the place in the set we sent, and why. Bad values are not kept."""

    segment: str
    position: int | None
    code: str
    claim_id: str | None = None
    elements: list[tuple[str, str]] = field(default_factory=list)

    def says(self) -> str:
        """The error in words."""
        where = f"{self.segment}, segment {self.position} of the set"
        why = SEGMENT_ERRORS.get(self.code, f"segment error {self.code}")
        details = [
            f"element {number}: {ELEMENT_ERRORS.get(code, f'element error {code}')}"
            for number, code in self.elements
        ]
        return "; ".join([f"{where}: {why}", *details]) + "."


@dataclass(slots=True)
class SetAcknowledgement:
    """AK2 to IK5: what became of one transaction set of ours."""

    control_number: str
    code: str = ""
    codes: list[str] = field(default_factory=list)
    errors: list[SegmentError] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return self.code in ("A", "E")

    @property
    def rejected(self) -> bool:
        return self.code in ("R", "M", "W", "X")


@dataclass(slots=True)
class GroupAcknowledgement:
    """One 999: what became of a functional group of ours. `code` is AK901."""

    control_number: str
    code: str = ""
    codes: list[str] = field(default_factory=list)
    sets: list[SetAcknowledgement] = field(default_factory=list)
    complete: bool = True

    @property
    def rejected(self) -> bool:
        """Whether the group was refused whole, whatever its sets say."""
        return self.code in ("R", "M", "W", "X")


def read_interchange_acknowledgements(found: Interchange) -> list[InterchangeAcknowledgement]:
    """Every TA1 of an interchange."""
    return [
        InterchangeAcknowledgement(ta1.get(1), ta1.get(4), ta1.get(5))
        for ta1 in found.acknowledgements
    ]


def read_group_acknowledgement(found: TransactionSet) -> GroupAcknowledgement:
    """Read one 999 transaction set."""
    group = GroupAcknowledgement("", complete=found.complete)
    for segment in found.segments:
        if segment.id == "AK1":
            group.control_number = segment.get(2)
        elif segment.id == "AK2":
            group.sets.append(SetAcknowledgement(segment.get(2)))
        elif segment.id == "AK9":
            group.code = segment.get(1)
            group.codes = [segment.get(n) for n in range(5, 10) if segment.get(n)]
        elif group.sets:
            _take_of_set(group.sets[-1], segment)
    return group


def _take_of_set(current: SetAcknowledgement, segment: Segment) -> None:
    if segment.id == "IK3":
        position = segment.get(2)
        current.errors.append(
            SegmentError(
                segment.get(1), int(position) if position.isdecimal() else None, segment.get(4)
            )
        )
    elif segment.id == "IK4" and current.errors:
        current.errors[-1].elements.append((segment.get(1), segment.get(3)))
    elif segment.id == "CTX" and current.errors:
        name, _, value = segment.get(1).partition(segment.delimiters.component)
        if name == "CLM01" and value:
            current.errors[-1].claim_id = value
    elif segment.id == "IK5":
        current.code = segment.get(1)
        current.codes = [segment.get(n) for n in range(2, 7) if segment.get(n)]
