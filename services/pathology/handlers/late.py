"""What has taken too long: specimens without a result, results without a specimen."""

from datetime import datetime

from services.pathology.domain.case import Case
from services.pathology.domain.commands import AwaitMatch, References
from services.pathology.domain.waiting import UNMATCHED_DAYS, due
from shared.bus.stage import Asked, Decision, Due
from shared.contracts.pathology_overdue import PathologyOverdue
from shared.contracts.pathology_unmatched import PathologyUnmatched


def on_overdue(case: Case, due: Due, now: datetime, references: References) -> Decision[Case]:
    """Tell that a specimen has no result: first a reminder, then an escalation."""
    level, _, specimen_id = due.kind.partition(":")
    specimen = case.specimen(specimen_id)
    if specimen is None or case.returned(specimen_id):
        return Decision(case)
    overdue = PathologyOverdue(
        case_id=case.case_id,
        practice_id=case.practice_id,
        occurred_at=now,
        encounter_id=specimen.encounter_id,
        specimen_id=specimen_id,
        lab_id=specimen.lab_id,
        collected_at=specimen.collected_at,
        level="reminder" if level == "reminder" else "escalation",
    )
    return Decision(case, emit=[overdue])


def on_await_match(
    case: Case, asked: Asked[AwaitMatch], now: datetime, references: References
) -> Decision[Case]:
    """Begin to count for a result of the unmatched queue. The case is the practice's key."""
    at = due(asked.data.received_at, UNMATCHED_DAYS)
    return Decision(case, timers={f"unmatched:{asked.data.result_id}": at})


def on_unmatched_due(case: Case, due: Due, now: datetime, references: References) -> Decision[Case]:
    """Tell that a result has waited three business days for its specimen, if it still does."""
    result_id = due.kind.partition(":")[2]
    waiting = [
        each for each in references.of(case.practice_id).waiting if each.result_id == result_id
    ]
    if not waiting:
        return Decision(case)
    told = PathologyUnmatched(
        case_id=case.case_id,
        practice_id=case.practice_id,
        occurred_at=now,
        result_id=result_id,
        lab_id=waiting[0].lab_id,
        accession=waiting[0].accession,
        received_at=min(each.received_at for each in waiting),
    )
    return Decision(case, emit=[told])
