"""PathologyReturned: a result (or its revision) belongs to a specimen of this case."""

from typing import ClassVar

from shared.contracts.documents.base import Count, Id
from shared.contracts.documents.result import (
    Behavior,
    Interpretation,
    Margins,
    Match,
    ResultFacts,
    ResultStatus,
)
from shared.contracts.event import Event


class PathologyReturned(Event):
    """`behavior` null: a person has to read it. `revision` counts per lab, accession and part."""

    topic: ClassVar[str] = "dermis.pathology_returned.v1"
    owner: ClassVar[str] = "pathology"
    consumers: ClassVar[tuple[str, ...]] = ("coding", "denials", "operations")

    result: ResultFacts
    match: Match
    interpretation: Interpretation
    behavior: Behavior | None = None
    icd10: str | None = None
    margins: Margins = "not_reported"
    revision: Count
    supersedes: Id | None = None
    material_change: bool
    prior_status: ResultStatus | None = None
