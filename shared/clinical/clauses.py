"""Clauses of clinical English, and whether what one mentions is said to be so.

Negation in the manner of NegEx (Chapman 2001): a trigger before or after a mention denies it inside
its clause; a list is denied whole; a new subject or verb ends the scope. What is only possible,
only past or of the family is neither present nor denied. Offsets are code points of the whole text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Status(StrEnum):
    """What a clause says of the thing it mentions."""

    PRESENT = "present"
    DENIED = "denied"
    HYPOTHETICAL = "hypothetical"
    PAST = "past"
    FAMILY = "family"


_I = re.IGNORECASE
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|\n")
_CLAUSE_END = re.compile(
    r"[.!?]+(?=\s|$)|[;\n]|:(?!\s*(?:denied|absent|negative|resolved|none|not\s+present)\b)|\b(?:but|however|except|although|though)\b|(?<=\s)[\u2013\u2014-](?=\s)",
    _I,
)
_FALSE_TRIGGER = re.compile(
    r"\bnot\s+only\b|\bno\s+(?:relief|improvement|response)\b|\bwithout\s+(?:relief|improvement|response)\b"
    r"|\bno\s+longer\s+able\b|\b(?:cannot|can\s*not|can't|could\s+not|not)\s+(?:be\s+)?(?:rule|ruled)\s+out\b"
    r"|\bno\s+doubt\b|\bno\s+change\s+in\s+treatment\b",
    _I,
)
_BEFORE = re.compile(
    r"\b(?:no|not|never|without|denies|deny|denied|denying|lacks?|negative\s+for|free\s+of|"
    r"absence\s+of|nor|neither|non)\b|\bnon-|n['\u2019]t\b|\bcannot\b",
    _I,
)
_AFTER = re.compile(
    r"\b(?:denied|absent|resolved|not\s+present|not\s+seen|not\s+affected|unremarkable|negative)\b|:\s*none\b",
    _I,
)
_PERSON = re.compile(r"\b(?:patient|pt|she|he|they)\s*$", _I)
_HYPOTHETICAL = re.compile(
    r"\bif\b|\brisks?\b|\bwatch\s+for\b|\bin\s+case\s+of\b|\bwhether\b|\bmay\b|\bmight\b|\bcould\b"
    r"|\bshould\b|\breturn\s+(?:for|with)\b|\bcall\s+(?:for|with)\b|\bmonitor\s+for\b"
    r"|\bworr(?:y|ied)\b|\bfear(?:s|ful)?\b|\bafraid\b|\bto\s+prevent\b",
    _I,
)
_PAST = re.compile(
    r"\bhistory\s+of\b|\bh/o\b|\bused\s+to\b|\bpreviously\b|\bin\s+the\s+past\b|\bpast\b(?!\s+(?:\w+\s+)?(?:days?|weeks?|months?|years?)\b)|\bformer(?:ly)?\b"
    r"|\bs/p\b|\bstatus\s+post\b|(?<!since )\blast\s+year\b|\byears?\s+ago\b|\bas\s+a\s+child\b",
    _I,
)
_FAMILY = re.compile(
    r"\bfamily\b|\bmother\b|\bfather\b|\bsister\b|\bbrother\b|\baunt\b|\buncle\b|\bgrand(?:mother|father)\b",
    _I,
)
_VERB = (
    r"(?:it|she|he|they|i|patient|pt|itches|bleeds|bled|hurts|is|are|has|have|was|were|wants?|"
    r"would|catches|snags|looks?|grows|grew|started|began|swells|feels|drains|oozes|rubs|does|"
    r"keeps|gets|likes|asks?|scratches)"
)
_NEW_SUBJECT = re.compile(
    rf"(?:,|\band\b|\bwhich\b|\bthat\b)\s*(?:and\s+|now\s+|then\s+|just\s+|only\s+|which\s+|that\s+|"
    rf"the\s+lesion\s+|lesion\s+)*(?={_VERB}\b)",
    _I,
)
_ADJECTIVE_AFTER_COMMA = re.compile(
    r",\s*(?:and\s+|now\s+)?(?=(?:itchy|painful|tender|sore|bleeding\s+now|growing|enlarging|inflamed|"
    r"red|swollen|infected|pruritic|darker|changing)\b)",
    _I,
)
_NOUN_TRIGGER = re.compile(
    r"(?:no|without|denies|deny|denied|negative\s+for|free\s+of|not\s+(?:for|because|cosmetic))\b",
    _I,
)
_VERB_AFTER_COMMA = re.compile(rf",\s*{_VERB}\b", _I)
_WORD = re.compile(r"\S+")
_SCOPE_WORDS = 14
_SCOPE_WORDS_BACK = 6
_LONGEST_LIST = 80
_SCOPE_LETTERS = 160
_LONGEST_WORD = 14
_LONGEST = 600
_LIST_JOIN = re.compile(r"\b(?:or|nor)\b", _I)


@dataclass(frozen=True)
class Clause:
    """A part of a text in which a negation holds. `start` is its place in the whole text."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends in the whole text, exclusive."""
        return self.start + len(self.text)

    def status(self, start: int, end: int) -> Status:
        """What the clause says of the words at [start, end) of the whole text."""
        before, after = start - self.start, end - self.start
        if self._speaks_of_family:
            return Status.FAMILY
        if self._signals.deny_before(before) or self._signals.deny_after(after):
            return Status.DENIED
        if self._turns_hypothetical < before:
            return Status.HYPOTHETICAL
        return Status.PAST if self._speaks_of_past else Status.PRESENT

    @cached_property
    def _masked(self) -> str:
        return _FALSE_TRIGGER.sub(lambda found: "·" * len(found.group()), self.text)

    @cached_property
    def _signals(self) -> "_Signals":
        return _Signals.of(self._masked)

    @cached_property
    def _speaks_of_family(self) -> bool:
        return _FAMILY.search(self._masked) is not None

    @cached_property
    def _speaks_of_past(self) -> bool:
        return _PAST.search(self._masked) is not None

    @cached_property
    def _turns_hypothetical(self) -> int:
        found = _HYPOTHETICAL.search(self._masked)
        return found.start() if found else len(self.text)


