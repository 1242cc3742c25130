"""What a denial is judged from: the payer's answer, the claim as sent, and what the practice knows.

Of the story, `UNKNOWN` says that a fact was never stated; None (or an empty list) that it was
looked for and is not there. The two lead to different answers, so they are told apart here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Literal, TypeAlias, TypeVar


class Unknown(Enum):
    """Never stated."""

    UNKNOWN = "not known"


UNKNOWN = Unknown.UNKNOWN

T = TypeVar("T")
Maybe: TypeAlias = T | Unknown | None

Program: TypeAlias = Literal["medicare", "medicare_advantage", "medicaid", "commercial", "other"]


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose rules apply. Days are calendar days; None: no rule on file."""

    program: Program
    payer_id: str | None = None
    filing_days: int | None = None
    corrected_claim_days: int | None = None
    appeal_days: int | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    group_code: str
    carc: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the remittance; `number` None: adjustments of the whole claim."""

    claim_status: str
    number: int | None
    code: str | None
    submitted_code: str | None
    modifiers: tuple[str, ...]
    units: Decimal
    paid_units: Decimal | None
    charge: Decimal
    allowed: Decimal | None
    paid: Decimal
    adjustments: tuple[Adjustment, ...]
    rarcs: tuple[str, ...]
    received_on: date


@dataclass(frozen=True, slots=True)
class SentLine:
    number: int
    code: str
    modifiers: tuple[str, ...]
    units: Decimal
    diagnosis_pointers: tuple[int, ...]
    charge: Decimal
    expected_allowed: Decimal | None


@dataclass(frozen=True, slots=True)
class SentClaim:
    """The claim version the payer answered."""

    claim_id: str
    version: int
    frequency_code: str
    date_of_service: date
    place_of_service: str
    submitted_on: date | None
    authorization_number: str | None
    diagnoses: tuple[str, ...]
    lines: tuple[SentLine, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What every part of the story names: the event it came from."""

    event_id: str | None
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class CoverageFacts(Part):
    checked_on: Maybe[date] = UNKNOWN
    status: Maybe[str] = UNKNOWN
    valid_from: Maybe[date] = UNKNOWN
    valid_to: Maybe[date] = UNKNOWN
    member_id_matches: Maybe[bool] = UNKNOWN
    other_payer: Maybe[str] = UNKNOWN
    authorization_required: Maybe[bool] = UNKNOWN


@dataclass(frozen=True, slots=True)
class ClassificationFacts(Part):
    nature: Maybe[str] = UNKNOWN
    route: Maybe[str] = UNKNOWN
    notice: Maybe[str] = UNKNOWN


@dataclass(frozen=True, slots=True)
class AuthorizationFacts(Part):
    number: Maybe[str] = UNKNOWN
    codes: tuple[str, ...] = ()
    units_approved: Maybe[Decimal] = UNKNOWN
    units_used: Maybe[Decimal] = UNKNOWN
    valid_from: Maybe[date] = UNKNOWN
    valid_to: Maybe[date] = UNKNOWN
    status: Maybe[str] = UNKNOWN


@dataclass(frozen=True, slots=True)
class DocumentationFacts(Part):
    lesion_count: Maybe[int] = UNKNOWN
    symptoms: Maybe[tuple[str, ...]] = UNKNOWN
    necessity_documented: Maybe[bool] = UNKNOWN
    distinct: Maybe[bool] = UNKNOWN
    separately_identifiable: Maybe[bool] = UNKNOWN
    related_to_surgery: Maybe[bool] = UNKNOWN
    records_sent_on: Maybe[date] = UNKNOWN


@dataclass(frozen=True, slots=True)
class ResultFacts(Part):
    status: Maybe[str] = UNKNOWN
    behavior: Maybe[str] = UNKNOWN
    icd10: Maybe[str] = UNKNOWN
    reported_at: Maybe[datetime] = UNKNOWN


@dataclass(frozen=True, slots=True)
class AcknowledgementFacts(Part):
    kind: Maybe[str] = UNKNOWN
    state: Maybe[str] = UNKNOWN
    by: Maybe[str] = UNKNOWN


@dataclass(frozen=True, slots=True)
class EarlierService(Part):
    code: Maybe[str] = UNKNOWN
    date_of_service: Maybe[date] = UNKNOWN
    global_days: Maybe[int] = UNKNOWN


@dataclass(frozen=True, slots=True)
class EarlierClaim(Part):
    claim_id: Maybe[str] = UNKNOWN
    version: Maybe[int] = UNKNOWN
    frequency_code: Maybe[str] = UNKNOWN
    submitted_on: Maybe[date] = UNKNOWN
    state: Maybe[str] = UNKNOWN


@dataclass(frozen=True, slots=True)
class Story:
    """What the practice knows of the case. A list that is None or empty was looked for."""

    coverage: Maybe[CoverageFacts] = UNKNOWN
    classification: Maybe[ClassificationFacts] = UNKNOWN
    authorizations: Maybe[tuple[AuthorizationFacts, ...]] = UNKNOWN
    documentation: Maybe[DocumentationFacts] = UNKNOWN
    pathology: Maybe[tuple[ResultFacts, ...]] = UNKNOWN
    acknowledgements: Maybe[tuple[AcknowledgementFacts, ...]] = UNKNOWN
    earlier_services: Maybe[tuple[EarlierService, ...]] = UNKNOWN
    earlier_claims: Maybe[tuple[EarlierClaim, ...]] = UNKNOWN
