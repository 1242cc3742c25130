"""What a clause of a report says of the diagnoses it names: so, denied, past, doubted or unclear.

Scope in the manner of NegEx (Chapman 2001): a trigger governs what follows it in its clause, one
that looks back what precedes it. Where a reader could take a scope in two ways, it is unclear and
nothing is concluded.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from shared.clinical.histology import Term
from shared.clinical.report_words import Phrase, Words


class Said(Enum):
    """How a diagnosis is named."""

    SO = "so"
    DENIED = "denied"
    PAST = "past"
    DOUBTED = "doubted"
    UNCLEAR = "unclear"


@dataclass(slots=True)
class Spoken:
    """The roles of what is said, of that what is said outside of margins, and what is denied there.

    What is of the past counts as denied: neither speaks of the specimen.
    """

    said: set[str]
    said_apart: set[str]
    denied_apart: set[str]


@dataclass(frozen=True, slots=True)
class Statement:
    """A diagnosis as one place of the text names it.

    residual: named as what is left of a treated one. of_margin: said of a margin.
    """

    term: Term
    said: Said
    start: int
    end: int
    residual: bool = False
    of_margin: bool = False

    @property
    def asserted(self) -> bool:
        """Whether it is said to be so."""
        return self.said is Said.SO

    @property
    def named(self) -> bool:
        """Whether it is neither denied nor of the past."""
        return self.said not in (Said.DENIED, Said.PAST)


@dataclass(slots=True)
class Clause:
    """A clause and where what governs it stands, found once for all that it names.

    A trigger governs what follows it, so its first place counts; one that looks back, its last.
    worked_in: segment -> where it says what was excised or sampled, as in `excision of melanoma`.
    open: a denial or history that the line before left without an object.
    denied_after: the next clause begins with a denial that looks back.
    """

    words: Words
    roles: set[str]
    margin_segments: frozenset[int]
    negated_from: float
    negated_in: dict[int, int]
    unclear_until: float
    margin_denied_until: float
    past_from: float
    past_until: float
    worked_in: dict[int, int]
    treated_from: float
    treated_places: frozenset[int]
    residual_from: float
    doubted_from: float
    doubted: bool
    dangling: bool
    open: bool = False
    denied_after: bool = False

    @property
    def phrases(self) -> Sequence[Phrase]:
        """What is known of it, in order."""
        return self.words.phrases

    @property
    def has_term(self) -> bool:
        """Whether it names a diagnosis."""
        return "term" in self.roles

    @property
    def plain(self) -> bool:
        """Whether nothing of it is denied or past."""
        return self.roles.isdisjoint(_LEAVES_OUT)

    def left_out(self, phrase: Phrase) -> bool:
        """Whether a phrase is denied, or told of the past."""
        return self._denied(phrase) or self._past(phrase)

    def _past(self, phrase: Phrase) -> bool:
        worked_on = self.worked_in.get(phrase.segment)
        return self.past_from < phrase.start or (worked_on is not None and worked_on < phrase.start)

    def _denied(self, phrase: Phrase) -> bool:
        looks_back = self.negated_in.get(phrase.segment, -1)
        return self.negated_from < phrase.start or phrase.start < looks_back

    def says(self, phrase: Phrase) -> Said:
        """What is said of a diagnosis it names."""
        if self._past(phrase):
            return Said.PAST
        if self.doubted or self.doubted_from < phrase.start:
            return Said.DOUBTED
        if self._denied(phrase) or "negation" in phrase.roles:
            return Said.DENIED
        if phrase.start < self.margin_denied_until:
            return Said.DOUBTED  # it, or only its reaching the edge, is denied
        treated = self.treated_from < phrase.start and not (
            self.treated_from < self.residual_from < phrase.start
        )
        unclear = (
            self.open
            or self.denied_after
            or self.dangling
            or treated
            or phrase.end in self.treated_places
            or phrase.start < max(self.past_until, self.unclear_until)
        )
        return Said.UNCLEAR if unclear else Said.SO

    def statements(self) -> Iterator[Statement]:
        """The diagnoses it names."""
        if not self.has_term:
            return
        for phrase in self.phrases:
            if phrase.term is not None:
                said = Said.SO if _speaks_for_itself(phrase) else self.says(phrase)
                yield Statement(
                    phrase.term,
                    said,
                    phrase.start,
                    phrase.end,
                    residual=self.residual_from < phrase.start,
                    of_margin=phrase.segment in self.margin_segments,
                )


_LEAVES_OUT = frozenset({"negation", "negation_behind", "history", "work_of"})


def _speaks_for_itself(phrase: Phrase) -> bool:
    """`no residual tumor` is a diagnosis that begins with a denial."""
    return phrase.term is not None and "negation" in phrase.roles


def spoken(clauses: Iterable[Clause]) -> Spoken:
    """What clauses say and deny, by role."""
    found = Spoken(set(), set(), set())
    for clause in clauses:
        if clause.plain and not clause.margin_segments:
            found.said |= clause.roles
            found.said_apart |= clause.roles
            continue
        for phrase in clause.phrases:
            apart = phrase.segment not in clause.margin_segments
            if clause.left_out(phrase):
                found.denied_apart |= phrase.roles if apart else frozenset()
                continue
            found.said |= phrase.roles
            found.said_apart |= phrase.roles if apart else frozenset()
    return found
