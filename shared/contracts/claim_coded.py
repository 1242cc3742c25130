"""ClaimCoded: a version of a claim, also held, in review, patient pay or no charge."""

from typing import ClassVar

from shared.contracts.documents.base import Count, Id
from shared.contracts.documents.claim import CodedClaim
from shared.contracts.event import Event


class ClaimCoded(Event):
    """`encounter_version` is the addendum it was coded from; `visit_id` null: no visit is named."""

    topic: ClassVar[str] = "dermis.claim_coded.v1"
    owner: ClassVar[str] = "coding"
    consumers: ClassVar[tuple[str, ...]] = ("submission", "denials", "operations")

    encounter_id: Id
    encounter_version: Count
    visit_id: Id | None = None
    claim: CodedClaim
