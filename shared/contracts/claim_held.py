"""ClaimHeld: submission keeps a version from leaving, or lets it go again."""

from typing import ClassVar

from shared.contracts.documents.base import Count, Id, Instant
from shared.contracts.documents.claim import FixStage
from shared.contracts.event import Event


class ClaimHeld(Event):
    """`held` false: what kept it is mended. `field` is where the missing fact belongs."""

    topic: ClassVar[str] = "dermis.claim_held.v1"
    owner: ClassVar[str] = "submission"
    consumers: ClassVar[tuple[str, ...]] = ("operations",)

    claim_id: Id
    version: Count
    held: bool
    reason: str
    says: str
    field: str | None = None
    fix_stage: FixStage
    changed_at: Instant
