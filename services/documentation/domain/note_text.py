"""The note as a text: there, signed, without unfilled templates and copies (`text.*`)."""

import re
from collections.abc import Iterator

from services.documentation.domain.encounter import Encounter
from services.documentation.domain.finding import NOTE, Finding, Question, Span

_PLACEHOLDER = re.compile(
    r"\*{3,}|_{3,}|\{\{[^}]*\}\}|\[(?:size|site|side|count|date|name|location|laterality|diagnosis|"
    r"insert[^\]]*|x+)\]",
    re.IGNORECASE,
)
_UNSIGNED = re.compile(
    r"\b(?:draft\s+note|unsigned|not\s+(?:yet\s+)?signed|(?:pending|awaiting)\s+signature)\b"
    r"|^\s*draft\b",
    re.IGNORECASE | re.MULTILINE,
)
_COPIED = re.compile(r"\bcop(?:ied|y)\s+(?:from|forward)\b", re.IGNORECASE)
_BLOCK_WORDS = 25


def text_findings(encounter: Encounter) -> Iterator[Finding]:
    """What is wrong with the note as a text."""
    note = encounter.prose
    if not note:
        yield Finding(
            "missing.note",
            "warning",
            "/note",
            "There is no note: the facts were not cross-checked.",
            "own",
            evidence=("/note",),
        )
        return
    if found := _UNSIGNED.search(note):
        yield _finding(
            "unsigned", "The note is not signed.", found.span(), ask="Please sign the note."
        )
    if found := _PLACEHOLDER.search(note):
        yield _finding(
            "placeholder",
            "The note holds an unfilled part of a template.",
            found.span(),
            ask="Please complete the unfilled part of the note.",
        )
    if span := _copied(note):
        yield Finding(
            "text.copied",
            "warning",
            NOTE,
            "The note says it is copied, or repeats a block of sentences.",
            "CLONE",
            evidence=(NOTE,),
            spans=(Span(NOTE, *span),),
        )


def _finding(rule: str, says: str, span: tuple[int, int], *, ask: str) -> Finding:
    return Finding(
        f"text.{rule}",
        "block" if rule == "unsigned" else "query",
        NOTE,
        says,
        "PIM" if rule == "unsigned" else "own",
        evidence=(NOTE,),
        spans=(Span(NOTE, *span),),
        query=Question(ask),
    )


def _copied(note: str) -> tuple[int, int] | None:
    if found := _COPIED.search(note):
        return found.span()
    words = list(re.finditer(r"\w+", note))
    seen: dict[tuple[str, ...], int] = {}
    for at in range(len(words) - _BLOCK_WORDS + 1):
        block = tuple(word.group().lower() for word in words[at : at + _BLOCK_WORDS])
        if seen.setdefault(block, at) <= at - _BLOCK_WORDS:
            return words[at].start(), words[at + _BLOCK_WORDS - 1].end()
    return None
