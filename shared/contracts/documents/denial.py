"""A denial with the cause that made it inevitable."""

from typing import Literal, TypeAlias
from uuid import UUID

from shared.contracts.documents.base import Count, Day, Document, Flag, Id, Items, Money
from shared.contracts.documents.claim import FixStage

RootCause: TypeAlias = Literal[
    "cosmetic_vs_medical",
    "lesion_count_mismatch",
    "modifier_error",
    "pathology_diagnosis",
    "authorization_failure",
    "underpayment",
    "eligibility",
    "timely_filing",
    "duplicate",
    "coordination_of_benefits",
    "documentation",
    "other",
]
NextAction: TypeAlias = Literal[
    "none",
    "corrected_claim",
    "new_claim",
    "appeal",
    "reopening",
    "payment_dispute",
    "send_records",
    "retro_authorization",
    "bill_other_payer",
    "bill_patient",
    "wait",
    "write_off",
    "review",
]


class Denial(Document):
    denial_id: Id
    claim_id: Id
    case_id: UUID
    line: Count | None = None
    root_cause: RootCause
    stage: FixStage
    carc: str
    rarcs: Items[str] = ()
    group_code: str
    billed: Money
    expected: Money | None = None
    paid: Money
    denied_amount: Money
    appealable: Flag
    due_on: Day | None = None
    evidence: Items[str] = ()
    originating_event_id: UUID | str | None = None
    suggested_fix: str
