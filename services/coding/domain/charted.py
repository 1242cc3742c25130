"""Codes the chart names itself: in-house pathology and whatever has no kind of its own."""

import math

from services.coding.domain.chart import Chart, Draft, Outcome, because, missing, review, total
from services.coding.domain.documented import Other
from services.coding.domain.sources import LONG_AGO, OWN
from shared.kernel.rule import rule


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
    draft = Draft(
        code=procedure.code,
        units=math.ceil(procedure.units),
        procedure_ids=(procedure.procedure_id,),
        targets=chart.targets(procedure),
        reasons=(because("OT-1", "As charted.", OWN, *chart.at(procedure, "code")),),
        modifiers=procedure.modifiers,
        distinct=procedure.distinct,
    )
    return Outcome(drafts=(draft,))
