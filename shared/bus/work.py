"""The values a transaction of the bus works with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeAlias
from uuid import UUID

from shared.bus.envelope import FIRST_GENERATION, Message
from shared.bus.stage import Input, S
from shared.contracts.event import Event

Place: TypeAlias = tuple[str, UUID]
"""A topic and a case: where events are numbered."""

ParkedKey: TypeAlias = tuple[str, UUID, int, int]
"""Topic, case, number and generation: what a parked row is known by."""

TimerKey: TypeAlias = tuple[UUID, str]
"""A case and a timer's kind."""


@dataclass(slots=True)
class Numbers:
    """What is known of the numbers of a topic and case.

    last: the last one applied, in its generation. open: those of parked events that will be tried.
    kept: every parked number with its generation, whatever became of the event.
    """

    last: int = 0
    generation: int = FIRST_GENERATION
    open: set[int] = field(default_factory=set)
    kept: set[tuple[int, int]] = field(default_factory=set)


@dataclass(slots=True)
class Parked:
    """A parked event as it stands or will stand. `next_in` is wall time from the write."""

    message: Message
    kind: str
    reason: str
    status: str = "open"
    attempts: int = 0
    next_in: timedelta | None = None
    waiting_for: str | None = None
    deadline_at: datetime | None = None
    redriven: bool = False

    @property
    def key(self) -> ParkedKey:
        """What its row is known by."""
        message = self.message
        return message.topic, message.case_id, message.n, message.generation


@dataclass(slots=True)
class Item:
    """One input on its way in.

    message: the envelope of an event. parked: the row it comes from, where it was parked.
    unreadable: why its body gave no event, or must not be read at all.
    """

    case_id: UUID
    practice_id: str
    input: Input | None
    message: Message | None = None
    parked: Parked | None = None
    unreadable: Exception | None = None


@dataclass(slots=True)
class Case(Generic[S]):
    """A locked case row, as found and as decided so far. new: it holds no state yet."""

    practice_id: str
    version: int
    before: S
    state: S
    new: bool
    touched: bool = False


@dataclass(frozen=True, slots=True)
class Emission:
    """An event to be numbered and put into the outbox; `index` is its input's."""

    event: Event
    index: int
    case_id: UUID
    cause_id: UUID | None
    case_version: int
    trace: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Timer:
    """When a timer is due (None: gone); after a failure, what failed and when to try again."""

    due_at: datetime | None
    attempts: int = 0
    next_in: timedelta | None = None
    reason: str | None = None
