"""Interchanges and transaction sets of a file, read tolerantly: a bad set costs no neighbour."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shared.x12.segments import NotX12, Segment, tokenize


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with what was read: a stable rule, a sentence without content, the place.

    `segment` is the place as people look it up: segment id and its position from ST = 1.
    """

    rule: str
    says: str
    segment: str | None = None


@dataclass(slots=True)
class TransactionSet:
    """ST to SE. `guide` is ST03, or GS08 where ST03 is absent. `count` includes ST and SE."""

    kind: str
    control_number: str
    guide: str
    group_control_number: str
    functional_id: str
    segments: list[Segment]
    complete: bool = False
    count: int = 1
    faults: list[Fault] = field(default_factory=list)

    def place(self, segment: Segment) -> str:
        """Name a segment by id and its position counted from ST = 1."""
        return f"{segment.id}@{segment.position - self.segments[0].position + 1}"


@dataclass(slots=True)
class Interchange:
    """ISA to IEA with its transaction sets and TA1 segments, in file order."""

    control_number: str
    sender: str
    receiver: str
    usage: str
    acknowledgements: list[Segment] = field(default_factory=list)
    sets: list[TransactionSet] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    complete: bool = False


Take = Callable[[Segment], object]
"""What is done with each segment of a set after its ST."""


def _kept(_: Interchange, found: TransactionSet) -> Take:
    return found.segments.append


def read_interchanges(data: bytes) -> list[Interchange]:
    """Every interchange of the file.

    Raises:
        NotX12: the file does not begin with a readable ISA.
    """
    return interchanges_of(tokenize(data))


def interchanges_of(
    segments: Iterable[Segment],
    opened: Callable[[Interchange, TransactionSet], Take] = _kept,
) -> list[Interchange]:
    """Every interchange of a file that is read already.

    `opened` is told each set at its ST and says what takes its segments; by default the set keeps
    them.
    """
    walk = _Walk(opened)
    for segment in segments:
        handle = _ENVELOPE.get(segment.id)
        if handle is None:
            walk.take(segment)
        else:
            handle(walk, segment)
    return walk.finish()


class _Walk:
    """Where in the envelope the next segment stands."""

    def __init__(self, opened: Callable[[Interchange, TransactionSet], Take]) -> None:
        self._opened = opened
        self._interchanges: list[Interchange] = []
        self._group: Segment | None = None
        self._groups = self._sets_of_group = 0
        self._outside()

    def _outside(self) -> None:
        self._current: TransactionSet | None = None
        self.take: Take = self._stray

    def isa(self, segment: Segment) -> None:
        self._interchanges.append(
            Interchange(segment.get(13), segment.get(6), segment.get(8), segment.get(15))
        )
        self._group = None
        self._outside()
        self._groups = 0

    def gs(self, segment: Segment) -> None:
        self._group = segment
        self._outside()
        self._groups += 1
        self._sets_of_group = 0

    def st(self, segment: Segment) -> None:
        group = self._group
        found = TransactionSet(
            kind=segment.get(1),
            control_number=segment.get(2),
            guide=segment.get(3) or (group.get(8) if group else ""),
            group_control_number=group.get(6) if group else "",
            functional_id=group.get(1) if group else "",
            segments=[segment],
        )
        interchange = self._interchanges[-1]
        interchange.sets.append(found)
        self._sets_of_group += 1
        self._current = found
        self.take = self._opened(interchange, found)

    def se(self, segment: Segment) -> None:
        found = self._current
        if found is None:
            self._stray(segment)
            return
        self.take(segment)
        self._outside()
        found.complete = True
        found.count = segment.position - found.segments[0].position + 1
        if segment.get(1).lstrip("0") != str(found.count):
            says = "SE01 differs from the number of segments."
            found.faults.append(Fault("se_count", says, found.place(segment)))
        if segment.get(2) != found.control_number:
            says = "SE02 differs from ST02."
            found.faults.append(Fault("se_control_number", says, found.place(segment)))

    def ge(self, segment: Segment) -> None:
        if self._group is None:
            self._stray(segment)
        else:
            self._compare("ge_count", segment, 1, str(self._sets_of_group))
            self._compare("ge_control_number", segment, 2, self._group.get(6))
        self._group = None
        self._outside()

    def iea(self, segment: Segment) -> None:
        interchange = self._interchanges[-1]
        interchange.complete = True
        self._compare("iea_count", segment, 1, str(self._groups))
        self._compare("iea_control_number", segment, 2, interchange.control_number)
        self._group = None
        self._outside()

    def ta1(self, segment: Segment) -> None:
        self._interchanges[-1].acknowledgements.append(segment)

    def _stray(self, _: Segment) -> None:
        self._fault("stray_segment", "A segment stands outside every transaction set.", None)

    def finish(self) -> list[Interchange]:
        for each in self._interchanges:
            if not each.complete:
                each.faults.append(Fault("iea_missing", "The interchange ends without its IEA."))
        return self._interchanges

    def _compare(self, rule: str, segment: Segment, number: int, wanted: str) -> None:
        """Numbers of a trailer are compared whatever their leading zeros."""
        if segment.get(number).lstrip("0") != wanted.lstrip("0"):
            says = f"{segment.id}{number:02d} differs from what the file holds."
            self._fault(rule, says, segment.id)

    def _fault(self, rule: str, says: str, place: str | None) -> None:
        faults = self._interchanges[-1].faults
        if all(each.rule != rule for each in faults):
            faults.append(Fault(rule, says, place))


_ENVELOPE = {
    "ISA": _Walk.isa,
    "GS": _Walk.gs,
    "ST": _Walk.st,
    "SE": _Walk.se,
    "GE": _Walk.ge,
    "IEA": _Walk.iea,
    "TA1": _Walk.ta1,
}


def sets_of(data: bytes, kind: str) -> list[TransactionSet]:
    """The transaction sets of one kind (ST01), over all interchanges of the file.

    Raises:
        NotX12: no interchange, or no set of that kind.
    """
    found = [one for each in read_interchanges(data) for one in each.sets if one.kind == kind]
    if not found:
        raise NotX12("no-such-set", f"The file holds no {kind} transaction set.")
    return found
