"""The order of a claim's lines."""

from collections.abc import Iterable
from decimal import Decimal

from services.coding.domain.chart import Chart, Draft
from services.coding.domain.references import component
from services.coding.domain.sources import LONG_AGO, OWN
from shared.kernel.rule import rule


@rule("RK-1", since=LONG_AGO, cite=OWN)
def ranked(chart: Chart, drafts: Iterable[Draft]) -> list[Draft]:
    """By relative value times units, highest first; what has none (drugs) comes last."""

    def place(draft: Draft) -> tuple[bool, Decimal, str, tuple[str, ...], tuple[str, ...]]:
        place = chart.encounter.place_of_service
        part = component(draft.modifiers)
        value = chart.tables.relative_value(draft.code, place, chart.day, part)
        total_value = Decimal(0) if value is None else value * draft.units
        return value is None, -total_value, draft.code, draft.procedure_ids, draft.modifiers

    return sorted(drafts, key=place)
