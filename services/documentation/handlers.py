"""What documentation does with each input; HANDLERS is the table of contents."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.documentation import wire
from services.documentation.domain.addendum import changed_fields, questions, without_quotes
from services.documentation.domain.case import Case, EncounterRecord, KnownVisit, Version
from services.documentation.domain.check import check
from services.documentation.domain.finding import Finding
from shared.bus.stage import Asked, Decision, Handlers, Heard
from shared.contracts.documentation_queried import DocumentationQueried
from shared.contracts.documents.encounter import Encounter, without_prose
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.event import Event
from shared.contracts.visit_classified import VisitClassified


@dataclass(frozen=True, slots=True)
class RecordEncounter:
    """An encounter was signed, or its addendum. `document` is open for the rules and not kept."""

    document: Encounter = field(repr=False)
    sealed: str


@dataclass(frozen=True, slots=True)
class References:
    """Nothing yet: the rules read the encounter alone."""


def on_record_encounter(
    case: Case, asked: Asked[RecordEncounter], now: datetime, _: References
) -> Decision[Case]:
    """Check a new version of an encounter; the same content again changes nothing."""
    document = asked.data.document
    before = case.encounters.get(document.encounter_id)
    digests = wire.digests(document)
    if before is not None and before.digests == digests:
        return Decision(case, answer=before)
    checked = check(wire.encounter_facts(document))
    asked_now = questions(
        document.encounter_id, before.open_queries if before else {}, checked.findings
    )
    version = before.version + 1 if before else 1
    record = EncounterRecord(
        encounter_id=document.encounter_id,
        visit_id=document.visit_id,
        mrn=document.patient.mrn,
        date_of_service=document.date_of_service,
        digests=digests,
        versions=(
            *(before.versions if before else ()),
            Version(version, now, asked.data.sealed),
        ),
        findings=tuple(without_quotes(each) for each in checked.findings),
        complete=checked.complete,
        open_queries=asked_now.open,
    )
    documented = EncounterDocumented(
        case_id=case.case_id,
        practice_id=case.practice_id,
        occurred_at=now,
        encounter_id=document.encounter_id,
        visit_id=document.visit_id,
        encounter_version=version,
        supersedes=before.version if before else None,
        changed=changed_fields(before.digests, digests) if before else (),
        encounter=without_prose(document, wire.reading_documents(checked.reading)),
        blocks=checked.blocks,
        findings=wire.finding_documents(checked.findings, quoting=False),
    )
    queried = [
        *_queried(case, record, now, asked_now.closed, is_open=False),
        *_queried(case, record, now, asked_now.opened, is_open=True),
    ]
    return Decision(case.with_encounter(record), emit=[documented, *queried], answer=record)


def on_visit_classified(
    case: Case, heard: Heard[VisitClassified], now: datetime, _: References
) -> Decision[Case]:
    """Keep what the visit was booked as, to be shown beside what was documented."""
    event = heard.data
    visit = KnownVisit(event.visit_id, event.status, event.classification)
    return Decision(replace(case, visit=visit))


def _queried(
    case: Case,
    record: EncounterRecord,
    now: datetime,
    found: Iterable[tuple[str, Finding]],
    *,
    is_open: bool,
) -> Iterable[Event]:
    for query_id, finding in found:
        if finding.query is not None:
            yield DocumentationQueried(
                case_id=case.case_id,
                practice_id=case.practice_id,
                occurred_at=now,
                encounter_id=record.encounter_id,
                query_id=query_id,
                state="open" if is_open else "closed",
                rule=finding.rule,
                severity=finding.severity,
                field=finding.field,
                query=wire.query_document(finding.query, quoting=False),
            )


HANDLERS: Handlers[Case, References] = {
    RecordEncounter: on_record_encounter,
    VisitClassified: on_visit_classified,
}
