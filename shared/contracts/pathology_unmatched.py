"""PathologyUnmatched: a result has waited too long for its specimen; keyed by practice."""

from typing import ClassVar

from shared.contracts.documents.base import Id, Instant
from shared.contracts.event import Event


class PathologyUnmatched(Event):
    """`case_id` is the practice's key: no case is known yet."""

    topic: ClassVar[str] = "dermis.pathology_unmatched.v1"
    owner: ClassVar[str] = "pathology"
    consumers: ClassVar[tuple[str, ...]] = ("operations",)

    result_id: Id
    lab_id: Id
    accession: Id
    received_at: Instant
