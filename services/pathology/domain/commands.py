"""What pathology is asked, and what its handlers read beside the state."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.pathology.domain.report import Report


@dataclass(frozen=True, slots=True)
class RecordResult:
    """A result was sent and names a specimen of this case, or an accession linked to one."""

    report: Report


@dataclass(frozen=True, slots=True)
class MatchResult:
    """A person says which specimen an unmatched result belongs to."""

    result_id: str
    specimen_id: str


@dataclass(frozen=True, slots=True)
class References:
    """Results that wait unmatched and may belong to the cases at hand, by practice."""

    unmatched: Mapping[str, tuple[Report, ...]]

    def of(self, practice_id: str) -> tuple[Report, ...]:
        """The waiting results of a practice, in the order in which they are read."""
        return tuple(sorted(self.unmatched.get(practice_id, ()), key=lambda each: each.order))
