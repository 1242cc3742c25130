"""NCCI: which codes of one day go together, and which modifier says so (section 14)."""

from collections import Counter, defaultdict
from dataclasses import replace

from services.coding.domain.chart import Chart, Draft, Outcome, because, review
from services.coding.domain.claim import Edit
from services.coding.domain.documented import Biopsy, Nail
from services.coding.domain.evaluation import FAMILY
from services.coding.domain.nails import DIGITS
from services.coding.domain.references import SURGICAL, Pair
from services.coding.domain.sources import (
    ADD_ONS,
    CPT_EXCISION,
    CPT_MOHS,
    LONG_AGO,
    NCCI_3,
    PTP,
    UNIT_LIMITS,
)
from shared.kernel.rule import rule

_OF_A_VISIT = ("24", "25", "57")
_LIDS = frozenset({"E1", "E2", "E3", "E4"})
_PLACES = DIGITS | _LIDS
"""Modifiers that name the very nail or eyelid."""
_DISTINCT = frozenset({"59", "XS", "XE", "XP", "XU"})
_SPEAK_FOR_THEMSELVES = frozenset({"58", "78", "79"}) | _DISTINCT | _PLACES


@rule("NC-5", since=LONG_AGO, cite=PTP)
@rule("NC-6", since=LONG_AGO, cite=PTP)
@rule("DR-7", since=LONG_AGO, cite=PTP)
@rule("MO-5", since=LONG_AGO, cite=CPT_MOHS)
def edit_pairs(chart: Chart, outcome: Outcome) -> Outcome:
    """Apply every pair in force between two lines that are still there."""
    drafts: list[Draft | None] = list(outcome.drafts)
    pairs = _pairs(chart, outcome.drafts)
    if not pairs:
        return outcome
    extra = Outcome()
    for indicator in ("0", "1"):
        for first, second, pair in pairs:
            column_1, column_2 = drafts[first], drafts[second]
            if pair.indicator != indicator or column_1 is None or column_2 is None:
                continue
            kept, said = _edited(chart, column_1, column_2, pair)
            drafts[second] = kept
            if kept is not None and _one_lesion(chart, column_1, column_2):
                drafts[first] = _without_distinct(chart, column_1)
            extra = extra + said
    return outcome.with_drafts(each for each in drafts if each is not None) + extra


def _pairs(chart: Chart, drafts: tuple[Draft, ...]) -> list[tuple[int, int, Pair]]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, draft in enumerate(drafts):
        places[draft.code].append(place)
    found = [
        (first, second, pair)
        for one in places
        for other in places
        if one != other and (pair := chart.tables.pair(one, other, chart.day)) is not None
        for first in places[one]
        for second in places[other]
    ]
    return sorted(found, key=lambda each: (each[2].column_1, each[2].column_2, each[0], each[1]))


@rule("NC-1", since=LONG_AGO, cite=PTP)
@rule("NC-2", since=LONG_AGO, cite=PTP)
@rule("NC-3", since=LONG_AGO, cite=PTP)
@rule("NC-4", since=LONG_AGO, cite=PTP)
def _edited(
    chart: Chart, column_1: Draft, column_2: Draft, pair: Pair
) -> tuple[Draft | None, Outcome]:
    """Never together (0); else both where distinct, column 1 alone on one lesion, or a question."""
    if pair.indicator == "0":
        return None, _dropped(pair, "NC-1", "Never together on one day.", column_2)
    if chart.tables.codes[pair.column_2].family == FAMILY:
        return column_2, _beside_a_visit(column_2, pair)
    apart = True if column_2.distinct else _apart(chart, column_1, column_2)
    if _lifted(chart, column_2, apart):
        return column_2, _allowed(pair, "The modifier of column 2 says that it is apart.")
    if apart is None:
        asks = f"{pair.column_1} with {pair.column_2}: separate lesion, site or session?"
        return column_2, Outcome(holds=(review("ncci_distinct", asks),))
    if not (apart or _told_apart(chart, column_1)):
        return None, _dropped(pair, "NC-3", "One lesion: part of column 1.", column_2)
    apart_by = chart.facts.policy.distinct
    says = f"Column 2 to {pair.column_1}, another lesion or site: {apart_by}."
    marked = replace(
        column_2,
        modifiers=(*column_2.modifiers, apart_by),
        reasons=(*column_2.reasons, because("NC-2", says, _source(pair), *chart.where(column_2))),
    )
    return marked, _allowed(pair, "Separate lesions.")


