"""A report cut into clauses of known phrases.

The vocabulary is closed: what is not in it is reported as unknown, and a person reads the report.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from shared.clinical.body_sites import Site
from shared.clinical.histology import Code, Term
from shared.clinical.report_vocabulary import Entry, Token, longest, tokens

_ICDO = re.compile(r"(?:m-?)?[89]\d{3}/\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ICD10 = re.compile(r"[a-z]\d[0-9a-z]\.")
_BLOCK = re.compile(r"[a-z]\d{1,2}")
_SILENT = frozenset(",-\u2013\u2014()\"'\u2019\u201c\u201d/&%*#_\u2022\u00b7<>=\u00d7")


Break: TypeAlias = Literal["sentence", "line", "contrast"]
"""What parts a clause from the one before. A line may end in the middle of a sentence."""


class Phrase(NamedTuple):
    """A known phrase where it stands. `segment` counts what commas and colons part.

    groups: the anatomic groups a word allows that names no single site, as "lip" or "leg" do.
    """

    start: int
    end: int
    segment: int
    roles: frozenset[str]
    term: Term | None
    site: Site | None
    groups: tuple[str, ...]


@dataclass(slots=True)
class Words:
    """A clause: its phrases, their roles, the places of unknown words, and what it comes after.

    after_colon: its segments that a colon, not a comma, parts from the one before.
    """

    phrases: list[Phrase]
    roles: set[str]
    unknown: list[tuple[int, int]]
    after: Break = "sentence"
    after_colon: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Scan:
    """What was recognized, clause by clause; the codes named; the labels of parts."""

    clauses: tuple[Words, ...]
    codes: tuple[Code, ...]
    labels: tuple[str, ...]


def scan(text: str, start: int, end: int) -> Scan:
    """Recognize the longest known phrases of a part of the text, left to right."""
    return _Scanner(text, tokens(text, start, end)).scan()


class _Scanner:
    """One pass over the words of a section."""

    def __init__(self, text: str, words: Sequence[Token]) -> None:
        self._text = text
        self._words = words
        self._clauses = [Words([], set(), [])]
        self._codes: list[Code] = []
        self._labels: list[str] = []
        self._segment = 0
        self._starts_line = True

    def scan(self) -> Scan:
        position = 0
        while position < len(self._words):
            position += self._step(position)
        return Scan(tuple(self._clauses), tuple(self._codes), tuple(self._labels))

    def _step(self, position: int) -> int:
        """Read what stands at a position; answers how many tokens that took."""
        token = self._words[position]
        word = token.word
        starts_line, self._starts_line = self._starts_line, False
        if word[0] == "\n":
            self._line_ends(position)
            return 1
        if word in ".;":
            self._end_clause("sentence")
            self._starts_line = True
            return 1
        if word == ":":
            self._colon()
            return 1
        if starts_line and self._is_label(position):
            following = self._words[position + 1].word
            self._labels.append(word if _names_part(word) else following)
            self._starts_line = True
            return 2
        entry, length = longest(self._words, position)
        if entry is not None:
            self._found(entry, token.start, self._words[position + length - 1].end)
            return length
        if word == "," or self._is_spaced_dash(position):
            self._segment += 1
        elif _ICDO.fullmatch(word):
            self._codes.append(Code("icdo", word.upper().removeprefix("M").removeprefix("-")))
        elif _ICD10.match(word):
            self._codes.append(Code("icd10cm", word.upper()))
        elif not (word in _SILENT or self._is_measure(position) or _BLOCK.fullmatch(word)):
            self._clauses[-1].unknown.append((token.start, token.end))
        self._starts_line = starts_line and word in _SILENT
        return 1

    def _found(self, entry: Entry, start: int, end: int) -> None:
        phrase = Phrase(
            start, end, self._segment, entry.roles, entry.term, entry.site, entry.groups
        )
        self._clauses[-1].phrases.append(phrase)
        self._clauses[-1].roles |= entry.roles
        if "contrast" in entry.roles:
            self._end_clause("contrast")

    def _colon(self) -> None:
        """A colon ends a title; it joins a word that governs, a diagnosis or margins to the rest.

        So `Melanoma: not identified`, `Previous biopsy: melanoma` and `Margins: clear` stay one.
        """
        roles = self._clauses[-1].roles
        if roles.isdisjoint(_JOINING):
            self._end_clause("sentence")
        elif "margin" not in roles:
            self._segment += 1
            self._clauses[-1].after_colon.add(self._segment)

    def _line_ends(self, position: int) -> None:
        self._starts_line = True
        if self._words[position].end - self._words[position].start > 1:
            self._end_clause("sentence")  # a blank line
            return
        before = self._words[position - 1].word if position else ""
        after = self._words[position + 1] if position + 1 < len(self._words) else None
        goes_on = after is not None and self._text[after.start].islower()
        if not (goes_on or before in _CARRY_ON):
            self._end_clause("line")

    def _end_clause(self, parted_by: Break) -> None:
        self._segment += 1
        last = self._clauses[-1]
        if last.phrases or last.unknown:
            self._clauses.append(Words([], set(), [], parted_by))
        elif parted_by == "sentence":
            last.after = parted_by

    def _is_spaced_dash(self, position: int) -> bool:
        token = self._words[position]
        if token.word not in ("-", "\u2013", "\u2014") or position + 1 >= len(self._words):
            return False
        return self._words[position + 1].start > token.end and (
            position == 0 or self._words[position - 1].end < token.start
        )

    def _is_measure(self, position: int) -> bool:
        """A number; a bare zero only of an attribute or a distance, for it may deny a diagnosis."""
        word = self._words[position].word
        if word != "0":  # a year tells of another time
            return word[0].isdigit() and not _YEAR.fullmatch(word)
        following = [each.word for each in self._words[position + 1 : position + 3]]
        if following[:1] == ["/"]:
            del following[0]
        counted = not self._clauses[-1].roles.isdisjoint(_COUNTED)
        return counted or not _UNITS.isdisjoint(following[:1])

    def _is_label(self, position: int) -> bool:
        """`A.`, `2)` or `Specimen B` before a word: the label of a part."""
        if position + 2 >= len(self._words):
            return False
        label, sign, word = self._words[position : position + 3]
        if label.word in ("specimen", "part"):
            return _names_part(sign.word)
        return (
            _names_part(label.word)
            and sign.word in (".", ")", ":")
            and sign.start == label.end
            and word.start > sign.end
        )


def _names_part(word: str) -> bool:
    return word.isalnum() and (len(word) == 1 or (word.isdigit() and len(word) == 2))


_COUNTED = frozenset({"attribute"})
_UNITS = frozenset({"mm2", "mitosis", "mitoses", "mitotic"})
_JOINING = frozenset(
    {"term", "negation", "history", "uncertainty", "margin", "attribute", "invasion"}
)
_CARRY_ON = frozenset(
    (*",-\u2013/", "and", "or", "nor", "of", "for", "with", "without", "no", "not", "the")
) | {"a", "an", "to", "in", "at", "by", "from", "is", "are", "as"}
