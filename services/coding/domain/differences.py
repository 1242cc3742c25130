"""Which lines of two versions are one line: by code and what was done, then by what was done."""

from collections.abc import Callable, Hashable, Sequence
from typing import Protocol, TypeVar


class LineLike(Protocol):
    """What two versions of a line are known by."""

    @property
    def code(self) -> str: ...
    @property
    def modifiers(self) -> tuple[str, ...]: ...
    @property
    def procedure_ids(self) -> tuple[str, ...]: ...
    @property
    def lesion_ids(self) -> tuple[str, ...]: ...


L = TypeVar("L", bound=LineLike)
Pairs = list[tuple[L | None, L | None]]


def matched(before: Sequence[L], after: Sequence[L]) -> Pairs[L]:
    """Lines of both in the order of `after`, those taken away last; None where one has no other.

    A line is the same line where code, modifiers and lesions are, else where its code and what was
    done are, else where only what was done is: a report changes the code of an excision.
    """
    left = list(before)
    partner: dict[int, L] = {}
    for key in _KEYS:
        for place, line in enumerate(after):
            if place in partner:
                continue
            for old in left:
                if key(old) == key(line):
                    partner[place] = old
                    left.remove(old)
                    break
    both: Pairs[L] = [(partner.get(place), line) for place, line in enumerate(after)]
    return both + [(old, None) for old in left]


def _exactly(line: LineLike) -> Hashable:
    return line.code, line.modifiers, line.procedure_ids, line.lesion_ids


def _by_code(line: LineLike) -> Hashable:
    return line.code, line.procedure_ids, line.lesion_ids


def _by_code_and_procedure(line: LineLike) -> Hashable:
    return line.code, line.procedure_ids


def _by_deed(line: LineLike) -> Hashable:
    return line.procedure_ids, line.lesion_ids


_KEYS: tuple[Callable[[LineLike], Hashable], ...] = (
    _exactly,
    _by_code,
    _by_code_and_procedure,
    _by_deed,
)
