"""The contract's classify request and answer, to and from the domain.

An absent field of the story is not known; a null one was looked for and is not there. The models
tell them apart by what was set.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeVar

from pydantic import BaseModel

from services.denials.domain import story as told
from services.denials.domain.classify import Answer
from services.denials.domain.finding import NextAction, RootCause, Stage
from services.denials.domain.outcome import NotDenial
from services.denials.domain.story import UNKNOWN
from shared.contracts.documents.base import (
    Count,
    Day,
    Document,
    Flag,
    Id,
    Instant,
    Items,
    Money,
    Program,
    Quantity,
)
from shared.contracts.documents.claim import FrequencyCode
from shared.contracts.documents.remittance import Adjustment

P = TypeVar("P", bound=told.Part)


class Payer(Document):
    program: Program
    payer_id: str | None = None
    filing_days: Count | None = None
    corrected_claim_days: Count | None = None
    appeal_days: Count | None = None


class Line(Document):
    claim_status: str
    number: Count | None = None
    code: str | None = None
    submitted_code: str | None = None
    modifiers: Items[str] = ()
    units: Quantity
    paid_units: Quantity | None = None
    charge: Money
    allowed: Money | None = None
    paid: Money
    adjustments: Items[Adjustment] = ()
    rarcs: Items[str] = ()
    received_on: Day


class SentLine(Document):
    number: Count
    code: str
    modifiers: Items[str] = ()
    units: Quantity
    diagnosis_pointers: Items[Count] = ()
    charge: Money
    expected_allowed: Money | None = None


class SentClaim(Document):
    claim_id: Id
    version: Count
    frequency_code: FrequencyCode
    date_of_service: Day
    place_of_service: str
    submitted_on: Day | None = None
    authorization_number: str | None = None
    diagnoses: Items[str] = ()
    lines: Items[SentLine] = ()


class Part(Document):
    event_id: str | None = None
    occurred_at: Instant | None = None


class Coverage(Part):
    checked_on: Day | None = None
    status: Literal["active", "inactive", "unverified", "not_asked"] | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    member_id_matches: Flag | None = None
    other_payer: Literal["none", "primary", "unknown"] | None = None
    authorization_required: Flag | None = None


class Classification(Part):
    nature: Literal["medical", "cosmetic", "undetermined"] | None = None
    route: Literal["insurance", "patient_pay", "needs_decision"] | None = None
    notice: Literal["none", "abn", "waiver", "organization_determination"] | None = None


class Authorization(Part):
    number: str | None = None
    codes: Items[str] = ()
    units_approved: Quantity | None = None
    units_used: Quantity | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    status: str | None = None


class Documentation(Part):
    lesion_count: Count | None = None
    symptoms: tuple[str, ...] | None = None
    necessity_documented: Flag | None = None
    distinct: Flag | None = None
    separately_identifiable: Flag | None = None
    related_to_surgery: Flag | None = None
    records_sent_on: Day | None = None


class Result(Part):
    status: str | None = None
    behavior: str | None = None
    icd10: str | None = None
    reported_at: Instant | None = None


class Acknowledgement(Part):
    kind: Literal["999", "277ca"] | None = None
    state: str | None = None
    by: Literal["clearinghouse", "payer"] | None = None


class EarlierService(Part):
    code: str | None = None
    date_of_service: Day | None = None
    global_days: Count | None = None


class EarlierClaim(Part):
    claim_id: Id | None = None
    version: Count | None = None
    frequency_code: FrequencyCode | None = None
    submitted_on: Day | None = None
    state: str | None = None


class Story(Document):
    coverage: Coverage | None = None
    classification: Classification | None = None
    authorizations: tuple[Authorization, ...] | None = None
    documentation: Documentation | None = None
    pathology: tuple[Result, ...] | None = None
    acknowledgements: tuple[Acknowledgement, ...] | None = None
    earlier_services: tuple[EarlierService, ...] | None = None
    earlier_claims: tuple[EarlierClaim, ...] | None = None


class ClassifyRequest(Document):
    """What `POST /v1/classify` takes."""

    payer: Payer
    as_of: Day
    line: Line
    claim: SentClaim
    story: Story = Story()


class ClassifyAnswer(Document):
    """What `POST /v1/classify` answers."""

    denial: Flag
    not_a_denial: NotDenial | None
    root_cause: RootCause | None
    stage: Stage | None
    appealable: Flag
    next_action: NextAction
    denied_amount: Money
    expected: Money | None
    patient_may_be_billed: Flag
    due_on: Day | None
    originating_event_id: str | None
    counterfactual: str | None
    rule: str
    says: str
    evidence: tuple[str, ...]


def payer(sent: Payer) -> told.Payer:
    return told.Payer(**dict(sent))


def line(sent: Line) -> told.Line:
    adjustments = tuple(told.Adjustment(**dict(each)) for each in sent.adjustments)
    return told.Line(**{**dict(sent), "adjustments": adjustments})


def claim(sent: SentClaim) -> told.SentClaim:
    lines = tuple(told.SentLine(**dict(each)) for each in sent.lines)
    return told.SentClaim(**{**dict(sent), "lines": lines})


def story(sent: Story) -> told.Story:
    """The story with what was never stated left unknown."""
    return told.Story(
        coverage=_one(sent, "coverage", sent.coverage, told.CoverageFacts),
        classification=_one(sent, "classification", sent.classification, told.ClassificationFacts),
        authorizations=_many(sent, "authorizations", sent.authorizations, told.AuthorizationFacts),
        documentation=_one(sent, "documentation", sent.documentation, told.DocumentationFacts),
        pathology=_many(sent, "pathology", sent.pathology, told.ResultFacts),
        acknowledgements=_many(
            sent, "acknowledgements", sent.acknowledgements, told.AcknowledgementFacts
        ),
        earlier_services=_many(
            sent, "earlier_services", sent.earlier_services, told.EarlierService
        ),
        earlier_claims=_many(sent, "earlier_claims", sent.earlier_claims, told.EarlierClaim),
    )


def answer(given: Answer) -> ClassifyAnswer:
    return ClassifyAnswer(**{name: getattr(given, name) for name in ClassifyAnswer.model_fields})


def _one(parent: BaseModel, name: str, part: Part | None, kind: type[P]) -> told.Maybe[P]:
    if name not in parent.model_fields_set:
        return UNKNOWN
    return None if part is None else _part(part, kind)


def _many(
    parent: BaseModel, name: str, parts: tuple[Part, ...] | None, kind: type[P]
) -> told.Maybe[tuple[P, ...]]:
    if name not in parent.model_fields_set:
        return UNKNOWN
    return None if parts is None else tuple(_part(part, kind) for part in parts)


def _part(part: Part, kind: type[P]) -> P:
    """A part with only the fields that were stated; the event is always named, perhaps as None."""
    stated: dict[str, str | date | datetime | Decimal | bool | tuple[str, ...] | None] = {
        name: getattr(part, name) for name in part.model_fields_set
    }
    stated.setdefault("event_id", None)
    stated.setdefault("occurred_at", None)
    return kind(**stated)  # type: ignore[arg-type]
