"""What the practice's side tells: visits, encounters with their specimens, orders, merges."""

from dataclasses import replace
from datetime import datetime

from services.pathology.domain.case import Case, Specimen
from services.pathology.domain.commands import MergePatient, References, TakeWaiting
from services.pathology.domain.waiting import WaitingTimes, due
from services.pathology.handlers.telling import Timers, no_timers, take_waiting, told
from services.pathology.store import specimens_of
from shared.bus.stage import Asked, Decision, Heard
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.visit_classified import VisitClassified


def on_encounter_documented(
    case: Case, heard: Heard[EncounterDocumented], now: datetime, references: References
) -> Decision[Case]:
    """Open the specimens of the encounter; results that came before it find them here."""
    event, known = heard.data, references.of(case.practice_id)
    if event.encounter_version <= case.version_of(event.encounter_id):
        return Decision(case)
    named = [_expected(each, case, known.times) for each in specimens_of(event)]
    mrn = known.people.current(event.encounter.patient.mrn)
    after = case.with_encounter(event.encounter_id, event.encounter_version, mrn, named)
    timers: dict[str, datetime | None] = {}
    for each in case.specimens:
        if after.specimen(each.specimen_id) is None:
            timers |= no_timers(each.specimen_id)
    for each in named:
        before = case.specimen(each.specimen_id)
        if before is None or before.collected_at != each.collected_at:
            timers |= _timers(each, known.times)
    return told(take_waiting(after, known), now, timers)


def on_visit_classified(
    case: Case, heard: Heard[VisitClassified], now: datetime, references: References
) -> Decision[Case]:
    """Keep who bills the reading; what was told of it is told again where that changes."""
    return told(replace(case, pathology_billed_by=heard.data.pathology_billed_by), now)


def on_take_waiting(
    case: Case, asked: Asked[TakeWaiting], now: datetime, references: References
) -> Decision[Case]:
    """Look again at the results that wait: an order or a patient's facts have come."""
    return told(take_waiting(case, references.of(case.practice_id)), now)


def on_merge_patient(
    case: Case, asked: Asked[MergePatient], now: datetime, references: References
) -> Decision[Case]:
    """The patient has another number now; results under either find the specimens."""
    after = replace(case, mrn=asked.data.new) if case.mrn == asked.data.old else case
    return told(take_waiting(after, references.of(case.practice_id)), now)


def _expected(specimen: Specimen, case: Case, times: WaitingTimes) -> Specimen:
    """With the day its result is expected; an addendum does not begin the wait again."""
    before = case.specimen(specimen.specimen_id)
    if before is not None and before.collected_at == specimen.collected_at:
        return replace(specimen, expected_at=before.expected_at)
    days = times.of(specimen.lab_id)
    return replace(specimen, expected_at=due(specimen.collected_at, days.expected))


def _timers(specimen: Specimen, times: WaitingTimes) -> Timers:
    at, days = specimen.collected_at, times.of(specimen.lab_id)
    return {
        f"reminder:{specimen.specimen_id}": due(at, days.reminder),
        f"escalation:{specimen.specimen_id}": due(at, days.escalation),
    }
