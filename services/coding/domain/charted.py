"""Codes the chart names itself: in-house pathology and whatever has no kind of its own."""

import math

from services.coding.domain.chart import Chart, Draft, Outcome, because, missing, review, total
from services.coding.domain.documented import DrugUsed, Mohs, Other
from services.coding.domain.drugs import drug_used
from services.coding.domain.evaluation import FAMILY
from services.coding.domain.mohs import without_earlier_diagnosis
from services.coding.domain.readings import billed_once
from services.coding.domain.sources import ICD_GUIDELINES, LONG_AGO, OWN, WASTE
from services.coding.domain.visit_diagnoses import visit_diagnoses
from shared.kernel.rule import rule

_FROZEN_SECTION = "88331"


@rule("OT-1", since=LONG_AGO, cite=OWN)
def charted_codes(chart: Chart) -> Outcome:
    """A charted code is billed as charted where the code table knows it."""
    return total(_one(chart, each) for each in chart.of(Other))


def _one(chart: Chart, procedure: Other) -> Outcome:
    if not procedure.code:
        return Outcome(holds=(missing(procedure, "code"),))
    if not procedure.units:
        return Outcome(holds=(missing(procedure, f"number of units of {procedure.code}"),))
    if procedure.code not in chart.tables.codes:
        asks = (
            f"Procedure {procedure.procedure_id}: code {procedure.code} is not in the code table."
        )
        return Outcome(holds=(review("unknown_code", asks),))
    if _is_bare_drug(chart, procedure):
        drug = DrugUsed(hcpcs=procedure.code, units=procedure.units)
        return drug_used(chart, procedure, drug, "")
    draft = Draft(
        code=procedure.code,
        units=math.ceil(procedure.units),
        procedure_ids=(procedure.procedure_id,),
        targets=chart.targets(procedure),
        reasons=(because("OT-1", "As charted.", OWN, *chart.at(procedure, "code")),),
        modifiers=_modifiers(chart, procedure),
        distinct=procedure.distinct,
        diagnoses=_of_the_visit(chart, procedure),
    )
    return billed_once(chart, procedure, draft)


@rule("DR-0", since=LONG_AGO, cite=WASTE)
def _is_bare_drug(chart: Chart, procedure: Other) -> bool:
    """A drug named by its code alone: its container and waste are still to be known."""
    return chart.tables.is_drug(procedure.code or "") and not procedure.modifiers


@rule("DX-10", since=LONG_AGO, cite=ICD_GUIDELINES)
def _of_the_visit(chart: Chart, procedure: Other) -> tuple[str, ...] | None:
    """A visit's code without a lesion or diagnosis of its own has those of the evaluation."""
    evaluation = chart.encounter.evaluation
    if procedure.lesions or procedure.diagnosis is not None or evaluation is None:
        return None
    of_a_visit = chart.tables.codes[procedure.code or ""].family == FAMILY
    return visit_diagnoses(chart, evaluation.diagnoses).codes if of_a_visit else None


def _modifiers(chart: Chart, procedure: Other) -> tuple[str, ...]:
    """As charted; a frozen section that first diagnosed the Mohs tumor is apart from it (BX-7)."""
    surgeries = [each for each in chart.of(Mohs) if set(each.lesions) & set(procedure.lesions)]
    first = procedure.code == _FROZEN_SECTION and any(
        without_earlier_diagnosis(chart, surgeries, target.finding)
        for target in chart.targets(procedure)
    )
    return tuple(dict.fromkeys((*procedure.modifiers, "59") if first else procedure.modifiers))
