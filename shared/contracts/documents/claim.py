"""The coded claim: what coding decided, provable line by line. No patient, no coverage."""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from shared.contracts.documents.base import (
    Count,
    Day,
    DiagnosisCode,
    Document,
    Id,
    Items,
    Money,
    Provider,
)

ClaimStatus: TypeAlias = Literal["ready", "held", "needs_review", "patient_pay", "no_charge"]
FrequencyCode: TypeAlias = Literal["1", "7", "8"]
ClaimState: TypeAlias = Literal[
    "coded",
    "held",
    "ready",
    "batched",
    "sent",
    "received",
    "accepted_clearinghouse",
    "accepted_payer",
    "rejected",
    "pended",
    "paid",
    "partly_paid",
    "denied",
    "appealed",
    "replaced",
    "voided",
    "withdrawn",
    "closed",
]
RejectedBy: TypeAlias = Literal["interchange", "group", "clearinghouse", "payer"]
FixStage: TypeAlias = Literal["intake", "documentation", "coding", "follow_up"]


class Rationale(Document):
    rule: str
    says: str
    source: str
    evidence: Items[str] = ()


class Considered(Document):
    """A code looked at and not chosen; `code` null: a documented service that another includes."""

    code: str | None = None
    rule: str
    says: str
    source: str


class ClaimLine(Document):
    number: Count
    code: str
    modifiers: Items[str] = ()
    units: Count
    diagnosis_pointers: Items[Count] = ()
    charge: Money
    procedure_ids: Items[Id] = ()
    lesion_ids: Items[Id] = ()
    rationale: Items[Rationale] = ()
    considered: Items[Considered] = ()


class PatientPayLine(Document):
    procedure_id: Id
    description: str
    charge: Money | None = None


class Hold(Document):
    reason: str
    detail: str
    release_on: Day | None = None


class EditPair(Document):
    """An NCCI procedure-to-procedure pair. Indicator 0: never together; 1: with a modifier."""

    column_1: str
    column_2: str
    indicator: Literal["0", "1", "9"]


class Edit(Document):
    kind: Literal[
        "ncci",
        "mue",
        "global",
        "add_on",
        "medical_necessity",
        "authorization",
        "modifier",
        "age_sex",
    ]
    outcome: Literal["allowed", "bundled", "split", "denied", "warned"]
    codes: Items[str] = ()
    detail: str
    source: str
    rule: str | None = None
    pair: EditPair | None = None
    procedure_ids: Items[Id] = ()
    lesion_ids: Items[Id] = ()


class Discrepancy(Document):
    """Units billed too few (`missed`) or without support (`unsupported`), and why.

    `code` null: which code it is depends on what the record does not say. `modifiers`: those that
    lack support, where the service itself has it.
    """

    code: str | None = None
    modifiers: Items[str] = ()
    units: Count
    procedure_ids: Items[Id] = ()
    lesion_ids: Items[Id] = ()
    rule: str
    says: str
    source: str
    evidence: Items[str] = ()


class ReferenceRelease(Document):
    """A reference table as it was used; `carried`: it ended before the date of service."""

    table: str
    name: str
    since: Day
    until: Day | None = None
    carried: bool


class VersionChange(Document):
    from_version: Count
    what: str
    why: str
    event_id: UUID | str


class ClaimAuthorization(Document):
    number: str
    codes: Items[str] = ()


class CodedClaim(Document):
    claim_id: Id
    case_id: UUID | str
    version: Annotated[int, Field(ge=1)]
    status: ClaimStatus
    frequency_code: FrequencyCode
    date_of_service: Day
    place_of_service: str
    rendering_provider: Provider
    referring_provider: Provider | None = None
    authorizations: Items[ClaimAuthorization] = ()
    diagnoses: Items[DiagnosisCode] = ()
    lines: Items[ClaimLine] = ()
    patient_pay_lines: Items[PatientPayLine] = ()
    holds: Items[Hold] = ()
    edits: Items[Edit] = ()
    missed: Items[Discrepancy] = ()
    unsupported: Items[Discrepancy] = ()
    releases: Items[ReferenceRelease] = ()
    changes: Items[VersionChange] = ()
