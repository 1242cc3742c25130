"""A file as it comes in: its envelope, its sets, its claims, and which of them are passed on."""

from collections.abc import Iterator
from dataclasses import dataclass

from deploy.simulators.clearinghouse.acknowledgements import SetAnswer
from deploy.simulators.clearinghouse.claim import Claim, read_claims
from deploy.simulators.x12 import Group, Interchange, Segment, TransactionSet, clean

_GUIDES = frozenset({"005010X222A1", "005010X222A2", "005010X222"})
_NEEDED = ("BHT", "NM1*41", "NM1*40", "HL", "NM1*85", "SBR", "NM1*IL", "NM1*PR", "CLM", "HI", "LX")


@dataclass(frozen=True, slots=True)
class Batch:
    """One ST with its claims, each with the position of its CLM (ST = 1); `batch_id` is BHT03."""

    batch_id: str
    submitter: tuple[str, str]
    positions: tuple[tuple[int, Claim], ...]

    @property
    def claims(self) -> list[Claim]:
        return [claim for _, claim in self.positions]


def envelope_note(interchange: Interchange) -> str | None:
    """The TA105 for which the whole file is refused; None: it is opened."""
    trailer = interchange.trailer
    if trailer is None:
        return "023"
    if trailer.at(2) != interchange.control_number:
        return "001"
    if not interchange.control_number.isdigit():
        return "018"
    if interchange.stray or any(group.trailer is None for group in interchange.groups):
        return "024"
    if trailer.at(1) != str(len(interchange.groups)) or not interchange.groups:
        return "021"
    return None


def set_fault(one: TransactionSet, group: Group) -> SetAnswer:
    """How the 999 answers this set."""
    guide = one.segments[0].at(3)
    last = one.segments[-1]

    def refused(segment_id: str, position: int, error: str) -> SetAnswer:
        return SetAnswer(one.control_number, guide, False, segment_id, position, error)

    if one.identifier != "837" or group.header.at(8) not in _GUIDES:
        return refused("ST", 1, "8")
    if last.id != "SE":
        return refused("SE", len(one.segments), "3")
    if last.at(1) != str(len(one.segments)) or last.at(2) != one.control_number:
        return refused("SE", len(one.segments), "8")
    for position, segment in enumerate(one.segments, start=1):
        if not segment.id.isalnum() or not 2 <= len(segment.id) <= 3:
            return refused(clean(segment.id)[:3] or "ZZZ", position, "1")
    found = {name for segment in one.segments for name in _names(segment)}
    for needed in _NEEDED:
        if needed not in found:
            return refused(needed.partition("*")[0], len(one.segments), "3")
    return SetAnswer(one.control_number, guide, True)


def _names(segment: Segment) -> Iterator[str]:
    yield segment.id
    yield f"{segment.id}*{segment.at(1)}"


def read_batch(one: TransactionSet, component: str) -> Batch:
    """The claims of a set that the 999 accepts."""
    batch_id, submitter = "", ("", "")
    for segment in one.segments:
        if segment.id == "BHT":
            batch_id = segment.at(3)
        elif segment.id == "NM1" and segment.at(1) == "41":
            submitter = (segment.at(3), segment.at(9))
    places = [place for place, found in enumerate(one.segments, start=1) if found.id == "CLM"]
    claims = read_claims(one, component)
    return Batch(batch_id, submitter, tuple(zip(places, claims, strict=True)))
