"""A report cut into its sections by their headings (`data/report_headings.csv`)."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias, cast

from shared.clinical.tables import rows

SectionKind: TypeAlias = Literal["diagnosis", "aside", "specimen", "skipped"]
"""diagnosis: read whole. aside: comments and notes, read for doubt and another diagnosis only.
specimen: read for site and side only. skipped: history, gross, microscopic, earlier diagnoses."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the text, half-open, in code points. Headings of its own kind stay outside."""

    kind: SectionKind
    start: int
    end: int


@cache
def _kinds() -> dict[str, str]:
    return {row["heading"]: row["kind"] for row in rows("report_headings.csv")}


@cache
def _heading() -> re.Pattern[str]:
    names = "|".join(
        re.escape(name).replace(r"\ ", r"[^\S\n]+")
        for name in sorted(_kinds(), key=lambda name: (-len(name), name))
    )
    # A heading ends with a colon, or stands alone on its line; a signature takes the line.
    return re.compile(
        r"(?:^|(?<=[.;\n]))[^\S\n]*(?:(?P<signature>(?:electronically )?signed (?:out )?by\b)"
        rf"|(?P<name>{names})(?:\(s\))?(?:[^\S\n]*:|[^\S\n]*(?=\n|$)))",
        re.IGNORECASE,
    )


def sections(text: str) -> list[Section]:
    """The sections in order; what stands before the first heading is diagnosis."""
    found: list[Section] = []
    kind, start = "diagnosis", 0
    for match in _heading().finditer(text):
        if match.start() < start:
            continue  # in the line of a signature
        found.append(Section(cast(SectionKind, kind), start, match.start()))
        if match.group("signature"):
            line_end = text.find("\n", match.end())
            start = line_end if line_end >= 0 else len(text)
            continue
        kind = _kinds()[" ".join(match.group("name").lower().split())]
        start = match.end()
        if kind == "margins":  # the heading is the first word of what it says
            kind, start = "diagnosis", match.start("name")
    found.append(Section(cast(SectionKind, kind), start, len(text)))
    return [each for each in found if each.start < each.end]
