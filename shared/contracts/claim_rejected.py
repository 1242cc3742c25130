"""ClaimRejected: a version never reached adjudication."""

from typing import ClassVar

from shared.contracts.documents.base import Count, Document, Id, Instant, Items
from shared.contracts.documents.claim import FixStage, RejectedBy
from shared.contracts.event import Event


class RejectionReason(Document):
    category: str | None = None
    status: str | None = None
    entity: str | None = None
    segment: str | None = None
    says: str


class ClaimRejected(Event):
    topic: ClassVar[str] = "dermis.claim_rejected.v1"
    owner: ClassVar[str] = "submission"
    consumers: ClassVar[tuple[str, ...]] = ("coding", "denials", "operations")

    claim_id: Id
    version: Count
    rejected_by: RejectedBy
    fix_stage: FixStage
    rejected_at: Instant
    reasons: Items[RejectionReason] = ()
