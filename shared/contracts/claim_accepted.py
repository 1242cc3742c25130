"""ClaimAccepted: the clearinghouse or the payer took a version. Only the payer's proves filing."""

from typing import ClassVar, Literal

from shared.contracts.documents.base import Count, Id, Instant
from shared.contracts.event import Event


class ClaimAccepted(Event):
    topic: ClassVar[str] = "dermis.claim_accepted.v1"
    owner: ClassVar[str] = "submission"
    consumers: ClassVar[tuple[str, ...]] = ("coding", "denials", "operations")

    claim_id: Id
    version: Count
    payer_control_number: str | None = None
    accepted_at: Instant
    by: Literal["clearinghouse", "payer"]
