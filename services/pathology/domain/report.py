"""A result as a lab reported it, with what its text was read to say."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

from shared.clinical.diagnoses import Side
from shared.clinical.histology import Code
from shared.clinical.report_margins import Margins
from shared.clinical.reports import Reading

Status: TypeAlias = Literal[
    "preliminary", "final", "corrected", "cancelled", "retracted", "unknown"
]
BilledBy: TypeAlias = Literal["lab", "practice"]
Component: TypeAlias = Literal["global", "26", "TC"]

SETTLING: frozenset[Status] = frozenset({"final", "corrected"})
"""Statuses whose diagnosis counts."""

_RANK: dict[Status, int] = {
    "preliminary": 0,
    "unknown": 1,
    "final": 2,
    "corrected": 3,
    "cancelled": 4,
    "retracted": 5,
}


@dataclass(frozen=True, slots=True)
class Report:
    """One message of a lab about one part of one accession.

    reading: what the text states; the text itself is sealed. document_hash: the whole document;
    content_hash: without its id and time, so that the same content sent again is seen.
    specimen_id: the practice's own id of the specimen; lab_specimen_ids: others the lab gave it.
    family, born: fingerprints of the patient's family name and birth date, never in the clear.
    parts: how many parts its message reported. sent_at: when the message was made (MSH-7).
    bare: it finalises what came before and carries no text of its own (OBX-11 U).
    """

    result_id: str
    accession: str
    lab_id: str
    status: Status
    reported_at: datetime
    reading: Reading
    sealed_text: str
    document_hash: str
    content_hash: str
    received_at: datetime
    specimen_id: str | None = None
    part: str | None = None
    placer_order: str | None = None
    mrn: str | None = None
    site: str | None = None
    laterality: Side | None = None
    collected_on: date | None = None
    codes: tuple[Code, ...] = ()
    margins: Margins = "not_reported"
    billed_by: BilledBy | None = None
    billed_component: Component | None = None
    message_id: UUID | None = None
    lab_specimen_ids: tuple[str, ...] = ()
    family: str | None = None
    born: str | None = None
    parts: int | None = None
    sent_at: datetime | None = None
    bare: bool = False

    @property
    def identity(self) -> tuple[str, str]:
        """The same document sent again is the same report."""
        return self.result_id, self.document_hash

    @property
    def order(self) -> tuple[datetime, datetime, int, datetime, str, str]:
        """By status time, then message time, then how far the report is, then arrival."""
        return (
            self.reported_at,
            self.sent_at or self.reported_at,
            _RANK[self.status],
            self.received_at,
            self.result_id,
            self.document_hash,
        )

    def taken_back(self) -> "Report":
        """The report, no longer true of its specimen."""
        return replace(self, status="retracted", content_hash=f"{self.content_hash}|taken back")

    @property
    def specimen_ids(self) -> tuple[str, ...]:
        """Every id its specimen goes by, the practice's own first."""
        own = () if self.specimen_id is None else (self.specimen_id,)
        return (*own, *self.lab_specimen_ids)
