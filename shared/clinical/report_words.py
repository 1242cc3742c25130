"""A report cut into words, and the words known (`data/report_words.csv`, the lexicon, body sites).

The vocabulary is closed: what is not in it is reported as unknown, and a person reads the report.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from shared.clinical.body_sites import Site, sites
from shared.clinical.histology import Term, terms
from shared.clinical.tables import rows

_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|\d+(?:[.,]\d+)*|\n\s*\n|\S")
_POSSESSIVE = re.compile(r"['\u2019]s$")
_LABEL = re.compile(r"[A-Za-z][.):]")
_BOUNDARY = frozenset(".;:")
_SILENT = frozenset(",-\u2013\u2014()\"'\u2019\u201c\u201d/&%*[]#_")
_ALSO_NEGATES = "no residual tumor"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign with its place. `word` is lower case, without a possessive s."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A known phrase where it stands. `clause` and `segment` count sentence parts and commas."""

    start: int
    end: int
    clause: int
    segment: int
    roles: frozenset[str]
    term: Term | None = None
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    roles: frozenset[str] = frozenset()
    term: Term | None = None
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """What was recognized, in order, and the places of what was not."""

    phrases: tuple[Phrase, ...]
    unknown: tuple[tuple[int, int], ...]


def tokens(text: str, start: int, end: int) -> list[Token]:
    """The tokens of a part of the text, with offsets into the whole."""
    return [
        Token(_POSSESSIVE.sub("", match.group().lower()), match.start(), match.end())
        for match in _TOKEN.finditer(text, start, end)
    ]


def scan(text: str, start: int, end: int) -> Scan:
    """Recognize the longest known phrases of a part of the text, left to right."""
    words = tokens(text, start, end)
    phrases: list[Phrase] = []
    unknown: list[tuple[int, int]] = []
    clause = segment = position = 0
    margin_named = False
    while position < len(words):
        token = words[position]
        if _is_boundary(token, margin_named):
            clause, segment, margin_named = clause + 1, segment + 1, False
            position += 1
            continue
        if token.word == ",":
            segment += 1
        entry, length = _longest(words, position)
        if entry is not None:
            last = words[position + length - 1]
            phrases.append(
                Phrase(token.start, last.end, clause, segment, entry.roles, entry.term, entry.site)
            )
            if "contrast" in entry.roles:
                clause += 1
            margin_named = margin_named or "margin" in entry.roles
            position += length
            continue
        if not (_is_silent(token) or _is_label(text, token)):
            unknown.append((token.start, token.end))
        position += 1
    return Scan(tuple(phrases), tuple(unknown))


def _is_boundary(token: Token, margin_named: bool) -> bool:
    if token.word == ":" and margin_named:
        return False  # "Margins: clear" is one statement
    return token.word in _BOUNDARY or not token.word.strip()


def _is_silent(token: Token) -> bool:
    return token.word in _SILENT or token.word == ":" or token.word[0].isdigit()


def _is_label(text: str, token: Token) -> bool:
    """`A.` or `b)`: the letter of a part."""
    return len(token.word) == 1 and _LABEL.match(text, token.start) is not None


def _longest(words: Sequence[Token], position: int) -> tuple[_Entry | None, int]:
    """The entry of the longest phrase that starts here and the number of tokens it takes.

    Commas and hyphens within a phrase are passed over: "nevus, compound" is one phrase.
    """
    best: tuple[_Entry | None, int] = (None, 0)
    node = _vocabulary()
    for place in range(position, len(words)):
        word = words[place].word
        if place > position and word in _PASSED_OVER:
            continue
        following = node.following.get(word)
        if following is None:
            break
        node = following
        if node.entry is not None:
            best = (node.entry, place - position + 1)
    return best


_PASSED_OVER = frozenset(",-\u2013/")


class _Node:
    """A step of the vocabulary, word by word."""

    __slots__ = ("entry", "following")

    def __init__(self) -> None:
        self.entry: _Entry | None = None
        self.following: dict[str, _Node] = {}


@cache
def _vocabulary() -> _Node:
    root = _Node()
    for phrase, entry in _entries():
        node = root
        for token in tokens(phrase, 0, len(phrase)):
            if token.word not in _PASSED_OVER:
                node = node.following.setdefault(token.word, _Node())
        held = node.entry or _Entry()
        node.entry = _Entry(
            held.roles | entry.roles, held.term or entry.term, held.site or entry.site
        )
    return root


def _entries() -> Iterator[tuple[str, _Entry]]:
    for row in rows("report_words.csv"):
        yield row["phrase"], _Entry(frozenset({row["role"]}))
    for term in terms():
        roles = {"term", "negation"} if term.name == _ALSO_NEGATES else {"term"}
        for name in (term.name, *term.synonyms):
            yield name, _Entry(frozenset(roles), term=term)
    for site in sites().values():
        for name in (site.id.replace("_", " "), *site.synonyms):
            yield name, _Entry(frozenset({"site"}), site=site)
