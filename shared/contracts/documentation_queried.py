"""DocumentationQueried: a question to the provider was opened, or is closed by an addendum."""

from typing import ClassVar, Literal

from shared.contracts.documents.base import Id
from shared.contracts.documents.findings import Query, Severity
from shared.contracts.event import Event


class DocumentationQueried(Event):
    topic: ClassVar[str] = "dermis.documentation_queried.v1"
    owner: ClassVar[str] = "documentation"
    consumers: ClassVar[tuple[str, ...]] = ("operations",)

    encounter_id: Id
    query_id: Id
    state: Literal["open", "closed"]
    rule: str
    severity: Severity
    field: str
    query: Query
