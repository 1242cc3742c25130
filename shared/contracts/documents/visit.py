"""The visit, as an EHR books it, and what eligibility makes of it."""

from typing import Literal, TypeAlias

from shared.contracts.documents.base import (
    Day,
    DiagnosisCode,
    Document,
    Flag,
    Id,
    Instant,
    Items,
    Program,
    Provider,
    Quantity,
    Reason,
    Sex,
)
from shared.contracts.documents.procedures import ProcedureKind

VisitStatus: TypeAlias = Literal["booked", "arrived", "cancelled", "no_show"]
ServiceKind: TypeAlias = ProcedureKind | Literal["evaluation"]
Nature: TypeAlias = Literal["medical", "cosmetic", "undetermined"]
Route: TypeAlias = Literal["insurance", "patient_pay", "needs_decision"]
Classification: TypeAlias = Literal["medical", "cosmetic", "mixed", "undetermined"]
Confidence: TypeAlias = Literal["high", "medium", "low"]
Need: TypeAlias = Literal[
    "service_details",
    "diagnosis",
    "medical_necessity_facts",
    "conflict_resolution",
    "prior_authorization",
    "authorization_check",
    "drug_supply_route",
    "cosmetic_consent",
    "good_faith_estimate",
    "abn",
    "organization_determination",
    "noncoverage_waiver",
]
AuthorizationStatus: TypeAlias = Literal[
    "requested", "pending", "approved", "denied", "expired", "cancelled"
]


class Address(Document):
    line1: str
    city: str
    state: str
    postal_code: str


class Patient(Document):
    mrn: Id
    first_name: str
    last_name: str
    birth_date: Day
    sex: Sex
    address: Address
    phone: str | None = None
    email: str | None = None


class Subscriber(Document):
    first_name: str
    last_name: str
    birth_date: Day
    sex: Sex


class Coverage(Document):
    payer_id: Id
    payer_name: str
    member_id: Id
    group_number: str | None = None
    plan_name: str | None = None
    program: Program | None = None
    relationship: Literal["self", "spouse", "child", "other"]
    subscriber: Subscriber | None = None


class Subject(Document):
    """What is sealed in `VisitClassified.subject`: who the patient is and under whose policy."""

    patient: Patient
    coverage: Coverage | None = None


class PlannedService(Document):
    service_id: Id
    kind: ServiceKind
    code: str | None = None
    drug: str | None = None
    description: str | None = None
    diagnosis: DiagnosisCode | None = None
    symptoms: Items[str] = ()
    failed_treatments: Items[str] = ()
    suspicion: Flag | None = None


class Visit(Document):
    """What an EHR sends. `coverage` null is self-pay; absent is not known (`coverage_stated`)."""

    visit_id: Id
    scheduled_at: Instant
    status: VisitStatus | None = None
    patient: Patient
    coverage: Coverage | None = None
    rendering_provider: Provider
    reason: str
    planned_services: Items[PlannedService] = ()

    @property
    def coverage_stated(self) -> bool:
        """Whether the sender said anything about coverage (null included)."""
        return "coverage" in self.model_fields_set


class ClassifiedService(Document):
    service_id: Id
    kind: ServiceKind
    nature: Nature
    route: Route
    confidence: Confidence
    reasons: Items[Reason] = ()
    needs: Items[Need] = ()


class Authorization(Document):
    """An authorization of a payer. A visit's own authorizations name a service kind or a code."""

    number: str | None = None
    service_kind: ServiceKind | None = None
    code: str | None = None
    status: AuthorizationStatus
    valid_from: Day | None = None
    valid_to: Day | None = None
    units_approved: Quantity | None = None
    units_used: Quantity | None = None


class ClassificationAnswer(Document):
    """What `POST /v1/classify` answers."""

    visit_id: Id
    classification: Classification
    services: Items[ClassifiedService] = ()
    needs: Items[Need] = ()


class Benefit(Document):
    """What the payer said of a service before the visit."""

    service_kind: ServiceKind | None = None
    code: str | None = None
    authorization_required: Flag


class VisitToClassify(Visit):
    """What `POST /v1/classify` takes: a visit with what is known about its authorizations."""

    authorizations: Items[Authorization] = ()
    benefits: Items[Benefit] = ()
    as_of: Day | None = None
