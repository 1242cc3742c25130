"""An 837P set as its loops: billing provider, subscriber, patient, claims and their lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.x12.envelope import TransactionSet
from shared.x12.segments import Segment

_OF_CLAIM = {
    "DN": "2310A", "P3": "2310A", "82": "2310B", "77": "2310C", "DQ": "2310D", "PW": "2310E",
    "45": "2310F",
}  # fmt: skip
_OF_LINE = {
    "82": "2420A", "QB": "2420B", "77": "2420C", "DQ": "2420D", "DK": "2420E", "DN": "2420F",
    "P3": "2420F", "PW": "2420G", "45": "2420H",
}  # fmt: skip
_OF_OTHER_PAYER = {
    "IL": "2330A", "PR": "2330B", "DN": "2330C", "P3": "2330C", "82": "2330D", "77": "2330E",
    "DQ": "2330F", "85": "2330G",
}  # fmt: skip
_OF_LEVEL = {
    "20": ("2000A", {"85": "2010AA", "87": "2010AB", "PE": "2010AC"}),
    "22": ("2000B", {"IL": "2010BA", "PR": "2010BB"}),
    "23": ("2000C", {"QC": "2010CA"}),
}
_HEADER = {"41": "1000A", "40": "1000B"}
_OPENS_IN_LINE = {"LIN": "2410", "SVD": "2430", "LQ": "2440"}


@dataclass(slots=True)
class Loop:
    """A loop's own segments, those of loops inside it aside."""

    name: str
    segments: list[Segment] = field(default_factory=list)

    @property
    def head(self) -> Segment:
        return self.segments[0]

    def first(self, name: str, qualifier: str | None = None) -> Segment | None:
        """The first segment of this name, with this qualifier in element 01 where one is given."""
        return next(self.every(name, qualifier), None)

    def every(self, name: str, qualifier: str | None = None) -> Iterator[Segment]:
        """Every segment of this name and qualifier."""
        for segment in self.segments:
            if segment.id == name and (qualifier is None or segment.get(1) == qualifier):
                yield segment


@dataclass(slots=True)
class Node:
    """A loop with the loops inside it, in file order; `loops[0]` is its own."""

    loops: list[Loop]

    @property
    def own(self) -> Loop:
        return self.loops[0]

    @property
    def service(self) -> Segment | None:
        """SV1 of a line."""
        return self.own.first("SV1")

    def one(self, name: str) -> Loop | None:
        """The first loop of this name."""
        return next((loop for loop in self.loops if loop.name == name), None)

    def open(self, name: str, segment: Segment) -> None:
        """A loop begins."""
        self.loops.append(Loop(name, [segment]))


@dataclass(slots=True)
class ClaimLoops:
    """Loop 2300 with who stands above it, its other payers and its lines."""

    provider: Node | None
    subscriber: Node | None
    patient: Node | None
    claim: Node
    other_payers: list[Node] = field(default_factory=list)
    lines: list[Node] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.claim.own.head.get(1)


@dataclass(slots=True)
class SetLoops:
    """An 837P set: its header, its HL levels in order, its claims."""

    header: Node
    levels: list[Node] = field(default_factory=list)
    claims: list[ClaimLoops] = field(default_factory=list)


def read_loops(one: TransactionSet) -> SetLoops:
    """Lay a set out by loops, tolerantly: what stands in a wrong place stays where it stands."""
    found = SetLoops(Node([Loop("ST", [one.segments[0]])]))
    standing: dict[str, Node] = {}
    node, names = found.header, _HEADER
    for segment in one.segments[1:]:
        name = segment.id
        if name == "HL":
            loop, names = _OF_LEVEL.get(segment.get(3), ("2000", {}))
            node = Node([Loop(loop, [segment])])
            found.levels.append(node)
            _stands(standing, loop, node)
        elif name == "CLM":
            node, names = Node([Loop("2300", [segment])]), _OF_CLAIM
            provider, subscriber = standing.get("2000A"), standing.get("2000B")
            found.claims.append(ClaimLoops(provider, subscriber, standing.get("2000C"), node))
        elif name == "SBR" and found.claims and node.own.name != "2000B":
            node, names = Node([Loop("2320", [segment])]), _OF_OTHER_PAYER
            found.claims[-1].other_payers.append(node)
        elif name == "LX" and found.claims:
            node, names = Node([Loop("2400", [segment])]), _OF_LINE
            found.claims[-1].lines.append(node)
        elif name == "NM1" and segment.get(1) in names:
            node.open(names[segment.get(1)], segment)
        elif name in _OPENS_IN_LINE and node.own.name == "2400":
            node.open(_OPENS_IN_LINE[name], segment)
        else:
            node.loops[-1].segments.append(segment)
    return found


def _stands(standing: dict[str, Node], loop: str, node: Node) -> None:
    """A level stands until the next of its own or a higher one."""
    if loop in ("2000A", "2000B"):
        standing.pop("2000C", None)
    if loop == "2000A":
        standing.pop("2000B", None)
    standing[loop] = node
