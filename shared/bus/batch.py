"""What one transaction decides on the rows it has locked, before anything is written.

No I/O and no clock: the inputs go through `take` one after another, and what is to be written
collects in the fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic
from uuid import UUID

from pydantic import ValidationError

from shared.bus.envelope import FIRST_GENERATION, Message
from shared.bus.errors import NotYet, Permanent, Renumbered
from shared.bus.outcome import Outcome, Status
from shared.bus.reasons import ATTEMPTS, reason_of, wait_before
from shared.bus.stage import Asked, Decision, Due, Heard, Input, Outbound, R, S, Stage
from shared.bus.tracing import handling
from shared.bus.work import (
    Case,
    Emission,
    Item,
    Numbers,
    Parked,
    ParkedKey,
    Place,
    Timer,
    TimerKey,
)
from shared.kernel.ids import practice_key
from shared.kernel.refused import Refused
from shared.telemetry import trace_headers

_WAIT = timedelta(days=3)


@dataclass(slots=True)
class Batch(Generic[S, R]):
    """The rows of a transaction and what its inputs make of them.

    now: business time. wall: wall time. numbers: what was heard, per topic and case.
    due_timers: the timers that inputs say are due, as their rows stand.
    """

    stage: Stage[S, R]
    now: datetime
    wall: datetime
    cases: dict[UUID, Case[S]]
    numbers: dict[Place, Numbers]
    due_timers: dict[TimerKey, Timer]

    moved: set[Place] = field(default_factory=set)
    emissions: list[Emission] = field(default_factory=list)
    timers: dict[TimerKey, Timer] = field(default_factory=dict)
    outbound: list[tuple[UUID, Outbound]] = field(default_factory=list)
    parked: dict[ParkedKey, Parked] = field(default_factory=dict)
    unparked: set[ParkedKey] = field(default_factory=set)
    next_gaps: set[tuple[Place, int]] = field(default_factory=set)
    met: set[str] = field(default_factory=set)

    def take(self, index: int, item: Item, references: R) -> Outcome:
        """Decide one input on the state that the inputs before it left."""
        case = self.cases.get(item.case_id)
        if case is None or case.practice_id != item.practice_id:
            return self._refuse_foreign(item)
        if item.message is not None:
            return self._hear(index, item, item.message, case, references)
        if isinstance(item.input, Due):
            return self._come_due(index, item, item.input, case, references)
        try:
            return self._decide(index, item, case, references)
        except Exception as error:  # a command's failure is its answer
            return Outcome(Status.FAILED, error=error)

    def set_aside(self, item: Item, error: Exception) -> Outcome:
        """Keep an input whose decision the database refused: nothing else of it is written."""
        if item.message is not None:
            return self._park(item, item.message, error)
        if isinstance(item.input, Due):
            return self._postpone(item.case_id, item.input, error)
        return Outcome(Status.FAILED, error=error)

    @property
    def empty(self) -> bool:
        """Whether nothing is to be written."""
        writes = (self.moved, self.emissions, self.timers, self.outbound, self.parked)
        changed = any(case.touched for case in self.cases.values())
        return not (any(writes) or self.unparked or self.met or changed)

    def _hear(
        self, index: int, item: Item, message: Message, case: Case[S], references: R
    ) -> Outcome:
        place = (message.topic, message.case_id)
        numbers = self.numbers.setdefault(place, Numbers())
        if not _without_number(item):
            known = item.parked is None and message.n in numbers.open
            if message.n <= numbers.last or known:
                return self._repeat(item, message, numbers)
            if message.n > numbers.last + 1:
                return self._leave_gap(item, message)
        try:
            if item.unreadable is not None:
                raise item.unreadable
            outcome = self._decide(index, item, case, references)
        except Exception as error:  # one event's failure never stops the others
            return self._park(item, message, error)
        if item.parked is not None:
            self._unpark(item.parked, numbers)
        self._advance(place, message)
        return outcome

    def _repeat(self, item: Item, message: Message, numbers: Numbers) -> Outcome:
        """A number heard before: the same event, or another of a service that was restored.

        Which it is, the generation tells: what it numbered again must not be dropped in silence.
        """
        known = item.parked is not None or (message.n, message.generation) in numbers.kept
        if known or message.generation <= numbers.generation:
            return Outcome(Status.DUPLICATE)
        error = Renumbered("its number was given out before its service was restored from a backup")
        row = Parked(message, "retry", str(error), status="dead", attempts=1)
        self.parked[row.key] = row
        numbers.kept.add((message.n, message.generation))
        return Outcome(Status.PARKED, error=error, dead=True)

    def _unpark(self, row: Parked, numbers: Numbers) -> None:
        """What was parked is applied; its row goes, unless only the row can tell a repeat of it."""
        message = row.message
        self._clear_deadline(row)
        numbers.open.discard(message.n)
        if message.n <= numbers.last and message.generation > FIRST_GENERATION:
            row.status, row.next_in, row.redriven = "applied", None, False
            self.parked[row.key] = row
        else:
            self.unparked.add(row.key)

    def _come_due(self, index: int, item: Item, due: Due, case: Case[S], references: R) -> Outcome:
        key = (item.case_id, due.kind)
        timer = self.due_timers.get(key)
        if timer is None or timer.due_at is None or timer.due_at > self.now:
            return Outcome(Status.IGNORED)
        self._set_timer(key, Timer(None))
        try:
            return self._decide(index, item, case, references)
        except Exception as error:  # the timer stays, and is tried again
            self.due_timers[key] = timer
            return self._postpone(item.case_id, due, error)

    def _decide(self, index: int, item: Item, case: Case[S], references: R) -> Outcome:
        handler = self.stage.handlers.get(_handler_key(item.input))
        if handler is None:
            if isinstance(item.input, Asked):
                raise TypeError(f"{self.stage.name} has no handler for this command")
            return Outcome(Status.IGNORED)
        with handling(self.stage.name, item.case_id, item.message, self.wall):
            decision = handler(case.state, item.input, self.now, references)
            trace = trace_headers() if decision.emit else {}
        self._check(item, decision)
        self._accept(index, item, case, decision, trace)
        return Outcome(Status.APPLIED, answer=decision.answer)

    def _check(self, item: Item, decision: Decision[S]) -> None:
        """What breaks one of these is a bug of the handler, found before it is written."""
        for event in decision.emit:
            if event.owner != self.stage.name:
                raise TypeError(f"{self.stage.name} does not own {event.topic}")
            if event.practice_id != item.practice_id:
                raise TypeError(f"{event.topic} of another practice than its case")
            if event.case_id not in (item.case_id, practice_key(item.practice_id)):
                raise TypeError(f"{event.topic} of another case than its input")

    def _accept(
        self,
        index: int,
        item: Item,
        case: Case[S],
        decision: Decision[S],
        trace: Mapping[str, str],
    ) -> None:
        if case.new or decision.emit or decision.state != case.state:
            case.version += 1
            case.touched, case.new = True, False
            case.state = decision.state
        self.emissions.extend(
            Emission(event, index, item.case_id, _cause(item.input), case.version, trace)
            for event in decision.emit
        )
        for kind, due_at in decision.timers.items():
            self._set_timer((item.case_id, kind), Timer(due_at))
        self.outbound.extend((item.case_id, call) for call in decision.send)
        self.met.update(decision.met)

    def _leave_gap(self, item: Item, message: Message) -> Outcome:
        if item.parked is None:
            row = Parked(message, "gap", "an earlier number is missing")
            numbers = self.numbers[message.topic, message.case_id]
            numbers.open.add(message.n)
            numbers.kept.add((message.n, message.generation))
            self.parked[row.key] = row
        elif item.parked.next_in is not None:
            item.parked.next_in = None  # it is woken again when its predecessor is applied
            self.parked[item.parked.key] = item.parked
        return Outcome(Status.PARKED)

    def _park(self, item: Item, message: Message, error: Exception) -> Outcome:
        if item.parked is None and _without_number(item):
            return Outcome(Status.FAILED, error=error)
        row = item.parked or Parked(message, "retry", "")
        row.reason, row.status, row.kind = reason_of(error), "open", "retry"
        row.next_in = row.waiting_for = None
        if isinstance(error, NotYet):
            self._wait(item, row, error)
        else:
            row.attempts += 1
            if isinstance(error, Permanent | Refused | ValidationError) or row.attempts >= ATTEMPTS:
                row.status = "dead"
            else:
                row.next_in = wait_before(row.attempts, message.event_id.int)
        self.parked[row.key] = row
        numbers = self.numbers.setdefault((message.topic, message.case_id), Numbers())
        numbers.kept.add((message.n, message.generation))
        dead = row.status == "dead"
        if dead:
            numbers.open.discard(message.n)
            self._clear_deadline(row)
            self._advance((message.topic, message.case_id), message)
        else:
            numbers.open.add(message.n)
        return Outcome(Status.PARKED, error=error, dead=dead)

    def _wait(self, item: Item, row: Parked, error: NotYet) -> None:
        row.kind, row.waiting_for = "waiting", error.waiting_for
        if row.deadline_at is None:
            kind = type(item.input.data) if isinstance(item.input, Heard) else None
            wait = self.stage.waits.get(kind, _WAIT) if kind else _WAIT
            row.deadline_at = self.now + wait
            self._set_timer(_deadline(row), Timer(row.deadline_at))

    def _clear_deadline(self, row: Parked) -> None:
        if row.deadline_at is not None:
            self._set_timer(_deadline(row), Timer(None))
            row.deadline_at = None

    def _postpone(self, case_id: UUID, due: Due, error: Exception) -> Outcome:
        timer = self.due_timers.get((case_id, due.kind), Timer(due.due_at))
        attempts = timer.attempts + 1
        wait = wait_before(attempts, case_id.int)
        again = Timer(timer.due_at, attempts, wait, reason_of(error))
        self.timers[case_id, due.kind] = again
        return Outcome(Status.PARKED, error=error)

    def _set_timer(self, key: TimerKey, timer: Timer) -> None:
        self.timers[key] = self.due_timers[key] = timer

    def _advance(self, place: Place, message: Message) -> None:
        numbers = self.numbers[place]
        if message.n != numbers.last + 1:
            return
        numbers.last, numbers.generation = message.n, message.generation
        self.moved.add(place)
        if message.n + 1 in numbers.open:
            self.next_gaps.add((place, message.n + 1))

    def _refuse_foreign(self, item: Item) -> Outcome:
        """Another practice's case: it can be neither seen nor counted, only shown as dead."""
        refused = Refused("case-of-another-practice", "the case belongs to another practice")
        if item.message is not None:
            row = Parked(item.message, "retry", str(refused), status="dead", attempts=1)
            self.parked[row.key] = row
        return Outcome(Status.FAILED, error=refused, dead=item.message is not None)


def _without_number(item: Item) -> bool:
    """Whether the event is applied whatever the cursor says: its parked row is the right to it."""
    if item.parked is not None:
        return item.parked.redriven
    return isinstance(item.input, Heard) and item.input.n is None


def _handler_key(given: Input | None) -> Any:  # noqa: ANN401 - a class or a timer's name
    if isinstance(given, Due):
        return given.kind.partition(":")[0]
    return type(given.data) if given is not None else None


def _cause(given: Input | None) -> UUID | None:
    if isinstance(given, Heard):
        return given.event_id
    return given.message_id if isinstance(given, Asked) else None


def _deadline(row: Parked) -> TimerKey:
    message = row.message
    return message.case_id, f"waiting:{message.topic}:{message.n}"
