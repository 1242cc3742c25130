"""What documentation finds in an encounter, and what it read in the note."""

from typing import Literal, TypeAlias

from shared.contracts.documents.base import Count, Document, Flag, Id, Items, Span

ReadFact: TypeAlias = Literal[
    "count",
    "size",
    "side",
    "site",
    "technique",
    "symptom",
    "change",
    "intent",
    "procedure",
    "date",
]
Severity: TypeAlias = Literal["block", "query", "warning"]


class Reading(Document):
    """A fact read in prose: its normalized value and its place, never the words."""

    fact: ReadFact
    value: str
    negated: Flag
    lesion_id: Id | None = None
    pointer: str
    start: Count
    end: Count
    confidence: Literal["high", "medium", "low"]


class Query(Document):
    """A question to the provider: neutral, with options the record supports."""

    question: str
    options: Items[str] = ()


class Finding(Document):
    finding_id: Id
    rule: str
    severity: Severity
    field: str
    procedure_id: Id | None = None
    lesion_id: Id | None = None
    specimen_id: Id | None = None
    says: str
    source: str
    confidence: Literal["high", "medium", "low"]
    evidence: Items[str] = ()
    spans: Items[Span] = ()
    query: Query | None = None


class CheckAnswer(Document):
    """What `POST /v1/check` answers."""

    encounter_id: Id
    blocks: Flag
    findings: Items[Finding] = ()
    reading: Items[Reading] = ()
    complete: Items[Id] = ()
