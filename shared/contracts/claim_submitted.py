"""ClaimSubmitted: a version left in a file."""

from typing import ClassVar

from shared.contracts.documents.base import Count, Id, Instant, Money
from shared.contracts.documents.claim import FrequencyCode
from shared.contracts.event import Event


class ClaimSubmitted(Event):
    topic: ClassVar[str] = "dermis.claim_submitted.v1"
    owner: ClassVar[str] = "submission"
    consumers: ClassVar[tuple[str, ...]] = ("denials", "operations")

    claim_id: Id
    version: Count
    frequency_code: FrequencyCode
    payer_id: Id
    charge: Money
    batch_id: Id
    interchange_control_number: str
    payer_control_number: str | None = None
    submitted_at: Instant
