"""277CA (005010X214) and 277 (005010X212): what became of each claim before money is decided."""

from dataclasses import dataclass, field
from typing import Literal

from shared.x12.envelope import TransactionSet
from shared.x12.segments import Segment

Kind = Literal["277ca", "277"]
Level = Literal["source", "receiver", "provider", "claim"]

# The guide in force and the one of 4010 that some clearinghouses still send.
_CLAIM_ACKNOWLEDGEMENTS = ("X214", "X167")
_CLAIM_ACKNOWLEDGEMENT_PURPOSE = "0085"
_LEVELS: dict[str, Level] = {"20": "source", "21": "receiver", "19": "provider"}


@dataclass(frozen=True, slots=True)
class Status:
    """One category and status of an STC; a second and third stand in STC10 and STC11."""

    category: str
    status: str
    entity: str | None


@dataclass(slots=True)
class StatusEntry:
    """What one hierarchical level says. A claim's `line_statuses` are what its lines say.

    `source` is NM101 of the sender above it: PR the payer, AY a clearinghouse. `trace` is TRN02:
    our CLM01 at claim level of a 277CA, our batch id (BHT03) at receiver level.
    """

    level: Level
    source: str = ""
    statuses: list[Status] = field(default_factory=list)
    line_statuses: list[Status] = field(default_factory=list)
    trace: str | None = None
    patient_control_number: str | None = None
    payer_control_number: str | None = None
    clearinghouse_control_number: str | None = None
    billing_npi: str | None = None
    receiver: "StatusEntry | None" = None

    @property
    def everything(self) -> list[Status]:
        """Every reason of the level and of the lines below it."""
        return self.statuses + self.line_statuses


@dataclass(slots=True)
class StatusReport:
    """One 277 or 277CA; `complete` unless the file was cut off."""

    kind: Kind
    entries: list[StatusEntry] = field(default_factory=list)
    complete: bool = True


def read_status_report(found: TransactionSet) -> StatusReport:
    """Read one 277 transaction set; the guide tells a 277CA from a 277, never ST01."""
    reader = _Reader(StatusReport(_kind(found), complete=found.complete))
    for segment in found.segments:
        reader.take(segment)
    return reader.report


def _kind(found: TransactionSet) -> Kind:
    """By the guide; a file that names none tells by its BHT01."""
    if found.guide:
        return "277ca" if found.guide[6:10] in _CLAIM_ACKNOWLEDGEMENTS else "277"
    purpose = next((each.get(1) for each in found.segments if each.id == "BHT"), "")
    return "277ca" if purpose == _CLAIM_ACKNOWLEDGEMENT_PURPOSE else "277"


class _Reader:
    """Walks one set; the state is which level, and which line of a claim, comes next."""

    def __init__(self, report: StatusReport) -> None:
        self.report = report
        self._above: dict[Level, StatusEntry] = {}
        self._current: StatusEntry | None = None
        self._in_line = False

    def take(self, segment: Segment) -> None:
        if segment.id == "HL":
            self._open(_LEVELS.get(segment.get(3), "claim"))
        elif self._current is not None:
            self._take_in(self._current, segment)

    def _open(self, level: Level) -> None:
        source = self._above.get("source")
        entry = StatusEntry(level, source.source if source else "")
        if level in ("claim", "provider"):
            entry.receiver = self._above.get("receiver")
        self._above[level] = entry
        self.report.entries.append(entry)
        self._current, self._in_line = entry, False

    def _take_in(self, entry: StatusEntry, segment: Segment) -> None:
        if segment.id == "NM1":
            if entry.level == "source":
                entry.source = segment.get(1)
            elif entry.level == "provider" and segment.get(8) == "XX":
                entry.billing_npi = segment.get(9) or None
        elif segment.id == "TRN" and segment.get(2):
            self._take_trace(entry, segment.get(2))
        elif segment.id == "SVC":
            self._in_line = True
        elif segment.id == "STC":
            (entry.line_statuses if self._in_line else entry.statuses).extend(_statuses(segment))
        elif segment.id == "REF" and not self._in_line:
            _take_reference(entry, segment)

    def _take_trace(self, entry: StatusEntry, trace: str) -> None:
        """A level may answer several claims, one TRN after the other."""
        if entry.level == "claim" and entry.trace is not None:
            self._open("claim")
            entry = self.report.entries[-1]
        entry.trace = trace


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
