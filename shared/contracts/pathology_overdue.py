"""PathologyOverdue: a specimen has had no result for longer than its lab takes."""

from typing import ClassVar, Literal

from shared.contracts.documents.base import Id, Instant
from shared.contracts.event import Event


class PathologyOverdue(Event):
    topic: ClassVar[str] = "dermis.pathology_overdue.v1"
    owner: ClassVar[str] = "pathology"
    consumers: ClassVar[tuple[str, ...]] = ("operations",)

    encounter_id: Id
    specimen_id: Id
    lab_id: str | None = None
    collected_at: Instant | None = None
    level: Literal["reminder", "escalation"]
