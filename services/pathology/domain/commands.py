"""What pathology is asked, and what its handlers read beside the state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.pathology.domain.case import Case, Decided
from services.pathology.domain.evidence import Candidate, candidates_of
from services.pathology.domain.matching import Placed, Unplaced, match
from services.pathology.domain.orders import Order
from services.pathology.domain.people import People
from services.pathology.domain.report import Report
from services.pathology.domain.waiting import WaitingTimes


@dataclass(frozen=True, slots=True)
class RecordResult:
    """A result was sent that belongs to this case."""

    report: Report


@dataclass(frozen=True, slots=True)
class MatchResult:
    """A person says which specimen an unmatched result belongs to.

    also: further specimens that one part of the report speaks of, where the lab merged parts.
    """

    result_id: str
    specimen_id: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnmatchResult:
    """A person says that a result does not belong to the specimen it was matched to."""

    result_id: str


@dataclass(frozen=True, slots=True)
class SettleResult:
    """A person decides what a result means that was not understood."""

    result_id: str
    decided: Decided


@dataclass(frozen=True, slots=True)
class TakeWaiting:
    """An order or a patient's facts came: results that wait for them may be taken now."""

    specimen_ids: tuple[str, ...] = ()
    mrns: tuple[str, ...] = ()
    placer_orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MergePatient:
    """The patient of the case goes by another record number now (ADT A40)."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class AwaitMatch:
    """A result waits unmatched: tell when it has waited too long. Asked of the practice's key."""

    result_id: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What a practice knows beside its cases, as far as the inputs at hand may need it.

    waiting: unmatched results that may belong to the cases. elsewhere: specimens of the same
    patients, whichever case has them, so that the only one of its kind is seen to be that.
    """

    waiting: tuple[Report, ...] = ()
    people: People = field(default_factory=People)
    orders: tuple[Order, ...] = ()
    elsewhere: tuple[Candidate, ...] = ()
    times: WaitingTimes = field(default_factory=WaitingTimes)

    @property
    def in_order(self) -> list[Report]:
        """The waiting results in the order in which they are read."""
        return sorted(self.waiting, key=lambda each: each.order)

    def place(self, report: Report, case: Case) -> Placed | Unplaced:
        """Where a report goes, the case as it stands now beside what others have."""
        others = [each for each in self.elsewhere if each.case_id != case.case_id]
        return match(report, [*candidates_of(case), *others], self.people, self.orders)


@dataclass(frozen=True, slots=True)
class References:
    """What the practices know."""

    practices: Mapping[str, Known] = field(default_factory=dict)

    def of(self, practice_id: str) -> Known:
        """What a practice knows."""
        return self.practices.get(practice_id, Known())
