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
from services.coding.domain.measures import agreed_diameter
from services.coding.domain.pending import pathology_hold
from services.coding.domain.sources import (
    AAD_2012,
    CPT_DESTRUCTION,
    FROM_MEMORY,
    LONG_AGO,
    OWN,
)
from shared.kernel.rule import rule

_MANY_PREMALIGNANT = 15
_MANY_BENIGN = 15
_NOT_PREMALIGNANT = ("benign", "infectious", "malignant", "in_situ")


def destructions(chart: Chart) -> Outcome:
    """Every destruction of the session, all sites together."""
    sampled = {each.procedure_id for each in sampled_only(chart)}
    treated = [each for each in chart.of(Destruction) if each.procedure_id not in sampled]
    parts = [_unclassed(each) for each in treated if each.lesion_class is None]
    genital, skin = split_by_place(chart, treated)
    parts.append(anogenital_destructions(chart, genital))
    malignant = [each for each in skin if each.lesion_class == "malignant"]
    keratoses = [target for each in malignant for target in _keratoses(chart, each)]
    premalignant = [each for each in skin if each.lesion_class == "premalignant"]
    parts.append(_premalignant(chart, premalignant, malignant, keratoses))
    parts.append(_benign(chart, [each for each in skin if each.lesion_class == "benign"]))
    parts.append(_vascular(chart, [each for each in skin if each.lesion_class == "vascular"]))
    parts += [_malignant(chart, each) for each in malignant]
    return total(parts)


def _unclassed(procedure: Destruction) -> Outcome:
    return Outcome(holds=(missing(procedure, "class of the lesions destroyed"),))


@rule("DS-5", since=LONG_AGO, cite=AAD_2012)
def sampled_only(chart: Chart) -> tuple[Destruction, ...]:
    """A malignancy was claimed and the report is benign: what stays is the tangential biopsy."""
    return tuple(
        each
        for each in chart.of(Destruction)
        if each.lesion_class == "malignant"
        and each.lesions
        and all(
            target.finding.report is not None
            and target.finding.behavior == "benign"
            and not target.finding.proven
            for target in chart.targets(each)
        )
    )


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


@rule("DS-1", since=LONG_AGO, cite=CPT_DESTRUCTION)
def _premalignant(
    chart: Chart,
    procedures: Sequence[Destruction],
    malignant: Sequence[Destruction],
    keratoses: Sequence[Target],
) -> Outcome:
    """First lesion, each of lesions 2 to 14, or one code alone from 15 on."""
    parts, counted, number = [], [], 0
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
            counted.append(procedure)
            number += count
    targets = [target for each in counted for target in chart.targets(each)]
    from_reports = [
        each for each in malignant if any(target in keratoses for target in chart.targets(each))
    ]
    targets += keratoses
    number += len(keratoses)
    everything = (*counted, *from_reports)
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
def _benign(chart: Chart, procedures: Sequence[Destruction]) -> Outcome:
    """Up to fourteen benign lesions are one code, fifteen and more another; never both."""
    parts, counted, number = [], [], 0
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
            counted.append(procedure)
            number += count
    if number:
        code = "17111" if number >= _MANY_BENIGN else "17110"
        says = f"{number} benign lesions: one code up to fourteen, another from fifteen."
        targets = [target for each in counted for target in chart.targets(each)]
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
    targets = [target for each in measured for target in chart.targets(each)]
    evidence = [place for each in measured for place in chart.at(each, "area_sq_cm")]
    says = f"{area} sq cm of vascular lesions in all."
    return Outcome(drafts=(_draft(code, 1, measured, targets, "DS-3", says, evidence),), holds=held)


@rule("DS-4", since=LONG_AGO, cite=CPT_DESTRUCTION)
def _malignant(chart: Chart, procedure: Destruction) -> Outcome:
    """Each malignant lesion by its own charted diameter; a margin is never added."""
    if not procedure.lesions and procedure.count not in (None, 1):
        return Outcome(holds=(missing(procedure, "lesion of each malignant destruction"),))
    keratoses = _keratoses(chart, procedure)
    parts = [
        _malignant_lesion(chart, procedure, target)
        for target in chart.targets(procedure)
        if target not in keratoses
    ]
    return total(parts)


def _malignant_lesion(chart: Chart, procedure: Destruction, target: Target) -> Outcome:
    single = len(procedure.lesions) <= 1
    lesion = chart.lesions.get(target.lesion_id or "")
    diameter = agreed_diameter(
        procedure,
        procedure.diameter_cm if single else None,
        None if lesion is None else lesion.diameter_cm,
    )
    if isinstance(diameter, Hold):
        return Outcome(holds=(diameter,))
    region = target.region("removal")
    if region is None:
        return Outcome(holds=(missing(procedure, "site of the destruction"),))
    code = chart.tables.banded("destruction_malignant", region, diameter)
    if code is None:
        return Outcome(holds=(review("size", f"Procedure {procedure.procedure_id}: no band."),))
    says = f"Malignant lesion of {diameter} cm destroyed."
    reasons = [because("DS-4", says, CPT_DESTRUCTION, *chart.at(procedure, "diameter_cm"))]
    held: tuple[Hold, ...] = ()
    if not target.finding.malignant:
        reasons.append(
            because("DS-5", "Malignancy not proven yet: best line, not released.", AAD_2012)
        )
        held = (pathology_hold(chart, procedure.procedure_id, target, "the malignancy"),)
    draft = Draft(
        code=code,
        units=1,
        procedure_ids=(procedure.procedure_id,),
        targets=(target,),
        reasons=tuple(reasons),
        distinct=procedure.distinct,
    )
    return Outcome(drafts=(draft,), holds=held)


def _keratoses(chart: Chart, procedure: Destruction) -> list[Target]:
    """Lesions treated as malignant whose report is an actinic keratosis: counted with DS-1."""
    return [
        target
        for target in chart.targets(procedure)
        if target.finding.report is not None and target.finding.behavior == "premalignant"
    ]


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
    return Outcome(edits=(Edit("ncci", "bundled", ("17000",), says, str(OWN)),))


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
    return [
        place
        for each in procedures
        for place in chart.at(each, "lesion_ids" if each.count is None else "count")
    ]
