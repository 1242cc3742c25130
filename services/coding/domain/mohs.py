"""Mohs surgery: stages and blocks of each tumor."""

from collections.abc import Sequence
from datetime import timedelta

from services.coding.domain.chart import (
    Chart,
    Draft,
    Finding,
    Outcome,
    because,
    missing,
    review,
    total,
)
from services.coding.domain.documented import Mohs
from services.coding.domain.sources import CPT_MOHS, LONG_AGO, MOHS_FROM_MEMORY
from shared.kernel.rule import rule

_BLOCKS_INCLUDED = 5
_DIAGNOSIS_LASTS = timedelta(days=60)
_HEAD = "head_neck_hands_feet_genitalia_or_deep_structure"


@rule("BX-7", since=LONG_AGO, cite=MOHS_FROM_MEMORY)
def without_earlier_diagnosis(chart: Chart, surgeries: Sequence[Mohs], finding: Finding) -> bool:
    """Mohs surgery of a tumor without a pathology diagnosis of the last 60 days (from memory)."""
    earlier = [each.prior_biopsy_on for each in surgeries if each.prior_biopsy_on is not None]
    if any(chart.day - day <= _DIAGNOSIS_LASTS for day in earlier):
        return False
    return bool(surgeries) and (bool(earlier) or not finding.proven)


@rule("MO-4", since=LONG_AGO, cite=CPT_MOHS)
@rule("MO-8", since=LONG_AGO, cite=CPT_MOHS)
def mohs_surgeries(chart: Chart) -> Outcome:
    """Each tumor starts again with a first stage; stages of one tumor stand in one record."""
    parts: list[Outcome] = []
    tumors: set[str] = set()
    for procedure in chart.of(Mohs):
        lesion_id = chart.targets(procedure)[0].lesion_id
        if lesion_id in tumors:
            asks = f"Lesion {lesion_id}: Mohs surgery is charted twice, which stages are whose?"
            parts.append(Outcome(holds=(review("same_lesion", asks),)))
            continue
        tumors.update(() if lesion_id is None else (lesion_id,))
        parts.append(_tumor(chart, procedure))
    return total(parts)


@rule("MO-1", since=LONG_AGO, cite=CPT_MOHS)
@rule("MO-2", since=LONG_AGO, cite=CPT_MOHS)
@rule("MO-3", since=LONG_AGO, cite=CPT_MOHS)
@rule("MO-7", since=LONG_AGO, cite=CPT_MOHS)
def _tumor(chart: Chart, procedure: Mohs) -> Outcome:
    """First stage, each further stage, and each block beyond five in its own stage."""
    target = chart.targets(procedure)[0]
    region = _HEAD if procedure.deep_structures else target.region("mohs")
    if region is None:
        return Outcome(holds=(missing(procedure, "site of the Mohs surgery"),))
    if not procedure.stages:
        return Outcome(holds=(missing(procedure, "number of stages"),))
    if any(not each.blocks for each in procedure.stages):
        return Outcome(holds=(missing(procedure, "number of blocks of a stage"),))
    first, further = ("17311", "17312") if region == _HEAD else ("17313", "17314")
    ids, targets = (procedure.procedure_id,), (target,)
    place = (*chart.at(procedure, "stages/0"), *chart.at_lesion(target.lesion_id, "site"))
    says = "First stage, up to five blocks."
    drafts = [
        Draft(
            first,
            1,
            ids,
            targets,
            (because("MO-1", says, CPT_MOHS, *place),),
            distinct=procedure.distinct,
        )
    ]
    stages = len(procedure.stages)
    if stages > 1:
        evidence = chart.at(procedure, *(f"stages/{number}" for number in range(1, stages)))
        says = f"{stages - 1} further stage{'s' if stages > 2 else ''}."
        reason = because("MO-2", says, CPT_MOHS, *evidence)
        drafts.append(Draft(further, stages - 1, ids, targets, (reason,)))
    extra = [max(0, (each.blocks or 0) - _BLOCKS_INCLUDED) for each in procedure.stages]
    if any(extra):
        evidence = chart.at(
            procedure, *(f"stages/{place}/blocks" for place, more in enumerate(extra) if more)
        )
        says = f"{sum(extra)} beyond five blocks in a stage."
        reason = because("MO-3", says, CPT_MOHS, *evidence)
        drafts.append(Draft("17315", sum(extra), ids, targets, (reason,)))
    if target.finding.malignant:
        return Outcome(drafts=tuple(drafts))
    asks = f"Procedure {procedure.procedure_id}: Mohs surgery needs a malignant diagnosis."
    return Outcome(drafts=tuple(drafts), holds=(review("diagnosis", asks),))
