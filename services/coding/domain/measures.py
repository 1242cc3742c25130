"""Lengths that two places of a chart may state (FACT-1, FACT-2)."""

from decimal import Decimal

from services.coding.domain.chart import Chart, Target, missing, review, tenths
from services.coding.domain.claim import Hold
from services.coding.domain.documented import ProcedureBase


def agreed_diameter(
    procedure: ProcedureBase, charted: Decimal | None, of_lesion: Decimal | None
) -> Decimal | Hold:
    """The procedure's diameter, else its lesion's; a question where they differ or none stands."""
    if charted is not None and of_lesion is not None and charted != of_lesion:
        says = (
            f"Procedure {procedure.procedure_id}: charted {charted} cm, its lesion {of_lesion} cm."
        )
        return review("size_conflict", says)
    size = charted if charted is not None else of_lesion
    if not size:
        return missing(procedure, "lesion diameter")
    return tenths(size)


def diameter_at(
    chart: Chart, procedure: ProcedureBase, charted: Decimal | None, target: Target
) -> tuple[str, ...]:
    """Where the diameter stands: with the procedure, else with its lesion."""
    if charted is not None:
        return chart.at(procedure, "diameter_cm")
    return chart.at_lesion(target.lesion_id, "diameter_cm")
