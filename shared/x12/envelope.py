"""Interchanges and transaction sets of a file, read tolerantly: a bad set costs no neighbour."""

from collections.abc import Iterable
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
    """ST to SE. `guide` is ST03, or GS08 where ST03 is absent."""

    kind: str
    control_number: str
    guide: str
    group_control_number: str
    functional_id: str
    segments: list[Segment]
    complete: bool = False
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


def read_interchanges(data: bytes) -> list[Interchange]:
    """Every interchange of the file.

    Raises:
        NotX12: the file does not begin with a readable ISA.
    """
    return interchanges_of(tokenize(data))


def interchanges_of(segments: Iterable[Segment]) -> list[Interchange]:
    """Every interchange of a file that is read already."""
    interchanges: list[Interchange] = []
    group: Segment | None = None
    current: TransactionSet | None = None
    for segment in segments:
        if segment.id == "ISA":
            interchanges.append(_opened(segment))
            group, current = None, None
            continue
        interchange = interchanges[-1]
        if segment.id == "GS":
            group, current = segment, None
        elif segment.id == "ST":
            current = _begun(segment, group)
            interchange.sets.append(current)
        elif segment.id == "SE" and current is not None:
            current.segments.append(segment)
            _check_trailer(current, segment)
            current = None
        elif segment.id == "TA1":
            interchange.acknowledgements.append(segment)
        elif segment.id == "IEA":
            interchange.complete = True
            if segment.get(2) != interchange.control_number:
                interchange.faults.append(
                    Fault("iea_control_number", "IEA02 differs from ISA13.", "IEA")
                )
        elif segment.id == "GE":
            group, current = None, None
        elif current is not None:
            current.segments.append(segment)
        else:
            interchange.faults.append(
                Fault("stray_segment", "A segment stands outside every transaction set.")
            )
    return interchanges


def sets_of(data: bytes, kind: str) -> list[TransactionSet]:
    """The transaction sets of one kind (ST01), over all interchanges of the file.

    Raises:
        NotX12: no interchange, or no set of that kind.
    """
    found = [one for each in read_interchanges(data) for one in each.sets if one.kind == kind]
    if not found:
        raise NotX12("no-such-set", f"The file holds no {kind} transaction set.")
    return found


def _opened(isa: Segment) -> Interchange:
    return Interchange(
        control_number=isa.get(13), sender=isa.get(6), receiver=isa.get(8), usage=isa.get(15)
    )


def _begun(st: Segment, group: Segment | None) -> TransactionSet:
    return TransactionSet(
        kind=st.get(1),
        control_number=st.get(2),
        guide=st.get(3) or (group.get(8) if group else ""),
        group_control_number=group.get(6) if group else "",
        functional_id=group.get(1) if group else "",
        segments=[st],
    )


def _check_trailer(found: TransactionSet, se: Segment) -> None:
    found.complete = True
    if se.get(1) != str(len(found.segments)):
        found.faults.append(
            Fault("se_count", "SE01 differs from the number of segments.", found.place(se))
        )
    if se.get(2) != found.control_number:
        found.faults.append(Fault("se_control_number", "SE02 differs from ST02.", found.place(se)))
