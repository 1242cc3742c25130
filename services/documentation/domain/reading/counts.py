"""Counts of lesions treated, of stages, and sums over sites."""

import re
from collections.abc import Iterator

from services.documentation.domain.reading.fact import Fact
from services.documentation.domain.reading.statements import Statement
from shared.clinical.clauses import Status, clauses
from shared.clinical.site_words import site_at

_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_WORDS = {word: number for number, word in enumerate(_NUMBER_WORDS.split(" "), start=1)}
_N = rf"(?P<n>\d{{1,3}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_NOT_BETWEEN = (
    r"(?!mm\b|cm\b|years?\b|yo\b|months?\b|weeks?\b|days?\b|units?\b|m[gl]\b|cycles?\b|x\b"
    r"|and\b|of\b)"
)
_NOUNS = (
    ("premalignant", r"actinic\s+keratos[ei]s|a\.?k\.?'?s?|actinics"),
    ("benign", r"warts?|verruca\w*|molluscum|seborrhe\w+\s+keratos[ei]s|s\.?k\.?'?s?"),
    ("skin_tag", r"(?:skin\s+)?tags?|acrochordons?"),
    ("injection", r"injections?"),
    ("lesion", r"lesions?|spots?|papules?|growths?|keratos[ei]s|areas?|sites?"),
)
_PATTERNS = tuple(
    (
        noun,
        re.compile(
            rf"(?<![\d.])(?:total\s+of\s+|x\s?)?\b{_N}\b\s+(?:{_NOT_BETWEEN}[a-z-]+\s+){{0,2}}?(?:{words})\b",
            re.IGNORECASE,
        ),
    )
    for noun, words in _NOUNS
)
_TIMES = re.compile(
    r"\b(?:x\s?|\u00d7\s?|total\s+of\s+)(?P<n>\d{1,3})\b(?!\s*(?:mm|cm|cycles?|sec|weeks?|days?))",
    re.I,
)
_TREATED_OF = re.compile(rf"\b{_N}\s+of\s+(?:the\s+)?\d+\b[^.;]*\btreated\b", re.I)
_STAGES = re.compile(rf"\b{_N}\s+stages?\b", re.IGNORECASE)
_PER_SITE = re.compile(
    r"(?<![\d.])\b(?P<n>\d{1,3})\s+(?:on\s+(?:the\s+)?)?(?=[a-z])", re.IGNORECASE
)


def counts(statement: Statement) -> Iterator[Fact]:
    """The counts one statement gives of what was treated today."""
    if statement.section == "history":
        return
    text = statement.text
    for clause in clauses(text):
        if found := _TREATED_OF.search(text, clause.start, clause.end):
            yield _fact(statement, found, "lesion")
            return
        taken: list[tuple[int, int]] = []
        for noun, pattern in _PATTERNS:
            for found in pattern.finditer(text, clause.start, clause.end):
                free = all(found.end() <= s or found.start() >= e for s, e in taken)
                if free and clause.status(found.start(), found.end()) is Status.PRESENT:
                    taken.append(found.span())
                    yield _fact(statement, found, noun)
        if not taken:
            yield from _bare(statement, clause.start, clause.end)


def stages(statement: Statement) -> Iterator[Fact]:
    """The number of Mohs stages a statement gives."""
    for found in _STAGES.finditer(statement.text):
        yield _fact(statement, found, "stages")


def _bare(statement: Statement, start: int, end: int) -> Iterator[Fact]:
    """`x15`, `total of 6`, or the sum of `4 scalp, 3 forehead`."""
    text = statement.text
    if found := _TIMES.search(text, start, end):
        yield _fact(statement, found, "lesion")
        return
    parts = [
        found
        for found in _PER_SITE.finditer(text, start, end)
        if site_at(text, found.end()) is not None
    ]
    if len(parts) > 1:
        total = sum(int(found["n"]) for found in parts)
        yield Fact(
            "count",
            str(total),
            statement.start + parts[0].start(),
            statement.start + parts[-1].end("n"),
            statement.lesion_ids,
            role="lesion",
        )


def _fact(statement: Statement, found: re.Match[str], noun: str) -> Fact:
    word = found["n"].lower()
    value = _WORDS.get(word) or int(word)
    return Fact(
        "count",
        str(value),
        statement.start + found.start(),
        statement.start + found.end(),
        statement.lesion_ids,
        role=noun,
    )
