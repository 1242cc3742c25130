"""What was weighed and not chosen for a line: the other family, the next band, what is bundled."""

from collections.abc import Iterator
from typing import NamedTuple

from services.coding.domain.chart import Chart, Draft
from services.coding.domain.claim import Considered, Edit, Release
from services.coding.domain.evaluation import level_above
from services.coding.domain.references import CodeFacts
from services.coding.domain.releases import used
from services.coding.domain.sources import (
    AAD_2012,
    CPT_ASSISTANT,
    CPT_BIOPSY,
    CPT_DESTRUCTION,
    CPT_DRAINAGE,
    CPT_EVALUATION,
    CPT_EXCISION,
    CPT_INJECTION,
    CPT_LIGHT,
    CPT_NAILS,
    CPT_REPAIR,
    CPT_SHAVING,
    CPT_TRANSFER,
)
from shared.kernel.cite import Cite


class _Other(NamedTuple):
    """Another code, and what a line would need to be it."""

    code: str
    rule: str
    says: str
    cite: Cite


_OTHER_FAMILY = {
    "excision_benign": "excision_malignant",
    "excision_malignant": "excision_benign",
}
_BANDED = {
    "excision_benign": ("EX-1", "cm excised", CPT_EXCISION),
    "excision_malignant": ("EX-1", "cm excised", CPT_EXCISION),
    "shave_removal": ("SH-1", "cm", CPT_SHAVING),
    "destruction_malignant": ("DS-4", "cm", CPT_DESTRUCTION),
    "repair_simple": ("RP-3", "cm in all", CPT_REPAIR),
    "repair_intermediate": ("RP-3", "cm in all", CPT_REPAIR),
    "repair_complex": ("RP-5", "cm in all", CPT_REPAIR),
}
"""Families whose codes follow one another by size: rule, unit, source."""

_FLAPS = (("14000", "14001"), ("14020", "14021"), ("14040", "14041"), ("14060", "14061"))
_NEIGHBOURS: dict[str, _Other] = {
    "11103": _Other("11102", "BX-1", "A session has one primary biopsy.", CPT_BIOPSY),
    "11105": _Other("11104", "BX-1", "A session has one primary biopsy.", CPT_BIOPSY),
    "11107": _Other("11106", "BX-1", "A session has one primary biopsy.", CPT_BIOPSY),
    "17000": _Other("17004", "DS-1", "From 15 lesions on, and then alone.", CPT_DESTRUCTION),
    "17003": _Other("17004", "DS-1", "From 15 lesions on, and then alone.", CPT_DESTRUCTION),
    "17004": _Other("17000", "DS-1", "Up to 14 lesions; never beside 17004.", CPT_DESTRUCTION),
    "17110": _Other("17111", "DS-2", "From 15 lesions on.", CPT_DESTRUCTION),
    "17111": _Other("17110", "DS-2", "Up to 14 lesions; never beside 17111.", CPT_DESTRUCTION),
    "17106": _Other("17107", "DS-3", "From 10 sq cm on.", CPT_DESTRUCTION),
    "17107": _Other("17108", "DS-3", "Beyond 50 sq cm.", CPT_DESTRUCTION),
    "11200": _Other("11201", "TAG-1", "For each 10 tags beyond 15, or part.", CPT_DESTRUCTION),
    "11900": _Other("11901", "IL-1", "From 8 lesions on.", CPT_INJECTION),
    "11901": _Other("11900", "IL-1", "Up to 7 lesions; never beside 11901.", CPT_INJECTION),
    "10060": _Other("10061", "ID-1", "Complicated or multiple.", CPT_DRAINAGE),
    "11720": _Other("11721", "NL-4", "From 6 nails on.", CPT_NAILS),
    "11721": _Other("11720", "NL-4", "Up to 5 nails; never beside 11721.", CPT_NAILS),
    "96900": _Other("96910", "PH-1", "With tar or petrolatum applied by staff.", CPT_LIGHT),
    "96920": _Other("96921", "PH-2", "From 250 sq cm on.", CPT_LIGHT),
    "96921": _Other("96922", "PH-2", "Beyond 500 sq cm.", CPT_LIGHT),
    "96567": _Other("96573", "PD-1", "Where the provider applied it.", CPT_LIGHT),
    "96573": _Other("96574", "PD-1", "Where the provider debrided first.", CPT_LIGHT),
    **{small: _Other(large, "FL-1", "Beyond 10 sq cm.", CPT_TRANSFER) for small, large in _FLAPS},
    **{large: _Other("14301", "FL-2", "Beyond 30 sq cm.", CPT_TRANSFER) for _, large in _FLAPS},
}
_UNLESS_BESIDE = {"11200": "11201"}
"""No alternative where it is on the claim already."""


