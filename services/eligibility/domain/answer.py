"""What a rule answers: a nature with its confidence, why, and what is still needed."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Nature: TypeAlias = Literal["medical", "cosmetic", "undetermined"]
Route: TypeAlias = Literal["insurance", "patient_pay", "needs_decision"]
Confidence: TypeAlias = Literal["high", "medium", "low"]
Classification: TypeAlias = Literal["medical", "cosmetic", "mixed", "undetermined"]
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


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the string at `pointer`, in code points, half-open."""

    pointer: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: rule id, a sentence without the visit's words, its source, and where it was read."""

    rule: str
    says: str
    source: str
    evidence: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a service is. `needs` holds the questions its nature leaves open."""

    nature: Nature
    confidence: Confidence
    reasons: tuple[Reason, ...]
    needs: tuple[Need, ...] = ()
    aesthetic_only: bool = False  # nothing a payer ever covers: no notice of non-coverage


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """A planned service with its nature and who pays."""

    service_id: str
    kind: str
    nature: Nature
    route: Route
    confidence: Confidence
    reasons: tuple[Reason, ...]
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitAnswer:
    """The whole visit. `needs` holds what belongs to no service."""

    visit_id: str
    classification: Classification
    services: tuple[ServiceAnswer, ...]
    needs: tuple[Need, ...] = field(default=())


def medical(confidence: Confidence, *reasons: Reason, needs: tuple[Need, ...] = ()) -> Judgement:
    """A medical service."""
    return Judgement("medical", confidence, reasons, needs)


def cosmetic(confidence: Confidence, *reasons: Reason, aesthetic_only: bool = False) -> Judgement:
    """A cosmetic service."""
    return Judgement("cosmetic", confidence, reasons, (), aesthetic_only)


def undetermined(need: Need, *reasons: Reason, aesthetic_only: bool = False) -> Judgement:
    """A question a person has to answer: never resolved by default or by time."""
    return Judgement("undetermined", "low", reasons, (need,), aesthetic_only)
