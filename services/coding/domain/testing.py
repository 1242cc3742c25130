"""Patch tests."""

from services.coding.domain.chart import Chart, Draft, Outcome, because, missing
from services.coding.domain.documented import PatchTest
from services.coding.domain.sources import CPT_TESTING, LONG_AGO
from shared.kernel.rule import rule


@rule("PT-1", since=LONG_AGO, cite=CPT_TESTING)
def patch_tests(chart: Chart) -> Outcome:
    """One unit for each patch test applied."""
    tests = chart.of(PatchTest)
    held = tuple(missing(each, "number of patch tests") for each in tests if not each.count)
    counted = [each for each in tests if each.count]
    if not counted:
        return Outcome(holds=held)
    number = sum(each.count or 0 for each in counted)
    draft = Draft(
        code="95044",
        units=number,
        procedure_ids=tuple(each.procedure_id for each in counted),
        targets=tuple(target for each in counted for target in chart.targets(each)),
        reasons=(
            because(
                "PT-1",
                f"{number} tests applied.",
                CPT_TESTING,
                *(place for each in counted for place in chart.at(each, "count")),
            ),
        ),
        distinct=all(each.distinct for each in counted) or None,
    )
    return Outcome(drafts=(draft,), holds=held)
