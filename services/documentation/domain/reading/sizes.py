"""Sizes in a note, in centimetres, each with what it measures (`role`)."""

import re
from collections.abc import Iterator
from decimal import Decimal

from services.documentation.domain.reading.fact import Fact
from services.documentation.domain.reading.statements import Statement
from shared.clinical.clauses import Status, clauses

_NUMBER = r"\d{1,4}(?:\.\d{1,3})?|\.\d{1,3}"
_SIZE = re.compile(
    rf"(?<![\d.])(?P<first>{_NUMBER})(?:\s*(?:x|\u00d7|by)\s*(?P<second>{_NUMBER}))?"
    r"\s*-?\s*(?P<unit>mm|cm|millimet\w+|centimet\w+)\b",
    re.IGNORECASE,
)
_SKIP = re.compile(
    r"\bpunch\b|\bdefect\b|\bscar\b|\bdepth\b|\bdeep\b|\bbreslow\b|\bstrip\b|\bthick", re.I
)
_ROLES = (
    ("margin", re.compile(r"\bmargins?\b", re.I)),
    ("excised", re.compile(r"\btotal\b|\bexcised\s+diameter\b|\boverall\b", re.I)),
    (
        "length",
        re.compile(r"\bclos(?:ure|ed)\b|\brepair\w*\b|\blength\b|\bsutur\w+\b|\blong\b", re.I),
    ),
)

_NEAR = 160
"""Letters on either side of a size in which words tell what it measures."""


def sizes(statement: Statement) -> Iterator[Fact]:
    """The sizes one statement gives of today's lesion, margin, excision or repair."""
    if statement.section == "history":
        return
    text = statement.text
    for clause in clauses(text):
        for found in _SIZE.finditer(text, clause.start, clause.end):
            role = _role(text, found.start(), found.end())
            if role is None or clause.status(found.start(), found.end()) is not Status.PRESENT:
                continue
            yield Fact(
                "size",
                str(_centimetres(found)),
                statement.start + found.start(),
                statement.start + found.end(),
                statement.lesion_ids,
                role=role,
            )


def _centimetres(found: re.Match[str]) -> Decimal:
    greatest = max(Decimal(found["first"]), Decimal(found["second"] or 0))
    if found["unit"].lower().startswith("mm") or found["unit"].lower().startswith("milli"):
        return (greatest / 10).normalize() + 0
    return greatest


def _role(text: str, start: int, end: int) -> str | None:
    """What a size measures, by the words of its part of the sentence; None where to be skipped."""
    first, last = max(0, start - _NEAR), min(len(text), end + _NEAR)
    found_before = max(text.rfind(mark, first, start) for mark in (",", ";", ":"))
    part_start = found_before + 1 if found_before >= 0 else first
    part_end = min([at for mark in (",", ";") if (at := text.find(mark, end, last)) >= 0] or [last])
    part = text[part_start:part_end]
    if len(part.strip(" .")) == end - start and part_start > 0:
        before = max(text.rfind(mark, first, part_start - 1) for mark in (",", ";", ":")) + 1
        part = text[before:part_end]
    if _SKIP.search(part):
        return None
    return next((role for role, pattern in _ROLES if pattern.search(part)), "lesion")
