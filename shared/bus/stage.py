"""What a service brings to the bus, and what the bus hands to it.

A service is a `Stage`: a state per case, a table of handlers, the references its rules read and a
`save` that keeps its own tables. A handler is pure: `(state, input, now, references) -> Decision`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.event import Event

S = TypeVar("S")
R = TypeVar("R")
D = TypeVar("D")
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Heard(Generic[E]):
    """An event of another service. `n` is its number on (topic, case); None when redriven.

    `cause_id` is the event or message that made its service emit it, where one did.
    """

    data: E
    event_id: UUID
    n: int | None
    cause_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Asked(Generic[D]):
    """A command: from REST, from an interpreted message, from a partner's answer.

    `message_id` names what it came from (webhook message, outbound call, request id).
    """

    data: D
    message_id: UUID | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A timer of the case has come due. `kind` carries its object after the colon."""

    kind: str
    due_at: datetime


Input: TypeAlias = Heard[Any] | Asked[Any] | Due


@dataclass(frozen=True, slots=True)
class Outbound:
    """A call to a partner, delivered after commit by a worker with this idempotency key."""

    kind: str
    idempotency_key: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """The command by which a delivered `Outbound` returns to its case (as `Asked[Answered]`)."""

    kind: str
    idempotency_key: str
    status: int
    response: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision(Generic[S]):
    """What a handler decided: nothing has happened yet.

    emit: events to publish, in order. send: calls to partners. timers: kind -> due instant, or None
    to clear. met: facts now known that wake inputs parked with `NotYet`. answer: what a command
    gets back.
    """

    state: S
    emit: Sequence[Event] = ()
    send: Sequence[Outbound] = ()
    timers: Mapping[str, datetime | None] = field(default_factory=dict)
    met: Sequence[str] = ()
    answer: Any = None


Handler: TypeAlias = Callable[[S, Any, datetime, R], Decision[S]]
Handlers: TypeAlias = Mapping[type[Any] | str, Callable[[S, Any, datetime, R], Decision[S]]]


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """One case as a transaction found it and leaves it: what `Stage.save` projects into tables."""

    case_id: UUID
    practice_id: str
    before: S
    after: S
    version: int
    emitted: Sequence[tuple[UUID, Event]]


@dataclass(frozen=True, slots=True)
class Stage(Generic[S, R]):
    """A service, as the bus sees it.

    initial: the state of a case not seen before, from (case_id, practice_id).
    references: everything the handlers of this batch read beside the state (tables, other cases'
    facts), loaded inside the transaction before the first handler runs.
    save: writes the service's own tables for the changed cases, inside the same transaction.
    waits: how long an event may wait for a fact (`NotYet`) in business time before it is overdue,
    three days where unsaid; a handler under "waiting" then hears `Due("waiting:<topic>:<n>")`.
    """

    name: str
    state_type: type[S]
    initial: Callable[[UUID, str], S]
    handlers: Handlers[S, R]
    references: Callable[[AsyncConnection, Sequence[tuple[UUID, Input]]], Awaitable[R]]
    save: Callable[[AsyncConnection, Sequence[Change[S]]], Awaitable[None]]
    waits: Mapping[type[Event], timedelta] = field(default_factory=dict)
