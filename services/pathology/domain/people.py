"""Who a result speaks of: record numbers, merged ones included, and fingerprints of the person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from services.pathology.domain.report import Report

Agreement: TypeAlias = Literal["agrees", "disagrees", "unknown"]


@dataclass(frozen=True, slots=True)
class Patient:
    """What is known of a record number.

    merged_into: the number that took its place, never itself merged. family, born: fingerprints of
    the family name and the birth date.
    """

    mrn: str
    merged_into: str | None = None
    family: str | None = None
    born: str | None = None


@dataclass(frozen=True, slots=True)
class People:
    """The patients of a practice that the matter at hand may concern, by record number."""

    patients: Mapping[str, Patient] = field(default_factory=dict)

    @classmethod
    def of(cls, patients: Iterable[Patient]) -> "People":
        """The people, by record number."""
        return cls({each.mrn: each for each in patients})

    def current(self, mrn: str) -> str:
        """The number a patient goes by now."""
        known = self.patients.get(mrn)
        return mrn if known is None or known.merged_into is None else known.merged_into

    def agreement(self, report: Report, mrn: str | None) -> Agreement:
        """Whether a result speaks of the patient of that number (interop 5).

        The record number decides, or birth date and family name together. A family name alone may
        change; another birth date under the same number is another person.
        """
        if mrn is None:
            return "unknown"
        known = self.patients.get(self.current(mrn), Patient(mrn))
        if report.mrn is not None and self.current(report.mrn) != self.current(mrn):
            return "disagrees"
        if _differ(report.born, known.born):
            return "disagrees"
        if report.mrn is not None:
            return "agrees"
        if _differ(report.family, known.family):
            return "disagrees"
        proven = None not in (report.born, report.family, known.born, known.family)
        return "agrees" if proven else "unknown"


def _differ(stated: str | None, known: str | None) -> bool:
    return stated is not None and known is not None and stated != known
