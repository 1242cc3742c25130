"""What a clause of a report says of the diagnoses it names: so, denied, past, doubted or unclear.

Scope in the manner of NegEx (Chapman 2001): a trigger governs what follows it in its clause, one
that looks back what precedes it. Where a reader could take a scope in two ways, it is unclear and
nothing is concluded.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from math import inf

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


def _speaks_for_itself(phrase: Phrase) -> bool:
    """`no residual tumor` is a diagnosis that begins with a denial."""
    return phrase.term is not None and "negation" in phrase.roles


def clauses_of(found: Iterable[Words]) -> list[Clause]:
    """The clauses of a section, each with what governs it."""
    clauses = [_clause(words) for words in found if words.phrases or words.unknown]
    for before, after in pairwise(clauses):
        first = next(iter(after.phrases), None)
        if first is not None and "negation_behind" in first.roles:
            before.denied_after = True
        if before.margin_segments and not after.has_term and _goes_on_about_margins(after):
            after.margin_segments = frozenset(each.segment for each in after.phrases)
        if all(each.roles & _FORWARD and each.term is None for each in before.phrases):
            after.open = bool(before.phrases)  # `No. Melanoma`
        elif after.words.after == "line" and not _governs(after):
            after.open = _left_open(before) or (before.open and not before.has_term)
    return clauses


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


def _goes_on_about_margins(clause: Clause) -> bool:
    """Whether a clause goes on after one about margins: `but close`, `deep - positive`."""
    return clause.words.after == "contrast" or (
        "direction" in clause.roles and not clause.roles.isdisjoint(_VERDICTS)
    )


_VERDICTS = frozenset({"margin_clear", "margin_involved", "margin_close", "margin_near"})


def _clause(words: Words) -> Clause:
    phrases = words.phrases
    by_role: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        for role in phrase.roles:
            by_role.setdefault(role, []).append(phrase)
    segments = _margin_segments(phrases, by_role)
    behind = by_role.get("negation_behind", ())
    negated_in, unclear_until = _reach_back(
        phrases, [each for each in behind if each.segment not in segments]
    )
    has_term = "term" in by_role
    return Clause(
        words,
        words.roles,
        segments,
        negated_from=_first(by_role.get("negation", ())),
        negated_in=negated_in,
        unclear_until=unclear_until,
        margin_denied_until=_last(each for each in behind if each.segment in segments),
        past_from=_first(by_role.get("history", ())),
        past_until=_last(by_role.get("history", ())),
        worked_in={each.segment: each.start for each in reversed(by_role.get("work_of", ()))},
        treated_from=_first(by_role.get("treated", ())),
        treated_places=_followed_by_work(phrases) if has_term else frozenset(),
        residual_from=_first(by_role.get("residual", ())),
        doubted_from=_first(by_role.get("uncertainty", ())),
        doubted="uncertainty_behind" in by_role
        or ("margin_unassessable" in by_role and not (segments and "invasion" not in by_role)),
        dangling=has_term and _dangles(phrases, by_role),
    )


def _first(phrases: Sequence[Phrase]) -> float:
    return phrases[0].start if phrases else inf


def _last(phrases: Iterable[Phrase]) -> float:
    return max((each.start for each in phrases), default=-inf)


def _reach_back(
    phrases: Sequence[Phrase], behind: Sequence[Phrase]
) -> tuple[dict[int, int], float]:
    """What denials that look back reach, as in `melanoma is not seen`.

    One denies what its segment names, or the segment before where it stands first in its own. What
    is named earlier still is unclear, unless an attribute is what it denies: `melanoma, ulceration:
    absent`. Answers segment -> place up to which it is denied, and up to where all is unclear.
    """
    denied: dict[int, int] = {}
    unclear = -inf
    if not behind:
        return denied, unclear
    segments = {phrase.segment: phrase for phrase in reversed(phrases)}
    numbers = sorted(segments)
    before = dict(zip(numbers[1:], numbers, strict=False))
    named = {phrase.segment for phrase in phrases if phrase.term is not None}
    attributes = {phrase.segment for phrase in phrases if phrase.roles & _ATTRIBUTE}
    for trigger in behind:
        reached = {trigger.segment}
        if segments[trigger.segment] is trigger and trigger.segment in before:
            reached.add(before[trigger.segment])
        if reached & named:
            denied |= dict.fromkeys(reached, trigger.start)
            unclear = max(unclear, segments[min(reached)].start)
        elif not reached & attributes:
            unclear = trigger.start
    return denied, unclear


_WORKED_ON = frozenset({"treated", "procedure"})
_ATTRIBUTE = frozenset({"attribute", "stain", "invasion", "spread", "inflamed", "atypia"})


def _followed_by_work(phrases: Sequence[Phrase]) -> frozenset[int]:
    """Where diagnoses end that name what was worked on: `melanoma excision`, `carcinoma scar`."""
    return frozenset(
        each.end
        for each, following in pairwise(phrases)
        if each.term is not None
        and following.roles & _WORKED_ON
        and each.segment == following.segment
    )


def _dangles(phrases: Sequence[Phrase], by_role: dict[str, list[Phrase]]) -> bool:
    """Whether a bare denial stands behind a diagnosis: `Melanoma: no`, `melanoma, negative`."""
    last = phrases[-1]
    if "negation" in last.roles and "term" not in last.roles:
        return True
    if "margin" in by_role or "stain" in by_role:
        return False
    first = by_role["term"][0].start
    return any(
        each.start > first and "negation" not in each.roles
        for each in by_role.get("margin_clear", ())
    )


def _governs(clause: Clause) -> bool:
    """Whether a clause has a trigger of its own in front of what it names."""
    return bool(clause.phrases) and bool(clause.phrases[0].roles & _FORWARD)


def _left_open(clause: Clause) -> bool:
    """Whether a denial or history ends its line without naming what it is about."""
    last = max((each.start for each in clause.phrases if each.roles & _FORWARD), default=None)
    return last is not None and not any(
        each.start > last and (each.term is not None or each.roles & _OBJECT)
        for each in clause.phrases
    )


_LEAVES_OUT = frozenset({"negation", "negation_behind", "history", "work_of"})
_FORWARD = frozenset({"negation", "history", "treated", "uncertainty", "work_of"})
_OBJECT = frozenset({"malignant", "margin", "object"})


def _margin_segments(phrases: Sequence[Phrase], by_role: dict[str, list[Phrase]]) -> frozenset[int]:
    """Segments that speak of margins: the one that names them and those after it without a term."""
    margins = by_role.get("margin")
    if not margins:
        return frozenset()
    named = {each.segment for each in margins}
    with_terms = {each.segment for each in by_role.get("term", ())}
    first = min(named)
    later = {each.segment for each in phrases if each.segment > first} - with_terms
    return frozenset(named | later)