def _one_lesion(chart: Chart, column_1: Draft, column_2: Draft) -> bool:
    return column_2.distinct is not True and _apart(chart, column_1, column_2) is False


@rule("BX-6", since=LONG_AGO, cite=NCCI_3)
def _without_distinct(chart: Chart, column_1: Draft) -> Draft:
    """Of a biopsy and the removal that its frozen section decided, column 2 takes the 59."""
    dropped = _DISTINCT | {chart.facts.policy.frozen_section}
    kept = tuple(each for each in column_1.modifiers if each not in dropped)
    return replace(column_1, modifiers=kept)


def _lifted(chart: Chart, column_2: Draft, apart: bool | None) -> bool:
    """Whether a modifier lifts the edit by itself."""
    if apart is False:
        return _told_apart(chart, column_2)
    return bool(_SPEAK_FOR_THEMSELVES.intersection(column_2.modifiers))


@rule("BX-6", since=LONG_AGO, cite=NCCI_3)
def _told_apart(chart: Chart, draft: Draft) -> bool:
    """Whether a line says that it stands beside another of one lesion.

    58 never does, save where the payer wants it on the biopsy whose frozen section decided.
    """
    if _DISTINCT.intersection(draft.modifiers):
        return True
    procedures = (chart.procedure(each) for each in draft.procedure_ids)
    frozen = any(isinstance(each, Biopsy) and each.frozen_section for each in procedures)
    return frozen and chart.facts.policy.frozen_section in draft.modifiers


def _allowed(pair: Pair, says: str) -> Outcome:
    codes = (pair.column_1, pair.column_2)
    edit = Edit(
        "ncci", "allowed", codes, says, _source(pair), rule="NC-2", indicator=pair.indicator
    )
    return Outcome(edits=(edit,))


def _dropped(pair: Pair, rule_id: str, says: str, column_2: Draft) -> Outcome:
    edit = Edit(
        "ncci",
        "bundled",
        (pair.column_1, pair.column_2),
        says,
        _source(pair),
        rule=rule_id,
        indicator=pair.indicator,
        procedure_ids=column_2.procedure_ids,
        lesion_ids=column_2.lesion_ids,
    )
    return Outcome(edits=(edit,))


def _source(pair: Pair) -> str:
    return f"{PTP} {pair.column_1}/{pair.column_2}"


def _beside_a_visit(visit: Draft, pair: Pair) -> Outcome:
    carried = [each for each in _OF_A_VISIT if each in visit.modifiers]
    if not carried:
        return Outcome()
    return _allowed(pair, f"The visit stands apart, modifier {' '.join(carried)}.")


def _apart(chart: Chart, one: Draft, other: Draft) -> bool | None:
    """Whether two lines worked on different nails, lesions or places; None where not known."""
    digits, there = _digits(chart, one), _digits(chart, other)
    if digits and there:
        return not digits & there
    lesions, others = set(one.lesion_ids), set(other.lesion_ids)
    if lesions and others:
        if not lesions & others:
            return True
        return False if others <= lesions else None
    places, elsewhere = _places(one), _places(other)
    if places and elsewhere and not places & elsewhere:
        return True
    return None


def _digits(chart: Chart, draft: Draft) -> frozenset[str]:
    """The nails a line worked on: its own digit, else those of its procedures."""
    own = DIGITS.intersection(draft.modifiers)
    if own:
        return own
    procedures = (chart.procedure(each) for each in draft.procedure_ids)
    return frozenset(
        digit for each in procedures if isinstance(each, (Nail, Biopsy)) for digit in each.digits
    )


def _places(draft: Draft) -> set[tuple[str, str | None]]:
    found: set[tuple[str, str | None]] = {
        (target.site.id, target.laterality) for target in draft.targets if target.site
    }
    return found if len(found) == len({target.site_term for target in draft.targets}) else set()


