"""What waits for a report: how long, and when a person is asked (section 16)."""

from datetime import date, timedelta

from services.coding.domain.chart import Chart, Target
from services.coding.domain.claim import PATHOLOGY_PENDING, Hold
from services.coding.domain.sources import LONG_AGO, OWN
from shared.kernel.rule import rule

_OVERDUE = "pathology_overdue"
PENDING = (PATHOLOGY_PENDING, _OVERDUE)
"""Reasons of holds that wait for a report."""
ALERT_AFTER = timedelta(days=7)
REVIEW_AFTER = timedelta(days=14)
"""Calendar days after the date of service. A hold is never released by time alone."""


@rule("PA-1", since=LONG_AGO, cite=OWN)
def pathology_hold(chart: Chart, procedure_id: str, target: Target, what: str) -> Hold:
    """The claim waits for the final report; after fourteen days a person decides."""
    release_on = chart.day + min(REVIEW_AFTER, date.max - chart.day)
    awaited = _awaited(chart, target) or f"procedure {procedure_id}"
    detail = f"{awaited}: {what} depends on the final report."
    if chart.as_of - chart.day >= REVIEW_AFTER:
        return Hold(_OVERDUE, f"{detail} Day 14 has passed.", release_on)
    if chart.as_of - chart.day >= ALERT_AFTER:
        detail = f"{detail} Day 7 has passed: ask the laboratory."
    return Hold(PATHOLOGY_PENDING, detail, release_on)


def _awaited(chart: Chart, target: Target) -> str:
    if target.lesion_id is None:
        return ""
    taken = chart.specimens.get(target.lesion_id, ())
    names = sorted(each.specimen_id for each in taken)
    return f"Specimen {', '.join(names)}" if names else ""
