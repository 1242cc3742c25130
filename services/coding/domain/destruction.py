"""Destruction: premalignant and benign by count, vascular by area, malignant by each lesion."""

from collections.abc import Sequence

from services.coding.domain.anogenital import anogenital_destructions, split_by_place
from services.coding.domain.chart import (
    Chart,
    Draft,
    Outcome,
    Target,
    because,
    missing,
    review,
    total,
)
from services.coding.domain.claim import Edit, Hold
from services.coding.domain.documented import Destruction, PhotodynamicTherapy
from services.coding.domain.malignant_destruction import (
    infections_of,
    keratoses_of,
    malignant_destructions,
)
from services.coding.domain.sources import (
    CPT_DESTRUCTION,
    FROM_MEMORY,
    LONG_AGO,
)
from shared.kernel.rule import rule

_MANY_PREMALIGNANT = 15
_MANY_BENIGN = 15
_NOT_PREMALIGNANT = ("benign", "infectious", "malignant", "in_situ")


def destructions(chart: Chart) -> Outcome:
    """Every destruction of the session, all sites together."""
    treated = chart.of(Destruction)
    parts = [_unclassed(each) for each in treated if each.lesion_class is None]
    genital, skin = split_by_place(chart, treated)
    parts.append(anogenital_destructions(chart, genital))
    malignant = [each for each in skin if each.lesion_class == "malignant"]
    keratoses, infections = (
        list(dict.fromkeys(target for each in malignant for target in found(chart, each)))
        for found in (keratoses_of, infections_of)
    )
    premalignant = [each for each in skin if each.lesion_class == "premalignant"]
    parts.append(_premalignant(chart, premalignant, malignant, keratoses))
    benign = [each for each in skin if each.lesion_class == "benign"]
    parts.append(_benign(chart, benign, malignant, infections))
    parts.append(_vascular(chart, [each for each in skin if each.lesion_class == "vascular"]))
    parts.append(malignant_destructions(chart, malignant))
    return total(parts)


def _unclassed(procedure: Destruction) -> Outcome:
    return Outcome(holds=(missing(procedure, "class of the lesions destroyed"),))


def count_of(procedure: Destruction) -> int | Hold:
    """How many lesions were treated: as counted, where a count and a list agree."""
    listed = len(procedure.lesions)
    if procedure.count is None:
        return listed or missing(procedure, "number of lesions destroyed")
    if listed > 1 and listed != procedure.count:
        says = f"Procedure {procedure.procedure_id}: {procedure.count} counted, {listed} listed."
        return review("count_conflict", says)
    if procedure.count == 0:
        return missing(procedure, "number of lesions destroyed")
    return procedure.count


@rule("DS-6", since=LONG_AGO, cite=CPT_DESTRUCTION)
def _treated(counts: Sequence[tuple[Destruction, int]]) -> int:
    """How many lesions in all: a lesion named again was treated in a further cycle."""
    unnamed = 0
    by_lesion: dict[str, int] = {}
    for procedure, count in counts:
        lesions = procedure.lesions
        unnamed += 0 if lesions else count
        for lesion in lesions:
            number = count if len(lesions) == 1 else 1
            by_lesion[lesion] = max(number, by_lesion.get(lesion, 0))
    return unnamed + sum(by_lesion.values())


def _targets(chart: Chart, procedures: Sequence[Destruction]) -> list[Target]:
    """What was treated, each lesion once."""
    return list(dict.fromkeys(target for each in procedures for target in chart.targets(each)))


def _of_targets(
    chart: Chart, procedures: Sequence[Destruction], targets: Sequence[Target]
) -> list[Destruction]:
    """The procedures that treated one of them."""
    return [each for each in procedures if any(target in targets for target in chart.targets(each))]


@rule("DS-1", since=LONG_AGO, cite=CPT_DESTRUCTION)
def _premalignant(
    chart: Chart,
    procedures: Sequence[Destruction],
    malignant: Sequence[Destruction],
    keratoses: Sequence[Target],
) -> Outcome:
    """First lesion, each of lesions 2 to 14, or one code alone from 15 on."""
    parts: list[Outcome] = []
    counts: list[tuple[Destruction, int]] = []
    for procedure in procedures:
        if _under_light(chart, procedure):
            parts.append(_treated_by_light(procedure))
            continue
        count = count_of(procedure)
        if isinstance(count, Hold):
            parts.append(Outcome(holds=(count,)))
        elif (held := _class_conflict(chart, procedure, _NOT_PREMALIGNANT)) is not None:
            parts.append(Outcome(holds=(held,)))
        else:
            counts.append((procedure, count))
    counted = [each for each, _ in counts]
    number, targets = _treated(counts), _targets(chart, counted)
    targets += keratoses
    number += len(keratoses)
    everything = (*counted, *_of_targets(chart, malignant, keratoses))
    if number:
        parts.append(_premalignant_lines(chart, everything, targets, number))
    return total(parts)