@rule("MU-2", since=LONG_AGO, cite=UNIT_LIMITS)
def sum_units(chart: Chart, outcome: Outcome) -> Outcome:
    """Add-ons and services without a global period are true units on one line, never repeats."""
    summed: dict[tuple[str, tuple[str, ...]], Draft] = {}
    others: list[Draft] = []
    for draft in sorted(outcome.drafts, key=lambda each: (each.code, each.procedure_ids)):
        key = draft.code, draft.modifiers
        known = summed.get(key)
        if (
            chart.tables.is_drug(draft.code)
            or chart.tables.global_days(draft.code, chart.day) in SURGICAL
        ):
            others.append(draft)
        elif known is None:
            summed[key] = draft
        else:
            summed[key] = _sum(known, draft)
    return outcome.with_drafts((*others, *summed.values()))


def _sum(one: Draft, other: Draft) -> Draft:
    stated = [each.diagnoses for each in (one, other) if each.diagnoses is not None]
    return replace(
        one,
        units=one.units + other.units,
        procedure_ids=tuple(dict.fromkeys((*one.procedure_ids, *other.procedure_ids))),
        targets=tuple(dict.fromkeys((*one.targets, *other.targets))),
        reasons=tuple(dict.fromkeys((*one.reasons, *other.reasons))),
        diagnoses=tuple(dict.fromkeys(code for codes in stated for code in codes))
        if stated
        else None,
    )


@rule("EX-8", since=LONG_AGO, cite=CPT_EXCISION)
@rule("MO-4", since=LONG_AGO, cite=CPT_MOHS)
def mark_repeats(chart: Chart, outcome: Outcome) -> Outcome:
    """The same code for another lesion takes 59, unless a digit tells the lines apart.

    XS or 76 in its place where the payer wants it.
    """
    policy = chart.facts.policy
    repeated_by = "76" if policy.repeated_by_76 else policy.distinct
    seen: set[str] = set()
    told_apart: set[tuple[str, str]] = set()
    drafts = []
    for draft in sorted(outcome.drafts, key=lambda each: (each.code, each.procedure_ids)):
        places = {(draft.code, each) for each in _PLACES.intersection(draft.modifiers)}
        repeated = bool(places & told_apart) if places else draft.code in seen
        if (
            repeated
            and chart.tables.global_days(draft.code, chart.day) in SURGICAL
            and not (_SPEAK_FOR_THEMSELVES - _PLACES).intersection(draft.modifiers)
        ):
            reason = because(
                "EX-8",
                f"The same code for another lesion: {repeated_by}.",
                CPT_EXCISION,
                *chart.where(draft),
            )
            draft = replace(
                draft, modifiers=(*draft.modifiers, repeated_by), reasons=(*draft.reasons, reason)
            )
        seen.add(draft.code)
        told_apart |= places
        drafts.append(draft)
    return outcome.with_drafts(drafts)


@rule("AO-1", since=LONG_AGO, cite=ADD_ONS)
def check_add_ons(chart: Chart, outcome: Outcome) -> Outcome:
    """An add-on without its primary on the claim is a question."""
    present = {each.code for each in outcome.drafts}
    extra = Outcome()
    for code in sorted(present):
        primaries = chart.tables.primaries(code, chart.day)
        if primaries and not primaries & present:
            says = f"{code} is an add-on, and no primary of it is on the claim."
            extra = extra + Outcome(
                holds=(review("add_on", says),),
                edits=(Edit("add_on", "denied", (code,), says, str(ADD_ONS), rule="AO-1"),),
            )
    return outcome + extra


@rule("MU-1", since=LONG_AGO, cite=UNIT_LIMITS)
@rule("MU-2", since=LONG_AGO, cite=UNIT_LIMITS)
@rule("MU-3", since=LONG_AGO, cite=UNIT_LIMITS)
def check_units(chart: Chart, outcome: Outcome) -> Outcome:
    """More units than the limit: a question where it is absolute, else true units and a warning."""
    units: Counter[str] = Counter()
    for draft in outcome.drafts:
        units[draft.code] += draft.units
    extra = Outcome()
    for code, number in sorted(units.items()):
        limit = chart.tables.limit(code, chart.day)
        if limit is None or number <= limit.limit:
            continue
        says = f"{number} units of {code}, the limit is {limit.limit}."
        absolute = limit.adjudication != "3"
        rule_id = {"1": "MU-3", "2": "MU-1"}.get(limit.adjudication, "MU-2")
        edit = Edit("mue", "warned", (code,), says, str(UNIT_LIMITS), rule=rule_id)
        held = (review("unit_limit", says),) if absolute else ()
        extra = extra + Outcome(holds=held, edits=(edit,))
    return outcome + extra
