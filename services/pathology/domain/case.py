"""What pathology knows of a case: its specimens, the reports matched to them, what was told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from services.pathology.domain import parts
from services.pathology.domain.report import SETTLING, BilledBy, Report, Status
from shared.clinical.diagnoses import Side
from shared.clinical.histology import Behavior
from shared.clinical.report_margins import Margins

MatchedBy: TypeAlias = Literal["specimen", "accession", "order", "patient_and_site", "person"]


@dataclass(frozen=True, slots=True)
class Specimen:
    """A specimen of an encounter, with what its lesion says.

    established: the ICD-10-CM code of the lesion where earlier pathology proved it. expected_at:
    when its result should be there, by the waiting times of then.
    """

    specimen_id: str
    encounter_id: str
    collected_at: datetime
    lesion_id: str | None = None
    procedure_id: str | None = None
    site: str | None = None
    laterality: Side | None = None
    established: str | None = None
    lab_id: str | None = None
    expected_at: datetime | None = None


Series: TypeAlias = tuple[str, str, str, str]
"""Lab, accession, specimen and part: what revisions are counted in."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A report and the specimen it belongs to.

    part: the label its series began with; a lab that relabels its parts continues it.
    """

    report: Report
    specimen_id: str
    by: MatchedBy
    part: str = ""

    @property
    def series(self) -> Series:
        """The series whose revision it is."""
        return self.report.lab_id, self.report.accession, self.specimen_id, self.part


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided a report to mean.

    status: what it is where the lab's own status was not understood.
    """

    behavior: Behavior
    diagnosis: str | None
    icd10: str | None
    margins: Margins
    status: Literal["final", "corrected"] = "final"


@dataclass(frozen=True, slots=True)
class Settlement:
    """A person's decision on one content of a series, for the lesion as it stood then.

    Another content, or a lesion that moved, opens the question again.
    """

    series: Series
    content_hash: str
    site: str | None
    laterality: Side | None
    decided: Decided
    actor: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a report means for billing. `behavior` and `icd10` are None where a person decides."""

    decision: Literal["automatic", "review", "person"]
    confirmed: bool
    behavior: Behavior | None
    diagnosis: str | None
    icd10: str | None
    margins: Margins
    confidence: Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Told:
    """A revision that was published. site, laterality: as the report named them."""

    series: Series
    revision: int
    result_id: str
    document_hash: str
    content_hash: str
    status: Status
    meaning: Meaning
    billed_by: BilledBy | None = None
    site: str | None = None
    laterality: Side | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """The state of one case.

    encounters: the last version heard of each. detached: reports (by identity) that a person took
    away: no rule attaches them here again.
    """

    case_id: UUID
    practice_id: str
    mrn: str | None = None
    pathology_billed_by: str | None = None
    encounters: tuple[tuple[str, int], ...] = ()
    specimens: tuple[Specimen, ...] = ()
    attached: tuple[Attached, ...] = ()
    told: tuple[Told, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    detached: tuple[tuple[str, str], ...] = ()

    def specimen(self, specimen_id: str) -> Specimen | None:
        """The specimen of that id, if the case has it."""
        return next((each for each in self.specimens if each.specimen_id == specimen_id), None)

    def knows(self, report: Report) -> bool:
        """Whether the same document is attached already."""
        return any(each.report.identity == report.identity for each in self.attached)

    def with_attached(self, report: Report, specimen_ids: Iterable[str], by: MatchedBy) -> "Case":
        """The case with a report matched to its specimen, or to those its parts were merged of."""
        new = [
            Attached(report, each, by, parts.series_label(report.part, self._labels(report, each)))
            for each in dict.fromkeys(specimen_ids)
        ]
        back = tuple(each for each in self.detached if each != report.identity)
        return replace(self, attached=(*self.attached, *new), detached=back)

    def taken_back(self, result_id: str) -> "Case":
        """The case in which the reports of a result are taken back, as if the lab had done so."""
        return replace(
            self,
            attached=tuple(
                replace(each, report=each.report.taken_back())
                if each.report.result_id == result_id
                else each
                for each in self.attached
            ),
        )

    def without(self, result_id: str) -> "Case":
        """The case without the reports of a result; what was told of them stays told."""
        gone = {
            each.report.identity for each in self.attached if each.report.result_id == result_id
        }
        return replace(
            self,
            attached=tuple(each for each in self.attached if each.report.identity not in gone),
            detached=(*self.detached, *sorted(gone - set(self.detached))),
        )

    def with_settlement(self, settlement: Settlement) -> "Case":
        """The case with a person's decision; an earlier one on the same content gives way."""
        others = tuple(
            each
            for each in self.settlements
            if (each.series, each.content_hash) != (settlement.series, settlement.content_hash)
        )
        return replace(self, settlements=(*others, settlement))

    def _labels(self, report: Report, specimen_id: str) -> list[str]:
        link = (report.lab_id, report.accession, specimen_id)
        return [each.part for each in self.attached if each.series[:3] == link]

    def with_encounter(
        self, encounter_id: str, version: int, mrn: str, specimens: Iterable[Specimen]
    ) -> "Case":
        """The case with the specimens an encounter names now.

        A specimen that a report is attached to stays, even if an addendum no longer names it.
        """
        used = {each.specimen_id for each in self.attached}
        named = tuple(specimens)
        ids = {each.specimen_id for each in named}
        kept = tuple(
            each
            for each in self.specimens
            if each.specimen_id not in ids
            and (each.encounter_id != encounter_id or each.specimen_id in used)
        )
        others = tuple(each for each in self.encounters if each[0] != encounter_id)
        return replace(
            self,
            mrn=mrn,
            specimens=(*kept, *named),
            encounters=(*others, (encounter_id, version)),
        )

    def version_of(self, encounter_id: str) -> int:
        """The last version heard of an encounter; 0 before the first."""
        return dict(self.encounters).get(encounter_id, 0)

    def last_told(self, series: Series) -> Told | None:
        """The last revision published of a series."""
        return next((each for each in reversed(self.told) if each.series == series), None)

    def returned(self, specimen_id: str) -> bool:
        """Whether a result other than a preliminary one has come for a specimen."""
        return any(each.series[2] == specimen_id for each in self.told)

    def returned_at(self, specimen_id: str) -> datetime | None:
        """When the lab signed the first report of a specimen whose diagnosis counts."""
        signed = [
            each.report.reported_at
            for each in self.attached
            if each.specimen_id == specimen_id and each.report.status in SETTLING
        ]
        return min(signed, default=None)
