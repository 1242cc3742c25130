"""EncounterDocumented: a signed encounter (or its addendum) with what documentation found in it."""

from typing import ClassVar

from shared.contracts.documents.base import Count, Id, Items
from shared.contracts.documents.encounter import EncounterFacts
from shared.contracts.documents.findings import Finding
from shared.contracts.event import Event


class EncounterDocumented(Event):
    """`encounter_version` counts addenda; `supersedes` is the one before, `changed` the fields."""

    topic: ClassVar[str] = "dermis.encounter_documented.v1"
    owner: ClassVar[str] = "documentation"
    consumers: ClassVar[tuple[str, ...]] = (
        "eligibility",
        "pathology",
        "coding",
        "submission",
        "denials",
        "operations",
    )

    encounter_id: Id
    visit_id: Id | None = None
    encounter_version: Count
    supersedes: Count | None = None
    changed: Items[str] = ()
    encounter: EncounterFacts
    blocks: bool
    findings: Items[Finding] = ()
