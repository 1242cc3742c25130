"""277CA (005010X214) and 277 (005010X212): what became of each claim before money is decided."""

from dataclasses import dataclass, field
from typing import Literal

from shared.x12.envelope import TransactionSet
from shared.x12.segments import Segment

Kind = Literal["277ca", "277"]
Level = Literal["source", "receiver", "provider", "claim"]

_CLAIM_ACKNOWLEDGEMENT = "005010X214"
_LEVELS: dict[str, Level] = {"20": "source", "21": "receiver", "19": "provider"}


@dataclass(frozen=True, slots=True)
class Status:
    """One category and status of an STC; a second and third stand in STC10 and STC11."""

    category: str
    status: str
    entity: str | None


@dataclass(slots=True)
class StatusEntry:
    """What one hierarchical level says. A claim's entry includes what its lines say.

    `trace` is TRN02: our CLM01 at claim level of a 277CA, our batch id (BHT03) at receiver level.
    """

    level: Level
    statuses: list[Status] = field(default_factory=list)
    trace: str | None = None
    patient_control_number: str | None = None
    payer_control_number: str | None = None
    clearinghouse_control_number: str | None = None
    billing_npi: str | None = None
    provider: "StatusEntry | None" = None
    receiver: "StatusEntry | None" = None


@dataclass(slots=True)
class StatusReport:
    """One 277 or 277CA. `source` is NM101 of its sender: PR the payer, AY a clearinghouse."""

    kind: Kind
    source: str = ""
    entries: list[StatusEntry] = field(default_factory=list)


def read_status_report(found: TransactionSet) -> StatusReport:
    """Read one 277 transaction set; the guide tells a 277CA from a 277, never ST01."""
    kind: Kind = "277ca" if found.guide.startswith(_CLAIM_ACKNOWLEDGEMENT) else "277"
    report = StatusReport(kind)
    current: StatusEntry | None = None
    for segment in found.segments:
        if segment.id == "HL":
            current = _opened(report, segment)
        elif current is not None:
            _take(report, current, segment)
    return report


def _opened(report: StatusReport, segment: Segment) -> StatusEntry:
    level = _LEVELS.get(segment.get(3), "claim")
    entry = StatusEntry(level)
    if level == "claim":
        entry.provider = _last(report, "provider")
    if level in ("claim", "provider"):
        entry.receiver = _last(report, "receiver")
    report.entries.append(entry)
    return entry


def _last(report: StatusReport, level: Level) -> StatusEntry | None:
    return next((each for each in reversed(report.entries) if each.level == level), None)


def _take(report: StatusReport, entry: StatusEntry, segment: Segment) -> None:
    if segment.id == "NM1":
        if entry.level == "source":
            report.source = segment.get(1)
        elif entry.level == "provider" and segment.get(8) == "XX":
            entry.billing_npi = segment.get(9)
    elif segment.id == "TRN" and segment.get(2):
        entry.trace = segment.get(2)
    elif segment.id == "STC":
        entry.statuses.extend(_statuses(segment))
    elif segment.id == "REF":
        _take_reference(entry, segment)


def _statuses(segment: Segment) -> list[Status]:
    """STC01, STC10 and STC11: the second and third reason stand at the end."""
    return [
        Status(segment.part(number, 1), segment.part(number, 2), segment.part(number, 3) or None)
        for number in (1, 10, 11)
        if segment.part(number, 1)
    ]


def _take_reference(entry: StatusEntry, segment: Segment) -> None:
    qualifier, value = segment.get(1), segment.get(2) or None
    if qualifier == "1K":
        entry.payer_control_number = value
    elif qualifier == "D9":
        entry.clearinghouse_control_number = value
    elif qualifier == "EJ":
        entry.patient_control_number = value
