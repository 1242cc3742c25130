"""The closed vocabulary of reports: words, phrases, diagnoses, sites, each with its role.

From `data/report_words.csv`, `report_sites.csv`, `word_forms.csv`, the lexicon and the site table.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from shared.clinical.body_sites import Site, sites
from shared.clinical.histology import Term, terms
from shared.clinical.tables import items, rows

_TOKEN = re.compile(
    r"(?i:(?:M-?)?[89]\d{3}/[01236](?!\d))"  # a morphology of ICD-O
    r"|(?i:[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}(?![^\W_]))"  # ICD-10-CM
    r"|(?i:[pcyr]{0,2}(?:T(?:is|[0-4X][a-d]?)|[NM][0-3X][a-c]?)(?![^\W_]))"  # a stage
    r"|[A-Za-z]{1,6}\d{1,3}(?![^\W_])"  # a stain or a block: CK20, A1
    r"|[^\W\d_]+(?:['\u2019][^\W\d_]+)?"
    r"|\d+(?:[.,]\d+)*"
    r"|\n(?:[^\S\n]*\n)*"
    r"|\S"
)
_POSSESSIVE = re.compile(r"['\u2019]s$")
_PASSED_OVER = frozenset(",-\u2013/\n\u2019'\"")
_ALSO_NEGATES = "no residual tumor"


class Token(NamedTuple):
    """A word, number or sign with its place. `word` is lower case, in its common form."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase of the vocabulary stands for."""

    roles: frozenset[str] = frozenset()
    term: Term | None = None
    site: Site | None = None
    groups: tuple[str, ...] = ()


def tokens(text: str, start: int, end: int) -> list[Token]:
    """The tokens of a part of the text, with offsets into the whole."""
    forms = _forms()
    found: list[Token] = []
    for match in _TOKEN.finditer(text, start, end):
        word = match.group().lower()
        if word[-2:-1] in ("'", "\u2019"):
            word = _POSSESSIVE.sub("", word)
        found.append(Token(forms.get(word, word), match.start(), match.end()))
    return found


def longest(words: Sequence[Token], position: int) -> tuple[Entry | None, int]:
    """The entry of the longest phrase that starts here and the number of tokens it takes.

    Commas, hyphens and line ends within a phrase are passed over: "nevus, compound" is one.
    """
    best: tuple[Entry | None, int] = (None, 0)
    node = _vocabulary()
    for place in range(position, min(len(words), position + _LONGEST_PHRASE)):
        word = words[place].word
        following = node.following.get(word)
        if following is None:
            if place > position and word in _PASSED_OVER:
                continue
            break
        node = following
        if node.entry is not None:
            best = (node.entry, place - position + 1)
    return best


_LONGEST_PHRASE = 24
"""In tokens with what is passed over; no phrase of the vocabulary comes near."""


class _Node:
    """A step of the vocabulary, word by word."""

    __slots__ = ("entry", "following")

    def __init__(self) -> None:
        self.entry: Entry | None = None
        self.following: dict[str, _Node] = {}


@cache
def _forms() -> dict[str, str]:
    return {row["form"]: row["word"] for row in rows("word_forms.csv")}


@cache
def _vocabulary() -> _Node:
    root = _Node()
    for phrase, entry in _entries():
        node = root
        for token in tokens(phrase, 0, len(phrase)):
            if token.word not in _PASSED_OVER:
                node = node.following.setdefault(token.word, _Node())
        held = node.entry or Entry()
        node.entry = replace(
            held,
            roles=held.roles | entry.roles,
            term=held.term or entry.term,
            site=held.site or entry.site,
            groups=held.groups or entry.groups,
        )
    return root


def _entries() -> Iterator[tuple[str, Entry]]:
    for row in rows("report_words.csv"):
        yield row["phrase"], Entry(frozenset({row["role"]}))
    for term in terms():
        roles = {"term", "negation"} if term.name == _ALSO_NEGATES else {"term"}
        for name in (term.name, *term.synonyms):
            yield name, Entry(frozenset(roles), term=term)
    known = sites()
    for site in known.values():
        for name in (site.id.replace("_", " "), *site.synonyms):
            yield name, Entry(frozenset({"site"}), site=site)
    for row in rows("report_sites.csv"):
        site_named = known[row["site_id"]] if row["site_id"] else None
        yield (
            row["phrase"],
            Entry(frozenset({"site"}), site=site_named, groups=items(row["groups"])),
        )
