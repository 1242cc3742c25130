"""What waits for a report: how long, and when a person is asked (section 16)."""

from datetime import timedelta

from services.coding.domain.chart import Chart, Target
from services.coding.domain.claim import PATHOLOGY_PENDING, Hold
from services.coding.domain.sources import LONG_AGO, OWN
from shared.kernel.rule import rule

ALERT_AFTER = timedelta(days=7)
REVIEW_AFTER = timedelta(days=14)
"""Calendar days after the date of service. A hold is never released by time alone."""


@rule("PA-1", since=LONG_AGO, cite=OWN)
def pathology_hold(chart: Chart, procedure_id: str, target: Target, what: str) -> Hold:
    """The claim waits for the final report; after fourteen days a person decides."""
    release_on = chart.day + REVIEW_AFTER
    awaited = _awaited(chart, target) or f"procedure {procedure_id}"
    detail = f"{awaited}: {what} depends on the final report."
    if chart.as_of >= release_on:
        return Hold("pathology_overdue", f"{detail} Day 14 has passed.", release_on)
    if chart.as_of >= chart.day + ALERT_AFTER:
        detail = f"{detail} Day 7 has passed: ask the laboratory."
    return Hold(PATHOLOGY_PENDING, detail, release_on)


def _awaited(chart: Chart, target: Target) -> str:
    if target.lesion_id is None:
        return ""
    taken = chart.specimens.get(target.lesion_id, ())
    names = sorted(each.specimen_id for each in taken)
    return f"Specimen {', '.join(names)}" if names else ""
