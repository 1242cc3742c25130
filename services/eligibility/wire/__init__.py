"""Contract documents <-> what the rules read and answer."""

import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256

from services.eligibility.domain.answer import ServiceAnswer, VisitAnswer
from services.eligibility.domain.case import Case, Provider, VisitRecord
from services.eligibility.domain.case import CoverageSummary as Covered
from services.eligibility.domain.commands import RecordVisit
from services.eligibility.domain.estimate import estimate
from services.eligibility.domain.planned import (
    Authorization,
    Benefit,
    Coverage,
    PlannedService,
    PlannedVisit,
)
from shared.contracts.documents import visit as documents
from shared.contracts.documents.procedures import Procedure
from shared.contracts.visit_classified import CoverageSummary, Estimate, VisitClassified

_HMO = re.compile(r"\bHMO\b", re.IGNORECASE)


def planned_visit(document: documents.Visit) -> PlannedVisit:
    """The visit as the rules see it, with what a what-if says of authorizations and benefits."""
    extra = document if isinstance(document, documents.VisitToClassify) else None
    return PlannedVisit(
        visit_id=document.visit_id,
        visit_on=document.scheduled_at.date(),
        reason=document.reason,
        services=tuple(_service(each) for each in document.planned_services),
        coverage=_coverage(document.coverage),
        coverage_known=document.coverage_stated,
        authorizations=tuple(authorization(each) for each in extra.authorizations) if extra else (),
        benefits=tuple(
            Benefit(each.authorization_required, each.service_kind, each.code)
            for each in extra.benefits
        )
        if extra
        else (),
    )


def authorization(document: documents.Authorization) -> Authorization:
    """An authorization as the rules see it."""
    return Authorization(**document.model_dump())


def authorization_document(given: Authorization) -> documents.Authorization:
    """An authorization as outsiders see it."""
    return documents.Authorization.model_validate(asdict(given))


def classified_services(answers: Iterable[ServiceAnswer]) -> list[documents.ClassifiedService]:
    """The services of an answer as outsiders see them."""
    return [documents.ClassifiedService.model_validate(asdict(each)) for each in answers]


def classification_answer(answer: VisitAnswer) -> documents.ClassificationAnswer:
    """What `POST /v1/classify` answers."""
    return documents.ClassificationAnswer.model_validate(asdict(answer))


def _service(document: documents.PlannedService) -> PlannedService:
    return PlannedService(
        **document.model_dump(exclude={"suspicion"}), suspicion=bool(document.suspicion)
    )


def _coverage(document: documents.Coverage | None) -> Coverage | None:
    if document is None:
        return None
    named_hmo = _HMO.search(f"{document.plan_name or ''} {document.payer_name}") is not None
    return Coverage(document.payer_id, document.program, named_hmo)


def billed_code(procedure: Procedure) -> str | None:
    """The code a procedure itself names, for authorizations given by code."""
    if procedure.kind == "drug_administration":
        return procedure.hcpcs
    return procedure.code if procedure.kind == "other" else None


def visit_classified(case: Case, now: datetime) -> VisitClassified:
    """The event that tells the visit as it now stands."""
    visit, answer = case.visit, case.answer
    if visit is None or answer is None:
        raise AssertionError("a visit is classified when it is recorded")
    return VisitClassified(
        case_id=case.case_id,
        practice_id=case.practice_id,
        occurred_at=now,
        visit_id=visit.visit_id,
        status=visit.status,
        scheduled_at=visit.scheduled_at,
        rendering_provider=asdict(visit.provider),
        classification=answer.classification,
        services=classified_services(answer.services),
        needs=answer.needs,
        coverage=coverage_summary(visit),
        coverage_known=visit.coverage_known,
        authorizations=[authorization_document(each) for each in case.authorizations()],
        estimate=estimate_document(answer),
        subject=visit.subject,
    )


def coverage_summary(visit: VisitRecord) -> CoverageSummary | None:
    """The coverage as others may see it. No payer has been asked: status `not_asked`."""
    if visit.coverage is None:
        return None
    return CoverageSummary.model_validate(asdict(visit.coverage))


def estimate_document(answer: VisitAnswer) -> Estimate:
    """The estimate as outsiders see it: amounts null, each with its reason."""
    return Estimate.model_validate(asdict(estimate(answer)))


def record_visit(document: documents.Visit, *, sealed: str, subject: str) -> RecordVisit:
    """The command that records a visit. `sealed` is the document, `subject` the identity."""
    coverage = document.coverage
    return RecordVisit(
        VisitRecord(
            visit_id=document.visit_id,
            mrn=document.patient.mrn,
            status=document.status or "booked",
            scheduled_at=document.scheduled_at,
            provider=Provider(**document.rendering_provider.model_dump()),
            coverage=None
            if coverage is None
            else Covered(
                coverage.payer_id, coverage.payer_name, coverage.plan_name, coverage.program
            ),
            coverage_known=document.coverage_stated,
            fingerprint=_fingerprint(document),
            document=sealed,
            subject=subject,
        ),
        planned_visit(document),
    )


def subject_of(document: documents.Visit) -> documents.Subject:
    """The identity that travels sealed."""
    return documents.Subject(patient=document.patient, coverage=document.coverage)


def _fingerprint(document: documents.Visit) -> str:
    stated = f"{document.coverage_stated}|{document.model_dump_json()}"
    return sha256(stated.encode()).hexdigest()
