"""Contract documents <-> what the rules read and answer."""

import re
from collections.abc import Iterable
from dataclasses import asdict

from services.eligibility.domain.answer import ServiceAnswer, VisitAnswer
from services.eligibility.domain.planned import (
    Authorization,
    Benefit,
    Coverage,
    PlannedService,
    PlannedVisit,
)
from shared.contracts.documents import visit as documents

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
