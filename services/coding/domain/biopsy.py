"""Biopsies: one primary code a session, add-ons by technique, and sites with codes of their own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.coding.domain.biopsy_sites import TECHNIQUES, Sample, lid_modifier, site_code
from services.coding.domain.chart import (
    Chart,
    Draft,
    Outcome,
    Target,
    because,
    missing,
    total,
)
from services.coding.domain.claim import Edit
from services.coding.domain.documented import (
    Biopsy,
    Destruction,
    Excision,
    Mohs,
    ShaveRemoval,
)
from services.coding.domain.malignant_destruction import sampled_only
from services.coding.domain.mohs import without_earlier_diagnosis
from services.coding.domain.nails import DIGITS, removed_nails
from services.coding.domain.sources import (
    CPT_2019,
    CPT_BIOPSY,
    CPT_MOHS,
    CPT_NAILS,
    LONG_AGO,
    NCCI_3,
)
from shared.kernel.rule import rule

_PRIMARY = {"incisional": "11106", "punch": "11104", "tangential": "11102"}
_ADD_ON = {"incisional": "11107", "punch": "11105", "tangential": "11103"}

_EACH_ON_ITS_LINE = ("67810",)


@rule("BX-3", since=LONG_AGO, cite=CPT_BIOPSY)
def biopsies(chart: Chart) -> Outcome:
    """Several samples of one lesion are one biopsy."""
    grouped: dict[str, list[Biopsy | Destruction]] = defaultdict(list)
    targets: dict[str, Target] = {}
    for procedure in chart.of(Biopsy):
        for target in chart.targets(procedure):
            key = target.lesion_id or f"#{procedure.procedure_id}"
            grouped[key].append(procedure)
            targets[key] = target
    for lesion_id, destruction in sampled_only(chart).items():
        grouped[lesion_id].append(destruction)
        targets[lesion_id] = chart.target(lesion_id, destruction)
    removed, mohs = _removed_lesions(chart), _mohs_by_lesion(chart)
    parts: list[Outcome] = []
    by_code: dict[str, list[Sample]] = defaultdict(list)
    for key, each in grouped.items():
        sample = Sample(targets[key], tuple(each), key in removed, tuple(mohs.get(key, ())))
        included = _in_a_removal(sample) or _in_mohs(chart, sample)
        if included is not None:
            parts.append(included)
            continue
        code, held = site_code(sample)
        parts.append(held)
        if code == "11755":
            parts.append(_nail_unit(chart, sample))
        else:
            by_code[code].append(_with_modifiers(chart, sample))
    by_code.pop("", None)
    parts.append(_skin(chart, by_code.pop("skin", [])))
    parts += [_special(chart, code, samples) for code, samples in sorted(by_code.items())]
    return total(parts)


@rule("BX-1", since=CPT_2019, cite=CPT_BIOPSY)
@rule("BX-2", since=CPT_2019, cite=CPT_BIOPSY)
def _skin(chart: Chart, samples: Sequence[Sample]) -> Outcome:
    """The deepest technique is the one primary; each further lesion is an add-on of its own."""
    if not samples:
        return Outcome()
    first, *further = sorted(
        samples, key=lambda each: (TECHNIQUES.index(each.technique or ""), each.order)
    )
    technique = first.technique or ""
    says = f"{technique.capitalize()} technique: the one primary biopsy of the session."
    drafts = [_draft(chart, _PRIMARY[technique], [first], "BX-1", says)]
    for technique in TECHNIQUES:
        group = [each for each in further if each.technique == technique]
        if group:
            says = f"{len(group)} further {technique} of the session."
            drafts.append(_draft(chart, _ADD_ON[technique], group, "BX-2", says))
    return Outcome(drafts=tuple(drafts))


def _special(chart: Chart, code: str, samples: Sequence[Sample]) -> Outcome:
    ordered = sorted(samples, key=lambda each: each.order)
    says = "A site with a biopsy code of its own."
    if code in _EACH_ON_ITS_LINE:
        return Outcome(drafts=tuple(_draft(chart, code, [each], "BX-4", says) for each in ordered))
    if code != "56605":
        return Outcome(drafts=(_draft(chart, code, ordered, "BX-4", says),))
    drafts = [_draft(chart, code, ordered[:1], "BX-4", says)]
    if ordered[1:]:
        drafts.append(_draft(chart, "56606", ordered[1:], "BX-4", "Each further lesion there."))
    return Outcome(drafts=tuple(drafts))


def _draft(chart: Chart, code: str, samples: Sequence[Sample], rule_id: str, says: str) -> Draft:
    procedures = list(dict.fromkeys(each for sample in samples for each in sample.procedures))
    evidence = (
        pointer
        for each in procedures
        for pointer in chart.at(each, "technique" if isinstance(each, Biopsy) else "method")
    )
    return Draft(
        code=code,
        units=len(samples),
        procedure_ids=tuple(each.procedure_id for each in procedures),
        targets=tuple(each.target for each in samples),
        reasons=(because(rule_id, says, CPT_BIOPSY, *evidence),),
        modifiers=_each_once(name for each in samples for name in each.modifiers),
        distinct=all(each.distinct for each in procedures) or None,
    )


@rule("BX-5", since=LONG_AGO, cite=NCCI_3)
@rule("BX-6", since=LONG_AGO, cite=NCCI_3)
def _in_a_removal(sample: Sample) -> Outcome | None:
    """A lesion biopsied and removed in one session is a removal alone, save frozen section."""
    if not sample.removed or _frozen(sample):
        return None
    says = f"Lesion {sample.target.lesion_id}: biopsied and removed in one session, removal only."
    code = _PRIMARY[sample.technique or "tangential"]
    return _part_of(sample, code, "BX-5", says)


@rule("BX-7", since=LONG_AGO, cite=CPT_MOHS)
def _in_mohs(chart: Chart, sample: Sample) -> Outcome | None:
    """A biopsy of the Mohs tumor is included, unless no pathology diagnosis existed before."""
    if not sample.mohs or _first_diagnosis(chart, sample):
        return None
    says = f"Lesion {sample.target.lesion_id}: the biopsy of the tumor is part of Mohs surgery."
    code = _PRIMARY[sample.technique or "tangential"]
    return _part_of(sample, code, "BX-7", says)


def _part_of(sample: Sample, code: str, rule_id: str, says: str) -> Outcome:
    edit = Edit(
        "ncci",
        "bundled",
        (code,),
        says,
        str(NCCI_3),
        rule=rule_id,
        procedure_ids=tuple(each.procedure_id for each in sample.procedures),
        lesion_ids=() if sample.target.lesion_id is None else (sample.target.lesion_id,),
    )
    return Outcome(edits=(edit,))


def _with_modifiers(chart: Chart, sample: Sample) -> Sample:
    modifiers: list[str] = []
    if sample.removed and _frozen(sample):
        modifiers.append(chart.facts.policy.frozen_section)
    elif _first_diagnosis(chart, sample):
        modifiers.append(chart.facts.policy.distinct)
    lid = lid_modifier(sample)
    if lid is not None:
        modifiers.append(lid)
    return replace(sample, modifiers=_each_once(modifiers))


@rule("NL-3", since=LONG_AGO, cite=CPT_NAILS)
def _nail_unit(chart: Chart, sample: Sample) -> Outcome:
    """A line for each digit; the biopsy of a nail that was removed is part of its removal."""
    named = (each.digits for each in sample.procedures if isinstance(each, Biopsy))
    digits = _each_once(digit for each in named for digit in each)
    if not digits or not DIGITS.issuperset(digits):
        return Outcome(holds=(missing(sample.procedures[0], "digit of the nail"),))
    marked, removed = _with_modifiers(chart, sample), removed_nails(chart)
    drafts = [
        _draft(
            chart,
            "11755",
            [replace(marked, modifiers=(*marked.modifiers, digit))],
            "NL-3",
            f"Biopsy of the nail unit of {digit}.",
        )
        for digit in digits
        if digit not in removed
    ]
    return Outcome(drafts=tuple(drafts))


def _removed_lesions(chart: Chart) -> set[str]:
    """Lesions that the session excised, shaved or destroyed."""
    sampled = sampled_only(chart)
    removals = (*chart.of(Excision), *chart.of(ShaveRemoval), *chart.of(Destruction))
    return {
        lesion
        for each in removals
        for lesion in each.lesions
        if not (
            isinstance(each, Destruction) and each.lesion_class == "malignant" and lesion in sampled
        )
    }


def _mohs_by_lesion(chart: Chart) -> dict[str, list[Mohs]]:
    found: dict[str, list[Mohs]] = defaultdict(list)
    for surgery in chart.of(Mohs):
        for lesion in surgery.lesions:
            found[lesion].append(surgery)
    return found


def _frozen(sample: Sample) -> bool:
    return any(isinstance(each, Biopsy) and each.frozen_section for each in sample.procedures)


def _first_diagnosis(chart: Chart, sample: Sample) -> bool:
    return without_earlier_diagnosis(chart, sample.mohs, sample.target.finding)


def _each_once(modifiers: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(modifiers))
