"""Which wound a repair, flap or graft closes, and what that makes of it."""

from collections.abc import Iterable

from services.coding.domain.chart import Chart, Target
from services.coding.domain.documented import (
    AdjacentTissueTransfer,
    Excision,
    Procedure,
    Repair,
    SkinGraft,
)
from services.coding.domain.sources import CPT_EXCISION, LONG_AGO, OWN
from shared.kernel.rule import rule


def closed(chart: Chart, closes: Iterable[str]) -> list[Procedure]:
    """The procedures of the encounter whose wounds are closed."""
    found = (chart.procedure(each) for each in closes)
    return [each for each in found if each is not None]


def closed_targets(
    chart: Chart, procedure: Repair | AdjacentTissueTransfer | SkinGraft
) -> tuple[Target, ...]:
    """The lesions whose wounds are closed, at the place of the closure; else its own target."""
    if procedure.lesions:
        return chart.targets(procedure)
    lesions = dict.fromkeys(
        lesion for each in closed(chart, procedure.closes) for lesion in each.lesions
    )
    if not lesions:
        return chart.targets(procedure)
    return tuple(chart.target(each, procedure) for each in lesions)


def closure_site(
    chart: Chart, procedure: Repair | AdjacentTissueTransfer | SkinGraft
) -> str | None:
    """The place of the closure: its own, else that of a lesion it names; never that of a wound."""
    if procedure.site is not None or not procedure.lesions:
        return procedure.site
    return chart.targets(procedure)[0].site_term


@rule("EX-10", since=LONG_AGO, cite=CPT_EXCISION)
def included_in_flaps(chart: Chart) -> frozenset[str]:
    """Excisions and repairs of a defect that a flap closes (EX-10, FL-4); Mohs surgery never is."""
    closed_by_flap = {name for flap in chart.of(AdjacentTissueTransfer) for name in flap.closes}
    repairs = {
        each.procedure_id for each in chart.of(Repair) if closed_by_flap.intersection(each.closes)
    }
    excisions = {
        each.procedure_id for each in chart.of(Excision) if each.procedure_id in closed_by_flap
    }
    return frozenset(repairs | excisions)


@rule("FACT-1", since=LONG_AGO, cite=OWN)
def withheld_by_grafts(chart: Chart) -> frozenset[str]:
    """Excisions closed by a graft whose area is not charted wait with it (FACT-1)."""
    return frozenset(
        name
        for graft in chart.of(SkinGraft)
        if not graft.area_sq_cm
        for name in graft.closes
        if isinstance(chart.procedure(name), Excision)
    )