def _premalignant_lines(
    chart: Chart, procedures: Sequence[Destruction], targets: Sequence[Target], number: int
) -> Outcome:
    evidence = _counted_at(chart, procedures)
    if number >= _MANY_PREMALIGNANT:
        says = f"{number} premalignant lesions: one code for fifteen or more."
        return Outcome(drafts=(_draft("17004", 1, procedures, targets, "DS-1", says, evidence),))
    says = f"{number} premalignant lesions: the first." if number > 1 else "One lesion."
    first = _draft("17000", 1, procedures, targets[:1], "DS-1", says, evidence)
    if number == 1:
        return Outcome(drafts=(first,))
    says = f"Lesions 2 to {number}."
    rest = targets[1:] or targets[:1]
    return Outcome(
        drafts=(first, _draft("17003", number - 1, procedures, rest, "DS-1", says, evidence))
    )


@rule("DS-2", since=LONG_AGO, cite=CPT_DESTRUCTION)
def _benign(
    chart: Chart,
    procedures: Sequence[Destruction],
    malignant: Sequence[Destruction],
    infections: Sequence[Target],
) -> Outcome:
    """Up to fourteen benign lesions are one code, fifteen and more another; never both."""
    parts: list[Outcome] = []
    counts: list[tuple[Destruction, int]] = []
    for procedure in procedures:
        count = count_of(procedure)
        held = (
            count
            if isinstance(count, Hold)
            else _class_conflict(chart, procedure, ("premalignant", "malignant", "in_situ"))
        )
        if held is not None:
            parts.append(Outcome(holds=(held,)))
        elif isinstance(count, int):
            counts.append((procedure, count))
    counted = [each for each, _ in counts]
    targets = list(dict.fromkeys((*_targets(chart, counted), *infections)))
    number = _treated(counts) + len(infections)
    if number:
        counted += _of_targets(chart, malignant, infections)
        code = "17111" if number >= _MANY_BENIGN else "17110"
        says = f"{number} benign lesions: one code up to fourteen, another from fifteen."
        evidence = _counted_at(chart, counted)
        parts.append(Outcome(drafts=(_draft(code, 1, counted, targets, "DS-2", says, evidence),)))
    return total(parts)


@rule("DS-3", since=LONG_AGO, cite=CPT_DESTRUCTION)
def _vascular(chart: Chart, procedures: Sequence[Destruction]) -> Outcome:
    """Vascular proliferative lesions go by their summed area."""
    held = tuple(
        missing(each, "area of the vascular lesion") for each in procedures if not each.area_sq_cm
    )
    measured = [each for each in procedures if each.area_sq_cm]
    if not measured:
        return Outcome(holds=held)
    area = sum((each.area_sq_cm or 0 for each in measured), start=0)
    code = "17106" if area < 10 else "17107" if area <= 50 else "17108"
    targets = _targets(chart, measured)
    evidence = [place for each in measured for place in chart.at(each, "area_sq_cm")]
    says = f"{area} sq cm of vascular lesions in all."
    return Outcome(drafts=(_draft(code, 1, measured, targets, "DS-3", says, evidence),), holds=held)


def _class_conflict(chart: Chart, procedure: Destruction, behaviors: Sequence[str]) -> Hold | None:
    """The class charted and the lesion's diagnosis contradict each other."""
    found = {target.finding.behavior for target in chart.targets(procedure)}
    if found & set(behaviors):
        says = (
            f"Procedure {procedure.procedure_id}: destroyed as {procedure.lesion_class}, "
            "diagnosed otherwise."
        )
        return review("class_conflict", says)
    return None


@rule("DS-7", since=LONG_AGO, cite=FROM_MEMORY)
def _under_light(chart: Chart, procedure: Destruction) -> bool:
    """Keratoses treated by photodynamic therapy in the same area are not destroyed again."""
    here = {(target.site_term, target.laterality) for target in chart.targets(procedure)}
    for light in chart.of(PhotodynamicTherapy):
        there = {(target.site_term, target.laterality) for target in chart.targets(light)}
        if set(light.lesions) & set(procedure.lesions) or here & there - {(None, None)}:
            return not procedure.distinct
    return False


def _treated_by_light(procedure: Destruction) -> Outcome:
    says = f"Procedure {procedure.procedure_id}: the area was treated by photodynamic therapy."
    edit = Edit(
        "ncci",
        "bundled",
        ("17000",),
        says,
        str(FROM_MEMORY),
        rule="DS-7",
        procedure_ids=(procedure.procedure_id,),
        lesion_ids=tuple(procedure.lesions),
    )
    return Outcome(edits=(edit,))


def _draft(
    code: str,
    units: int,
    procedures: Sequence[Destruction],
    targets: Sequence[Target],
    rule_id: str,
    says: str,
    evidence: Sequence[str],
) -> Draft:
    return Draft(
        code=code,
        units=units,
        procedure_ids=tuple(each.procedure_id for each in procedures),
        targets=tuple(targets),
        reasons=(because(rule_id, says, CPT_DESTRUCTION, *evidence),),
        distinct=all(each.distinct for each in procedures) or None,
    )


def _counted_at(chart: Chart, procedures: Sequence[Destruction]) -> list[str]:
    def field(procedure: Destruction) -> str:
        if procedure.count is not None:
            return "count"
        return "lesion_ids" if procedure.lesion_ids else "lesion_id"

    return [place for each in procedures for place in chart.at(each, field(each))]