def considered(
    chart: Chart, draft: Draft, edits: tuple[Edit, ...], billed: frozenset[str]
) -> tuple[Considered, ...]:
    """The codes a coder would have weighed for this line, each with the rule against it.

    billed: the codes of every line of the claim.
    """
    weighed = (
        *_dropped_for(chart, draft, edits),
        *_by_kind(chart, draft, billed),
        *_impressions(chart, draft),
    )
    first: dict[str, Considered] = {}
    for each in weighed:
        first.setdefault(each.code or each.says, each)
    return tuple(each for each in first.values() if each.code != draft.code)


def releases_used(chart: Chart) -> tuple[Release, ...]:
    """The reference tables read for the date of service."""
    return tuple(
        Release(each.table, each.name, each.since, each.until, each.lapsed(chart.day))
        for each in used(chart.tables.releases, chart.day)
    )


def _by_kind(chart: Chart, draft: Draft, billed: frozenset[str]) -> Iterator[Considered]:
    facts = chart.tables.codes[draft.code]
    yield from _other_family(chart, draft, facts)
    yield from _next_band(chart, facts)
    other = _NEIGHBOURS.get(draft.code)
    if other is not None and _UNLESS_BESIDE.get(draft.code) not in billed:
        yield Considered(other.code, other.rule, other.says, str(other.cite))
    above = level_above(draft.code)
    if above is not None:
        code, word, minutes = above
        says = f"Needs {word} decision making (two of three elements) or {minutes} minutes."
        yield Considered(code, "EM-1", says, str(CPT_EVALUATION))
    unproven = not any(target.finding.malignant for target in draft.targets)
    if facts.family == "destruction_malignant" and unproven:
        source = str(AAD_2012)
        yield Considered("17000", "DS-5", "If the report is an actinic keratosis.", source)
        yield Considered("11102", "DS-5", "If the report is benign: the biopsy alone.", source)


def _other_family(chart: Chart, draft: Draft, facts: CodeFacts) -> Iterator[Considered]:
    """The excision code of the same size where pathology had said otherwise."""
    family = _OTHER_FAMILY.get(facts.family)
    if family is None or facts.low is None:
        return
    code = chart.tables.banded(family, facts.region, facts.low)
    finding = draft.targets[0].finding
    if facts.family == "excision_malignant":
        says = "Benign family: not where malignancy is proven."
    elif finding.report is not None:
        says = "Malignant family: the report shows no malignancy."
    else:
        says = "Malignant family: only where a report proves malignancy."
    yield Considered(code, "EX-4", says, str(CPT_ASSISTANT))


def _next_band(chart: Chart, facts: CodeFacts) -> Iterator[Considered]:
    """The code of the next size."""
    banded = _BANDED.get(facts.family)
    if banded is None or facts.high is None:
        return
    rule_id, unit, cite = banded
    for other in chart.tables.bands.get((facts.family, facts.region), ()):
        if other.low is not None and other.low > facts.high:
            says = f"Begins at {other.low.normalize():f} {unit}."
            yield Considered(other.code, rule_id, says, str(cite))
            return


def _dropped_for(chart: Chart, draft: Draft, edits: tuple[Edit, ...]) -> Iterator[Considered]:
    """What an edit took off the claim because this line includes it."""
    closes = chart.tables.codes[draft.code].family.startswith("repair")
    for edit in edits:
        if edit.outcome != "bundled" or edit.rule is None:
            continue
        paired = edit.indicator is not None and edit.codes[0] == draft.code
        of_lesion = edit.indicator is None and set(edit.lesion_ids) & set(draft.lesion_ids)
        if paired or (of_lesion and not closes):
            code = edit.codes[-1] if edit.codes else None
            yield Considered(code, edit.rule, edit.detail, edit.source)


def _impressions(chart: Chart, draft: Draft) -> Iterator[Considered]:
    """A diagnosis charted for the lesion that is not the one coded."""
    for target in draft.targets:
        lesion = chart.lesions.get(target.lesion_id or "")
        finding = target.finding
        if lesion is None or lesion.diagnosis is None or not finding.reasons:
            continue
        if lesion.diagnosis not in finding.codes:
            why = finding.reasons[0]
            says = f"Charted for lesion {lesion.lesion_id}. {why.says}"
            yield Considered(lesion.diagnosis, why.rule, says, why.source)
