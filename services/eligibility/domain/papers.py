"""Notices, consent and estimates a service calls for, by its nature and the program (`CL-7`)."""

from services.eligibility.domain.answer import Judgement, Need
from services.eligibility.domain.authorization import (
    Papers,
    authorization_papers,
    supply_papers,
)
from services.eligibility.domain.planned import PlannedService, PlannedVisit

_NOTICE: dict[str, Need] = {
    "medicare": "abn",
    "medicare_advantage": "organization_determination",
    "commercial": "noncoverage_waiver",
}


def papers_for(visit: PlannedVisit, service: PlannedService, judgement: Judgement) -> Papers:
    """Everything still needed beside the questions of the judgement itself."""
    if judgement.nature == "medical":
        return _of_medical(visit, service)
    notices = _notices(visit, judgement)
    if judgement.nature == "cosmetic":
        return Papers(("cosmetic_consent", "good_faith_estimate", *notices))
    return Papers((*_estimate(visit), *notices))


def _of_medical(visit: PlannedVisit, service: PlannedService) -> Papers:
    if visit.self_pay:
        return Papers((*_estimate(visit), *supply_papers(service).needs))
    authorization = authorization_papers(visit, service)
    return Papers((*authorization.needs, *supply_papers(service).needs), authorization.reasons)


def _estimate(visit: PlannedVisit) -> tuple[Need, ...]:
    return ("good_faith_estimate",) if visit.self_pay else ()


def _notices(visit: PlannedVisit, judgement: Judgement) -> tuple[Need, ...]:
    """The program's notice of non-coverage; none without a program, or for looks alone."""
    notice = _NOTICE.get(visit.program or "")
    if visit.self_pay or judgement.aesthetic_only or notice is None:
        return ()
    return (notice,)
