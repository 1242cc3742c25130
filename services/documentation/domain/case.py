"""What documentation keeps of a case: encounters by version, findings and questions, no prose.

The documents stand sealed; of each field only a digest is kept, to tell an addendum's changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from services.documentation.domain.finding import Finding


@dataclass(frozen=True, slots=True)
class Version:
    """One signed state of an encounter; `document` is sealed text."""

    version: int
    recorded_at: datetime
    document: str


@dataclass(frozen=True, slots=True)
class EncounterRecord:
    """An encounter with its versions, what was found in the last one, and the open questions.

    digests: JSON pointer of each field -> digest of its value. open_queries: query id -> finding.
    """

    encounter_id: str
    visit_id: str | None
    mrn: str
    date_of_service: date
    digests: Mapping[str, str]
    versions: tuple[Version, ...]
    findings: tuple[Finding, ...]
    complete: tuple[str, ...]
    open_queries: Mapping[str, Finding] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """The number of the last version."""
        return self.versions[-1].version

    @property
    def blocks(self) -> bool:
        """Whether the claim may not leave yet."""
        return any(each.severity == "block" for each in self.findings)


@dataclass(frozen=True, slots=True)
class KnownVisit:
    """What was heard of the visit."""

    visit_id: str
    status: str
    classification: str


@dataclass(frozen=True, slots=True)
class Case:
    """A visit's encounters."""

    case_id: UUID
    practice_id: str
    visit: KnownVisit | None = None
    encounters: Mapping[str, EncounterRecord] = field(default_factory=dict)

    def with_encounter(self, record: EncounterRecord) -> "Case":
        """The case with an encounter in its latest state."""
        return replace(self, encounters={**self.encounters, record.encounter_id: record})


def first_case(case_id: UUID, practice_id: str) -> Case:
    """A case nothing is known of."""
    return Case(case_id, practice_id)
