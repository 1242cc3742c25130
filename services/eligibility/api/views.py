"""What eligibility shows of a visit: with identity only to whom may see it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from services.eligibility import wire
from services.eligibility.domain.case import Case, Registered
from services.eligibility.store import VisitRow
from shared.contracts.documents.base import Provider
from shared.contracts.documents.visit import (
    Authorization,
    ClassificationAnswer,
    Visit,
    VisitStatus,
)
from shared.contracts.visit_classified import CoverageSummary, Estimate
from shared.http.problems import not_found


class PatientId(BaseModel):
    mrn: str


class ServiceId(BaseModel):
    """A planned service without the words of its booking."""

    service_id: str
    kind: str


class VisitWithoutIdentity(BaseModel):
    """What anyone with `visits:read` sees of a visit: ids, times and states."""

    visit_id: str
    scheduled_at: datetime
    status: VisitStatus
    patient: PatientId
    rendering_provider: Provider
    planned_services: Sequence[ServiceId]


class RegisteredAuthorization(Authorization):
    """An authorization with its id in the register."""

    authorization_id: UUID
    visit_id: str


class VisitView(BaseModel):
    """`visit` is the whole document with the scope `phi:read`, else ids only."""

    case_id: UUID
    visit: Visit | VisitWithoutIdentity
    classification: ClassificationAnswer
    coverage: CoverageSummary | None
    coverage_known: bool
    authorizations: Sequence[RegisteredAuthorization]
    estimate: Estimate


class VisitListed(BaseModel):
    visit_id: str
    case_id: UUID
    mrn: str
    scheduled_at: datetime
    status: str
    classification: str
    payer_id: str | None


class RecordedVisit(ClassificationAnswer):
    """What recording a visit answers: its case, its state and how it was classified."""

    case_id: UUID
    status: VisitStatus


def recorded(case: Case) -> RecordedVisit:
    """The answer to a recorded visit."""
    visit, answer = case.visit, case.answer
    if visit is None or answer is None:
        raise not_found("visit")
    classified = wire.classification_answer(answer)
    return RecordedVisit.model_validate(
        {**classified.model_dump(), "case_id": case.case_id, "status": visit.status}
    )


def visit_view(case: Case, document: Visit | None) -> VisitView:
    """The visit with all that is known of it; `document` where the caller may see identity."""
    visit, answer = case.visit, case.answer
    if visit is None or answer is None:
        raise not_found("visit")
    services = [ServiceId(service_id=each.service_id, kind=each.kind) for each in answer.services]
    without = VisitWithoutIdentity.model_validate(
        {
            "visit_id": visit.visit_id,
            "scheduled_at": visit.scheduled_at,
            "status": visit.status,
            "patient": PatientId(mrn=visit.mrn),
            "rendering_provider": Provider(
                npi=visit.provider.npi,
                first_name=visit.provider.first_name,
                last_name=visit.provider.last_name,
            ),
            "planned_services": services,
        }
    )
    return VisitView(
        case_id=case.case_id,
        visit=document or without,
        classification=wire.classification_answer(answer),
        coverage=wire.coverage_summary(visit),
        coverage_known=visit.coverage_known,
        authorizations=[authorization_view(case, each) for each in case.register],
        estimate=wire.estimate_document(answer),
    )


def authorization_view(case: Case, registered: Registered) -> RegisteredAuthorization:
    """One authorization with the units used by now."""
    current = case.registered(registered.authorization_id)
    if current is None or case.visit is None:
        raise not_found("authorization")
    return RegisteredAuthorization.model_validate(
        {
            **wire.authorization_document(current).model_dump(),
            "authorization_id": registered.authorization_id,
            "visit_id": case.visit.visit_id,
        }
    )


def listed(row: VisitRow) -> VisitListed:
    """A visit of a list."""
    return VisitListed(
        visit_id=row.visit_id,
        case_id=row.case_id,
        mrn=row.mrn,
        scheduled_at=row.scheduled_at,
        status=row.status,
        classification=row.classification,
        payer_id=row.payer_id,
    )
