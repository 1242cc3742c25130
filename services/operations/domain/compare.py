"""Two versions of a claim's lines: what stayed, what was struck, what was inserted."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One line as shown: `kept`, `struck` or `inserted`."""

    kind: str
    cells: Row


Compared = Sequence[Change]


def compared(before: Sequence[Row], after: Sequence[Row]) -> Compared:
    """The lines after, with those struck in the places where they stood.

    Against nothing, every line is kept: a first version inserts none.
    """
    if not before:
        return [Change("kept", row) for row in after]
    shown: list[Change] = []
    for kind, start, end, new_start, new_end in SequenceMatcher(
        a=list(before), b=list(after), autojunk=False
    ).get_opcodes():
        if kind == "equal":
            shown += [Change("kept", row) for row in after[new_start:new_end]]
            continue
        shown += [Change("struck", row) for row in before[start:end]]
        shown += [Change("inserted", row) for row in after[new_start:new_end]]
    return shown
