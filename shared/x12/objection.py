"""An objection to a claim file, and the lists that codes are looked up in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from shared.x12.segments import Segment


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a file or claim may not be sent. No value of the file is quoted.

    `element` as people look it up (`NM109`, `CLM05-3`), `position` counted from ST = 1,
    `claim_id` the CLM01 and `line` the line it concerns; each None where the objection is wider.
    """

    rule: str
    says: str
    segment: str
    element: str | None = None
    loop: str | None = None
    position: int | None = None
    set_control_number: str | None = None
    claim_id: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class CodeLists:
    """What is known of codes; an empty list is not looked in.

    procedures: code to its last day in force (None: in force). diagnoses: billable ICD-10-CM
    without the dot; categories: those of which every billable code is in the list.
    """

    procedures: Mapping[str, date | None] = field(default_factory=dict)
    diagnoses: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    taxonomies: frozenset[str] = frozenset()

    def with_procedures(self, codes: Iterable[str]) -> "CodeLists":
        """The lists with further codes that are in force; one that ended stays ended."""
        return replace(self, procedures={**dict.fromkeys(codes), **self.procedures})


def at(
    rule: str, says: str, segment: Segment, loop: str, number: int, component: int = 0
) -> Objection:
    """An objection to an element of a segment; its position counts from the file's start."""
    element = f"{segment.id}{number:02d}" + (f"-{component}" if component else "")
    return Objection(rule, says, segment.id, element, loop, segment.position)


def absent(
    rule: str, says: str, name: str, loop: str, after: Segment | None, number: int | None = None
) -> Objection:
    """An objection to a segment that is not there, placed where its loop begins."""
    element = f"{name}{number:02d}" if number else None
    return Objection(rule, says, name, element, loop, after.position if after else None)
