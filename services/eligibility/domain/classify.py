"""Medical, cosmetic or a question: per planned service, then for the visit.

`RULES` runs in order (CL-1 facts before words, then CL-3 tables, CL-6 combination); the first rule
that decides wins, and the combination of criteria always answers.
"""

from collections.abc import Sequence

from services.eligibility.domain.answer import (
    Classification,
    Judgement,
    Nature,
    Need,
    Reason,
    Route,
    ServiceAnswer,
    VisitAnswer,
    undetermined,
)
from services.eligibility.domain.by_criteria import combination
from services.eligibility.domain.by_diagnosis import (
    cosmetic_unless,
    disease,
    inflamed_keratosis,
    wart,
)
from services.eligibility.domain.by_service import (
    ServiceRule,
    booked_as_cosmetic,
    diagnostic,
    medical_booking_for_looks,
    mohs,
    named_aesthetic,
    photodynamic_therapy,
    treatment_of_a_disease,
)
from services.eligibility.domain.evaluation import evaluation
from services.eligibility.domain.papers import papers_for
from services.eligibility.domain.planned import PlannedVisit
from services.eligibility.domain.seen import Seen, see
from services.eligibility.domain.toxin import toxin
from services.eligibility.domain.vascular import facial_redness, port_wine_stain
from shared.clinical.criteria import Contractor


def nothing_described(seen: Seen) -> Judgement | None:
    """A service of kind `other` without code, words or diagnosis is not known at all."""
    service = seen.service
    if service.kind != "other" or service.code or service.description or service.diagnosis:
        return None
    return undetermined(
        "service_details",
        Reason("CL-1", "Nothing says what is to be done.", "own", (seen.at("kind"),)),
    )


RULES: Sequence[ServiceRule] = (
    evaluation,
    nothing_described,
    booked_as_cosmetic,
    toxin,
    diagnostic,
    mohs,
    photodynamic_therapy,
    treatment_of_a_disease,
    port_wine_stain,
    facial_redness,
    medical_booking_for_looks,
    named_aesthetic,
    disease,
    wart,
    cosmetic_unless,
    inflamed_keratosis,
    combination,
)

_ROUTE: dict[Nature, Route] = {
    "medical": "insurance",
    "cosmetic": "patient_pay",
    "undetermined": "needs_decision",
}


def classify(visit: PlannedVisit, contractor: Contractor = Contractor.WPS) -> VisitAnswer:
    """The nature and the route of every planned service, and of the visit."""
    services = tuple(
        _answer(visit, see(visit, index, contractor)) for index in range(len(visit.services))
    )
    needs: tuple[Need, ...] = () if services else ("service_details",)
    return VisitAnswer(visit.visit_id, _whole([each.nature for each in services]), services, needs)


def _answer(visit: PlannedVisit, seen: Seen) -> ServiceAnswer:
    judgement = next(found for each in RULES if (found := each(seen)) is not None)
    papers = papers_for(visit, seen.service, judgement)
    reasons = (*judgement.reasons, *papers.reasons)
    route = _ROUTE[judgement.nature]
    if visit.self_pay:
        route = "patient_pay"
        reasons = (*reasons, _NO_COVERAGE)
    return ServiceAnswer(
        seen.service.service_id,
        seen.service.kind,
        judgement.nature,
        route,
        judgement.confidence,
        reasons,
        tuple(dict.fromkeys((*judgement.needs, *papers.needs))),
    )


_NO_COVERAGE = Reason("CL-4", "No coverage: the patient pays.", "own", ("/coverage",))


def _whole(natures: Sequence[Nature]) -> Classification:
    if "medical" in natures and "cosmetic" in natures:
        return "mixed"
    if "undetermined" in natures or not natures:
        return "undetermined"
    return natures[0]
