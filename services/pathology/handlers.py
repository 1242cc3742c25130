"""What pathology hears and is asked, in one table."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, time

from services.pathology.domain.case import Attached, Case, Specimen
from services.pathology.domain.commands import MatchResult, RecordResult, References
from services.pathology.domain.matching import Placed, candidates_of, match
from services.pathology.domain.report import Report
from services.pathology.domain.revisions import News, tell
from shared.bus.errors import Transient
from shared.bus.stage import Asked, Decision, Due, Handlers, Heard
from shared.contracts.documents.encounter import EncounterFacts
from shared.contracts.documents.result import Interpretation, Match, ResultFacts
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.pathology_overdue import PathologyOverdue
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.visit_classified import VisitClassified
from shared.kernel.business_days import PRACTICE_ZONE, after_business_days
from shared.kernel.refused import Refused

REMINDER_DAYS, ESCALATION_DAYS = 5, 7
"""Business days after collection."""

_NOON = time(12)


def on_encounter_documented(
    case: Case, heard: Heard[EncounterDocumented], now: datetime, references: References
) -> Decision[Case]:
    """Open the specimens of the encounter; results that came before it find them here."""
    event = heard.data
    if event.encounter_version <= case.version_of(event.encounter_id):
        return Decision(case)
    named = [_specimen(each_id, event.encounter) for each_id in _specimen_ids(event.encounter)]
    after = case.with_encounter(
        event.encounter_id, event.encounter_version, event.encounter.patient.mrn, named
    )
    timers: dict[str, datetime | None] = {}
    for each in case.specimens:
        if after.specimen(each.specimen_id) is None:
            timers |= _no_timers(each.specimen_id)
    for each in named:
        before = case.specimen(each.specimen_id)
        if before is None or before.collected_at != each.collected_at:
            timers |= _timers(each)
    return _told(_take_waiting(after, references), now, timers)


def on_visit_classified(
    case: Case, heard: Heard[VisitClassified], now: datetime, references: References
) -> Decision[Case]:
    """Keep who bills the reading."""
    return Decision(replace(case, pathology_billed_by=heard.data.pathology_billed_by))


def on_record_result(
    case: Case, asked: Asked[RecordResult], now: datetime, references: References
) -> Decision[Case]:
    """Attach a result to its specimen; the same result again changes nothing."""
    report = asked.data.report
    if case.knows(report):
        return Decision(case)
    placed = match(report, candidates_of(case))
    if not isinstance(placed, Placed):
        # The specimen changed since the result was routed here: it is routed again.
        raise Transient(placed.why)
    after = case.with_attached(report, placed.specimen_id, placed.by)
    return _told(_take_waiting(after, references), now, {})


def on_match_result(
    case: Case, asked: Asked[MatchResult], now: datetime, references: References
) -> Decision[Case]:
    """Attach an unmatched result where a person says, whatever the rules found in the way."""
    waiting = [
        each
        for each in references.of(case.practice_id)
        if each.result_id == asked.data.result_id and not case.knows(each)
    ]
    if not waiting:
        raise Refused("result-not-waiting", "the result is not in the unmatched queue")
    if case.specimen(asked.data.specimen_id) is None:
        raise Refused("specimen-unknown", "the case has no such specimen", "/specimen_id")
    after = case
    for report in waiting:
        after = after.with_attached(report, asked.data.specimen_id, "person")
    return _told(_take_waiting(after, references), now, {})


def on_reminder_due(case: Case, due: Due, now: datetime, references: References) -> Decision[Case]:
    """Tell that a specimen has no result after five business days, then after seven."""
    level, _, specimen_id = due.kind.partition(":")
    specimen = case.specimen(specimen_id)
    if specimen is None or case.settled(specimen_id):
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


HANDLERS: Handlers[Case, References] = {
    EncounterDocumented: on_encounter_documented,
    VisitClassified: on_visit_classified,
    RecordResult: on_record_result,
    MatchResult: on_match_result,
    "reminder": on_reminder_due,
    "escalation": on_reminder_due,
}


def _take_waiting(case: Case, references: References) -> Case:
    """Attach what waited; one attached by its specimen may link the accession of the next."""
    waiting = [each for each in references.of(case.practice_id) if not case.knows(each)]
    attached = True
    while attached:
        attached = False
        for report in tuple(waiting):
            placed = match(report, candidates_of(case))
            if isinstance(placed, Placed):
                case = case.with_attached(report, placed.specimen_id, placed.by)
                waiting.remove(report)
                attached = True
    return case


def _told(case: Case, now: datetime, timers: Mapping[str, datetime | None]) -> Decision[Case]:
    after, news = tell(case)
    cleared: dict[str, datetime | None] = dict(timers)
    for each in news:
        cleared |= _no_timers(each.specimen.specimen_id)
    return Decision(after, emit=[_returned(after, each, now) for each in news], timers=cleared)


def _returned(case: Case, news: News, now: datetime) -> PathologyReturned:
    told, meaning, specimen = news.told, news.told.meaning, news.specimen
    return PathologyReturned(
        case_id=case.case_id,
        practice_id=case.practice_id,
        occurred_at=now,
        result=_facts(news.attached.report, case),
        match=match_document(news.attached, specimen),
        interpretation=Interpretation(**asdict(meaning)),
        behavior=meaning.behavior,
        icd10=meaning.icd10,
        margins=meaning.margins,
        revision=told.revision,
        supersedes=None if news.prior is None else news.prior.result_id,
        material_change=news.material,
        prior_status=None if news.prior is None else news.prior.status,
    )


def match_document(attached: Attached, specimen: Specimen) -> Match:
    """Where a result belongs, as outsiders see it."""
    return Match(
        encounter_id=specimen.encounter_id,
        specimen_id=specimen.specimen_id,
        lesion_id=specimen.lesion_id,
        procedure_id=specimen.procedure_id,
        by=attached.by,
    )


def _facts(report: Report, case: Case) -> ResultFacts:
    """The result without its text; who bills it from the visit where the lab does not say."""
    facts = {name: getattr(report, name) for name in ResultFacts.model_fields}
    facts["codes"] = [asdict(each) for each in report.codes]
    if report.billed_by is None and case.pathology_billed_by in ("lab", "practice"):
        facts["billed_by"] = case.pathology_billed_by
    return ResultFacts(**facts)


def _specimen_ids(encounter: EncounterFacts) -> list[str]:
    return [each.specimen_id for each in encounter.specimens]


def _specimen(specimen_id: str, encounter: EncounterFacts) -> Specimen:
    sent = next(each for each in encounter.specimens if each.specimen_id == specimen_id)
    lesion = next((each for each in encounter.lesions if each.lesion_id == sent.lesion_id), None)
    collected = sent.collected_at or datetime.combine(
        encounter.date_of_service, _NOON, PRACTICE_ZONE
    )
    return Specimen(
        specimen_id=specimen_id,
        encounter_id=encounter.encounter_id,
        collected_at=collected,
        lesion_id=sent.lesion_id,
        procedure_id=sent.procedure_id,
        site=None if lesion is None else lesion.site,
        laterality=None if lesion is None else lesion.laterality,
        established=lesion.diagnosis if lesion is not None and lesion.suspicion is False else None,
        lab_id=sent.lab_id,
    )


def _timers(specimen: Specimen) -> dict[str, datetime | None]:
    at, id_ = specimen.collected_at, specimen.specimen_id
    return {
        f"reminder:{id_}": after_business_days(at, REMINDER_DAYS),
        f"escalation:{id_}": after_business_days(at, ESCALATION_DAYS),
    }


def _no_timers(specimen_id: str) -> dict[str, datetime | None]:
    return {f"reminder:{specimen_id}": None, f"escalation:{specimen_id}": None}
