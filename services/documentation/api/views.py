"""What documentation shows of an encounter: with prose only to whom may see it."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from services.documentation import wire
from services.documentation.domain.case import Case, EncounterRecord
from services.documentation.store import EncounterRow
from shared.contracts.documents.encounter import Encounter, EncounterFacts
from shared.contracts.documents.findings import Finding, Query


class QueryView(BaseModel):
    """An open question to the provider."""

    query_id: str
    rule: str
    severity: str
    field: str
    query: Query


class VersionView(BaseModel):
    """A version, and the one it took the place of."""

    version: int
    recorded_at: datetime
    supersedes: int | None


class VisitKnown(BaseModel):
    """What was heard of the visit."""

    visit_id: str
    status: str
    classification: str


class EncounterView(BaseModel):
    """`encounter` is the whole document with the scope `phi:read`, else without its prose."""

    case_id: UUID
    encounter: Encounter | EncounterFacts
    version: int
    versions: Sequence[VersionView]
    blocks: bool
    findings: Sequence[Finding]
    queries: Sequence[QueryView]
    complete: Sequence[str]
    visit: VisitKnown | None


class RecordedEncounter(BaseModel):
    """What recording an encounter answers."""

    encounter_id: str
    case_id: UUID
    version: int
    blocks: bool
    findings: Sequence[Finding]


class EncounterListed(BaseModel):
    encounter_id: str
    case_id: UUID
    visit_id: str | None
    mrn: str
    date_of_service: date
    version: int
    blocks: bool
    open_queries: int


def recorded(case_id: UUID, record: EncounterRecord) -> RecordedEncounter:
    """The answer to a recorded encounter."""
    return RecordedEncounter(
        encounter_id=record.encounter_id,
        case_id=case_id,
        version=record.version,
        blocks=record.blocks,
        findings=wire.finding_documents(record.findings, quoting=False),
    )


def encounter_view(
    case: Case, record: EncounterRecord, document: Encounter | EncounterFacts
) -> EncounterView:
    """The encounter with its versions, findings and open questions."""
    return EncounterView(
        case_id=case.case_id,
        encounter=document,
        version=record.version,
        versions=[
            VersionView(
                version=each.version,
                recorded_at=each.recorded_at,
                supersedes=each.version - 1 or None,
            )
            for each in record.versions
        ],
        blocks=record.blocks,
        findings=wire.finding_documents(record.findings, quoting=False),
        queries=[
            QueryView(
                query_id=query_id,
                rule=each.rule,
                severity=each.severity,
                field=each.field,
                query=wire.query_document(each.query, quoting=False),
            )
            for query_id, each in record.open_queries.items()
            if each.query is not None
        ],
        complete=record.complete,
        visit=None
        if case.visit is None
        else VisitKnown(
            visit_id=case.visit.visit_id,
            status=case.visit.status,
            classification=case.visit.classification,
        ),
    )


def listed(row: EncounterRow) -> EncounterListed:
    """An encounter of a list."""
    return EncounterListed(
        encounter_id=row.encounter_id,
        case_id=row.case_id,
        visit_id=row.visit_id,
        mrn=row.mrn,
        date_of_service=row.date_of_service,
        version=row.version,
        blocks=row.blocks,
        open_queries=row.open_queries,
    )
