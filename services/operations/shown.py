"""The documents operations shows."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel


class EventView(BaseModel):
    event_id: UUID
    cause_id: UUID | None
    type: str
    service: str
    occurred_at: datetime
    received_at: datetime
    says: str
    claim_id: str | None


class WaitView(BaseModel):
    on: str
    since: datetime
    due_at: datetime | None
    who: str


class CaseClaim(BaseModel):
    claim_id: str
    version: int
    status: str
    state: str
    charge: Decimal
    paid: Decimal
    open: Decimal


class CaseView(BaseModel):
    """A case. `bucket` is the row of the books its visit stands in."""

    case_id: UUID
    visit_id: str | None
    encounter_ids: list[str]
    bucket: str
    events: list[EventView]
    waits: list[WaitView]
    claims: list[CaseClaim]
    denials: list[str]


class LineView(BaseModel):
    number: int
    code: str
    modifiers: list[str]
    units: int
    diagnoses: list[str]
    charge: Decimal
    rules: list[str]


class VersionView(BaseModel):
    version: int
    status: str
    frequency_code: str
    coded_at: datetime
    event_id: UUID
    charge: Decimal
    diagnoses: list[str]
    why: list[str]
    lines: list[LineView]


class ClaimView(CaseClaim):
    case_id: UUID
    encounter_id: str | None
    payer_control_number: str | None
    allowed: Decimal
    adjusted: Decimal
    patient_responsibility: Decimal
    versions: list[VersionView]
    denials: list[str]
    events: list[EventView]


class Hit(BaseModel):
    kind: str
    id: str
    case_id: UUID
    says: str


class Hits(BaseModel):
    items: list[Hit]


class Books(BaseModel):
    """Each visit once: `visits_in` is the sum of the rest, and `adds_up` says whether it is."""

    visits_in: int
    billed: int
    patient_pay: int
    no_charge: int
    held: int
    in_review: int
    waiting: int
    cancelled: int
    adds_up: bool


class MoneyFigures(BaseModel):
    billed: Decimal
    allowed: Decimal
    paid: Decimal
    adjusted: Decimal
    patient_responsibility: Decimal
    open: Decimal


class CauseFigure(BaseModel):
    root_cause: str
    denials: int
    amount: Decimal


class WaitFigure(BaseModel):
    who: str
    on: str
    cases: int
    oldest_since: datetime


class Recoded(BaseModel):
    """A claim whose version changed after a pathology result: lines before and after."""

    case_id: UUID
    claim_id: str
    from_version: int
    to_version: int
    before: list[str]
    after: list[str]
    diagnoses_before: list[str]
    diagnoses_after: list[str]
    frequency_code: str


class Figures(BaseModel):
    """`encounters_without_visit` are cases outside the books' sum, since no visit came in."""

    books: Books
    encounters_without_visit: int
    claims_by_state: dict[str, int]
    money: MoneyFigures
    denials: list[CauseFigure]
    waits: list[WaitFigure]
    recoded: list[Recoded]
    events: dict[str, int]
