"""Shave removals: one code a lesion, by its diameter without margin."""

from services.coding.domain.chart import Chart, Draft, Outcome, because, missing, review, total
from services.coding.domain.claim import Hold
from services.coding.domain.documented import ShaveRemoval
from services.coding.domain.measures import agreed_diameter
from services.coding.domain.sources import CPT_SHAVING, LONG_AGO
from shared.kernel.rule import rule


@rule("SH-1", since=LONG_AGO, cite=CPT_SHAVING)
@rule("SH-3", since=LONG_AGO, cite=CPT_SHAVING)
def shave_removals(chart: Chart) -> Outcome:
    """One code per lesion by lesion diameter; pathology never changes it."""
    return total(_one(chart, each) for each in chart.of(ShaveRemoval))


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
    draft = Draft(
        code=code,
        units=1,
        procedure_ids=(procedure.procedure_id,),
        targets=(target,),
        reasons=(because("SH-1", says, CPT_SHAVING, *chart.at(procedure, "diameter_cm")),),
        distinct=procedure.distinct,
    )
    return Outcome(drafts=(draft,))
