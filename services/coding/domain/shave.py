"""Shave removals: one code a lesion, by its diameter without margin."""

from services.coding.domain.chart import Chart, Draft, Outcome, because, missing, review, total
from services.coding.domain.claim import Hold
from services.coding.domain.documented import ShaveRemoval
from services.coding.domain.measures import agreed_diameter, diameter_at
from services.coding.domain.sources import CPT_SHAVING, LONG_AGO
from shared.kernel.rule import rule


@rule("SH-1", since=LONG_AGO, cite=CPT_SHAVING)
@rule("SH-3", since=LONG_AGO, cite=CPT_SHAVING)
def shave_removals(chart: Chart) -> Outcome:
    """One code per lesion by lesion diameter; pathology never changes it."""
    parts: list[Outcome] = []
    first: dict[str, ShaveRemoval] = {}
    for procedure in chart.of(ShaveRemoval):
        lesion_id = chart.targets(procedure)[0].lesion_id
        earlier = procedure if lesion_id is None else first.setdefault(lesion_id, procedure)
        if earlier is procedure:
            parts.append(_one(chart, procedure))
        elif earlier.diameter_cm != procedure.diameter_cm:
            says = f"Lesion {lesion_id}: shaved twice, with another diameter."
            parts.append(Outcome(holds=(review("size_conflict", says),)))
    return total(parts)


def _one(chart: Chart, procedure: ShaveRemoval) -> Outcome:
    target = chart.targets(procedure)[0]
    lesion = chart.lesions.get(target.lesion_id or "")
    diameter = agreed_diameter(
        procedure, procedure.diameter_cm, None if lesion is None else lesion.diameter_cm
    )
    if isinstance(diameter, Hold):
        said = diameter
        if diameter.reason == "missing_fact":
            said = missing(procedure, "lesion diameter of the shave removal")
        return Outcome(holds=(said,))
    region = target.region("removal")
    if region is None:
        return Outcome(holds=(missing(procedure, "site of the shave removal"),))
    code = chart.tables.banded("shave_removal", region, diameter)
    if code is None:
        says = f"Procedure {procedure.procedure_id}: no code for this size and site."
        return Outcome(holds=(review("not_covered", says),))
    says = f"Lesion of {diameter} cm, margin not counted."
    evidence = diameter_at(chart, procedure, procedure.diameter_cm, target)
    draft = Draft(
        code=code,
        units=1,
        procedure_ids=(procedure.procedure_id,),
        targets=(target,),
        reasons=(because("SH-1", says, CPT_SHAVING, *evidence),),
        distinct=procedure.distinct,
    )
    return Outcome(drafts=(draft,))
