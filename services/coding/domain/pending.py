"""What waits for a report: how long, and when a person is asked (section 16)."""

from datetime import date, timedelta

from services.coding.domain.chart import Chart, Outcome, Target
from services.coding.domain.claim import PATHOLOGY_PENDING, Hold
from services.coding.domain.documented import Biopsy, ShaveRemoval
from services.coding.domain.sources import LONG_AGO, OWN
from shared.kernel.rule import rule

_OVERDUE = "pathology_overdue"
PENDING = (PATHOLOGY_PENDING, _OVERDUE)
"""Reasons of holds that wait for a report."""
ALERT_AFTER = timedelta(days=7)
REVIEW_AFTER = timedelta(days=14)
"""Calendar days after the date of service. A hold is never released by time alone."""


@rule("PA-3", since=LONG_AGO, cite=OWN)
def wait_for_reports(chart: Chart, outcome: Outcome) -> Outcome:
    """A biopsy or a shave is sent at once, unless the practice waits some days for its report."""
    policy = chart.facts.policy
    days_by_kind = {Biopsy: policy.biopsy_wait_days, ShaveRemoval: policy.shave_wait_days}
    held: list[Hold] = []
    for draft in outcome.drafts if any(days_by_kind.values()) else ():
        kinds = {type(chart.procedures[each]) for each in draft.procedure_ids}
        days = max((days_by_kind.get(kind, 0) for kind in kinds), default=0)
        awaited = [name for target in draft.targets for name in target.finding.awaited]
        if awaited and chart.as_of - chart.day < timedelta(days=days):
            says = f"Specimen {', '.join(sorted(awaited))}: the practice waits {days} days."
            held.append(Hold(PATHOLOGY_PENDING, says, chart.day + timedelta(days=days)))
    return outcome + Outcome(holds=tuple(held))


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