@dataclass(frozen=True, slots=True)
class _Signals:
    """Where a clause denies and where its scopes end: found once, asked for every mention.

    before, after: (start, end, kind) of the triggers that deny what follows and what precedes.
    Breaks are (start, end) of what starts a statement of its own.
    """

    before: tuple[tuple[int, int, bool], ...]
    after: tuple[tuple[int, int, bool], ...]
    subjects: "_Places"
    adjectives: "_Places"
    verbs: "_Places"
    joins: "_Places"
    words: tuple[int, ...]

    @staticmethod
    def of(text: str) -> "_Signals":
        return _Signals(
            before=tuple(
                (found.start(), found.end(), bool(_NOUN_TRIGGER.match(text, found.start())))
                for found in _BEFORE.finditer(text)
            ),
            after=tuple(
                (found.start(), found.end(), bool(_PERSON.search(text, *_just_before(found))))
                for found in _AFTER.finditer(text)
            ),
            subjects=_Places.of(_NEW_SUBJECT, text),
            adjectives=_Places.of(_ADJECTIVE_AFTER_COMMA, text),
            verbs=_Places.of(_VERB_AFTER_COMMA, text),
            joins=_Places.of(_LIST_JOIN, text),
            words=tuple(found.start() for found in _WORD.finditer(text)),
        )

    def deny_before(self, mention: int) -> bool:
        """Whether a trigger in front denies what starts at a place, nearest first."""
        last = bisect_right(self.before, mention, key=lambda each: each[1])
        for start, end, denies_nouns in reversed(self.before[max(0, last - _LONGEST_LIST) : last]):
            if start < mention - _SCOPE_LETTERS:
                return False
            if self.subjects.lie_between(end, mention):
                return False  # nor does one further in front reach it
            # `no pain, itchy`: "no" denies nouns, so an adjective after the comma speaks for itself
            speaks_for_itself = (
                denies_nouns
                and self.adjectives.lie_between(end, mention)
                and not self.joins.lie_between(end, mention + _SCOPE_LETTERS)
            )
            if not speaks_for_itself and self._words_between(end, mention) <= _SCOPE_WORDS:
                return True
        return False

    def deny_after(self, mention_end: int) -> bool:
        """Whether a trigger behind denies what ends at a place."""
        first = bisect_left(self.after, mention_end, key=lambda each: each[0])
        for start, end, of_a_person in self.after[first : first + _LONGEST_LIST]:
            if of_a_person or end > mention_end + _SCOPE_LETTERS:
                return False
            near = self._words_between(mention_end, start) <= _SCOPE_WORDS_BACK
            if near and not self.verbs.lie_between(mention_end, start):
                return True
        return False

    def _words_between(self, start: int, end: int) -> int:
        return bisect_left(self.words, end) - bisect_left(self.words, start)


@dataclass(frozen=True, slots=True)
class _Places:
    """(start, end) of what a pattern finds, in order."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @staticmethod
    def of(pattern: re.Pattern[str], text: str) -> "_Places":
        found = [each.span() for each in pattern.finditer(text)]
        return _Places(tuple(start for start, _ in found), tuple(end for _, end in found))

    def lie_between(self, start: int, end: int) -> bool:
        """Whether one lies in [start, end]."""
        first = bisect_left(self.starts, start)
        return first < len(self.ends) and self.ends[first] <= end


def _just_before(trigger: re.Match[str]) -> tuple[int, int]:
    return max(0, trigger.start() - _LONGEST_WORD), trigger.start()


def clauses(text: str) -> Iterator[Clause]:
    """The clauses of a text in order, without surrounding space."""
    yield from _pieces(text, _CLAUSE_END)


def sentences(text: str) -> Iterator[Clause]:
    """The sentences of a text in order; a line break ends one too."""
    yield from _pieces(text, _SENTENCE_END)


def _pieces(text: str, ends: re.Pattern[str]) -> Iterator[Clause]:
    start = 0
    for end in [*ends.finditer(text), None]:
        for piece_start, piece in _bounded(text, start, end.start() if end else len(text)):
            stripped = piece.strip(" \t\r,")
            if stripped:
                yield Clause(stripped, piece_start + piece.index(stripped))
        if end:
            start = end.end()


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """What nobody writes as one clause is read in parts, so that no text takes long to read."""
    while end - start > _LONGEST:
        cut = text.rfind(" ", start, start + _LONGEST)
        cut = cut if cut > start else start + _LONGEST
        yield start, text[start:cut]
        start = cut
    yield start, text[start:end]
