"""Destruction of malignant lesions: each by its own diameter, and what the report makes of it."""

from collections.abc import Sequence
from datetime import date

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
from services.coding.domain.claim import Hold
from services.coding.domain.documented import Destruction
from services.coding.domain.measures import agreed_diameter, diameter_at
from services.coding.domain.pending import pathology_hold
from services.coding.domain.sources import AAD_2012, CPT_DESTRUCTION, LONG_AGO
from shared.kernel.rule import rule

_DESTROYED_ANYWAY = ("viral_wart", "molluscum")
"""Infections whose destruction is their treatment, covered without a criterion (section 15)."""


@rule("DS-5", since=date(2012, 1, 1), cite=AAD_2012)
def sampled_only(chart: Chart) -> dict[str, Destruction]:
    """A malignancy was claimed and the report is benign: what stays is the tangential biopsy.

    By lesion, as each has its own report.
    """
    return {
        target.lesion_id: each
        for each in chart.of(Destruction)
        if each.lesion_class == "malignant"
        for target in chart.targets(each)
        if target.lesion_id is not None
        and target.finding.report is not None
        and target.finding.behavior == "benign"
        and not target.finding.proven
        and target.finding.kind not in _DESTROYED_ANYWAY
    }


@rule("DS-4", since=LONG_AGO, cite=CPT_DESTRUCTION)
def malignant_destructions(chart: Chart, procedures: Sequence[Destruction]) -> Outcome:
    """Each malignant lesion, once, by its own charted diameter; a margin is never added."""
    parts: list[Outcome] = []
    first_cycle: dict[str, Destruction] = {}
    sampled = sampled_only(chart)
    for procedure in procedures:
        if len(procedure.lesions) < 2 and procedure.count not in (None, 1):
            fact = "lesion of each malignant destruction"
            parts.append(Outcome(holds=(missing(procedure, fact),)))
            continue
        counted_elsewhere = (*keratoses_of(chart, procedure), *infections_of(chart, procedure))
        for target in chart.targets(procedure):
            name = target.lesion_id or f"#{procedure.procedure_id}"
            first = first_cycle.setdefault(name, procedure)
            if target in counted_elsewhere or target.lesion_id in sampled:
                continue
            if first is procedure:
                parts.append(_malignant_lesion(chart, procedure, target))
            elif first.diameter_cm != procedure.diameter_cm:
                says = f"Lesion {name}: destroyed twice, with another diameter."
                parts.append(Outcome(holds=(review("size_conflict", says),)))
    return total(parts)


def _malignant_lesion(chart: Chart, procedure: Destruction, target: Target) -> Outcome:
    single = len(procedure.lesions) <= 1
    lesion = chart.lesions.get(target.lesion_id or "")
    charted = procedure.diameter_cm if single else None
    of_lesion = None if lesion is None else lesion.diameter_cm
    diameter = agreed_diameter(procedure, charted, of_lesion)
    if isinstance(diameter, Hold):
        return Outcome(holds=(diameter,))
    region = target.region("removal")
    if region is None:
        return Outcome(holds=(missing(procedure, "site of the destruction"),))
    code = chart.tables.banded("destruction_malignant", region, diameter)
    if code is None:
        return Outcome(holds=(review("size", f"Procedure {procedure.procedure_id}: no band."),))
    says = f"Malignant lesion of {diameter} cm destroyed."
    evidence = diameter_at(chart, procedure, charted, target)
    reasons = [because("DS-4", says, CPT_DESTRUCTION, *evidence)]
    held: tuple[Hold, ...] = ()
    if not target.finding.malignant:
        says = "Malignancy not proven yet: best line, not released."
        stated = chart.at_report(target.finding.report) or chart.at_lesion(
            target.lesion_id, "suspicion"
        )
        reasons.append(because("DS-5", says, AAD_2012, *stated))
        held = (_unproven(chart, procedure, target),)
    draft = Draft(
        code=code,
        units=1,
        procedure_ids=(procedure.procedure_id,),
        targets=(target,),
        reasons=tuple(reasons),
        distinct=procedure.distinct,
    )
    return Outcome(drafts=(draft,), holds=held)


def _unproven(chart: Chart, procedure: Destruction, target: Target) -> Hold:
    """The report will tell; where it came and told no malignancy a person decides."""
    if target.finding.report is None:
        return pathology_hold(chart, procedure.procedure_id, target, "the malignancy")
    says = f"Procedure {procedure.procedure_id}: destroyed as malignant, reported otherwise."
    return review("class_conflict", says)


def keratoses_of(chart: Chart, procedure: Destruction) -> list[Target]:
    """Lesions treated as malignant whose report is an actinic keratosis: counted with DS-1."""
    return [
        target
        for target in chart.targets(procedure)
        if target.finding.report is not None and target.finding.behavior == "premalignant"
    ]


def infections_of(chart: Chart, procedure: Destruction) -> list[Target]:
    """Lesions treated as malignant whose report is a wart or molluscum: counted with DS-2."""
    return [
        target
        for target in chart.targets(procedure)
        if target.finding.report is not None
        and target.finding.kind in _DESTROYED_ANYWAY
        and not target.finding.proven
    ]
