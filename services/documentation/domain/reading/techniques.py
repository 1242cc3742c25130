"""Techniques a note names: how a biopsy was taken, how a wound was closed, which light was used."""

import re
from collections.abc import Iterator

from services.documentation.domain.reading.fact import Fact
from services.documentation.domain.reading.procedures import Mention


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


TECHNIQUES: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "biopsy": (
        ("tangential", _words("tangential", "shave", "saucerization", "scoop")),
        ("punch", _words("punch")),
        ("incisional", _words("incisional", "wedge")),
    ),
    "repair": (
        ("complex", _words("complex")),
        ("intermediate", _words("intermediate", "layered", r"in\s+layers")),
        ("simple", _words("simple")),
    ),
    "phototherapy": (
        ("narrowband_uvb", _words(r"narrow\s?band(?:\s+uvb)?", r"nb-?\s?uvb")),
        ("puva", _words("puva")),
        ("excimer", _words("excimer")),
        ("goeckerman", _words("goeckerman")),
        ("uva", _words("uva", "uva1")),
    ),
}


def techniques(mention: Mention) -> Iterator[Fact]:
    """The technique beside a procedure that was done, within its part of the sentence."""
    if mention.standing != "done":
        return
    text, start = mention.statement.text, mention.statement.start
    at = mention.start - start
    left = max(text.rfind(mark, 0, at) for mark in (",", ";", ".")) + 1
    for value, pattern in TECHNIQUES.get(mention.kind, ()):
        if found := pattern.search(text, left, mention.end - start):
            yield Fact(
                "technique",
                value,
                start + found.start(),
                start + found.end(),
                mention.statement.lesion_ids,
                kind=mention.kind,
            )
