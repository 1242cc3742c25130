"""How far what governs a clause of a report reaches: found once for all that the clause names."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import inf

from shared.clinical.report_clauses import Clause
from shared.clinical.report_words import Phrase, Words


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
        words, [each for each in behind if each.segment not in segments]
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
        or _alternates(by_role)
        or ("appears" in by_role and by_role.keys().isdisjoint(_OF_MARGINS))
        or ("margin_unassessable" in by_role and not (segments and "invasion" not in by_role)),
        dangling=has_term and _dangles(phrases, by_role),
    )


def _first(phrases: Sequence[Phrase]) -> float:
    return phrases[0].start if phrases else inf


def _last(phrases: Iterable[Phrase]) -> float:
    return max((each.start for each in phrases), default=-inf)


def _reach_back(words: Words, behind: Sequence[Phrase]) -> tuple[dict[int, int], float]:
    """What denials that look back reach, as in `melanoma is not seen`.

    One denies what its segment names, or the segment before where it stands first in its own. What
    is named earlier still is unclear, unless an attribute is what it denies: `melanoma, ulceration:
    absent`, not `melanoma, ulceration, absent`. Answers segment -> place up to which it is denied,
    and up to where all is unclear.
    """
    denied: dict[int, int] = {}
    unclear = -inf
    if not behind:
        return denied, unclear
    phrases = words.phrases
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
        else:
            joined = {trigger.segment} if trigger.segment not in words.after_colon else reached
            if not joined & attributes:
                unclear = trigger.start
    return denied, unclear


_OF_MARGINS = frozenset({"margin", "excised_clear", "excised_involved"})
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


def _alternates(by_role: dict[str, list[Phrase]]) -> bool:
    """Whether a clause leaves a choice: `carcinoma or keratoacanthoma`, not `no A or B`."""
    several = len(by_role.get("term", ())) > 1
    return several and "alternative" in by_role and "negation" not in by_role


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
