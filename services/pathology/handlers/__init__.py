"""What pathology hears and is asked, in one table."""

from services.pathology.domain.case import Case
from services.pathology.domain.commands import (
    AwaitMatch,
    MatchResult,
    MergePatient,
    RecordResult,
    References,
    SettleResult,
    TakeWaiting,
    UnmatchResult,
)
from services.pathology.handlers.clinic import (
    on_encounter_documented,
    on_merge_patient,
    on_take_waiting,
    on_visit_classified,
)
from services.pathology.handlers.late import on_await_match, on_overdue, on_unmatched_due
from services.pathology.handlers.results import (
    on_match_result,
    on_record_result,
    on_settle_result,
    on_unmatch_result,
)
from shared.bus.stage import Handlers
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.visit_classified import VisitClassified

HANDLERS: Handlers[Case, References] = {
    EncounterDocumented: on_encounter_documented,
    VisitClassified: on_visit_classified,
    RecordResult: on_record_result,
    MatchResult: on_match_result,
    UnmatchResult: on_unmatch_result,
    SettleResult: on_settle_result,
    TakeWaiting: on_take_waiting,
    MergePatient: on_merge_patient,
    AwaitMatch: on_await_match,
    "reminder": on_overdue,
    "escalation": on_overdue,
    "unmatched": on_unmatched_due,
}
