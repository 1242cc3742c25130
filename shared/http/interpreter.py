"""What becomes of kept messages: read by the service, applied through the bus, state written.

One message, one transaction: its effects and its state commit together, so a crash repeats it.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import orjson
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus.apply import apply
from shared.bus.errors import NotYet, Transient
from shared.bus.outcome import Outcome
from shared.bus.reasons import ATTEMPTS, is_outage, reason_of, wait_before
from shared.bus.stage import Asked
from shared.http import inbox
from shared.http.door import INTERPRETER
from shared.http.intake import is_json
from shared.http.message import Interpreted, Received, State, Trouble, Webhooks
from shared.http.partners import SourceReading, load_reading
from shared.http.parts import Parts
from shared.http.problems import validation_errors
from shared.kernel.refused import Refused
from shared.telemetry import error_fields, logger, metrics, span
from shared.vault import Sealer

_BATCH = 100
_POLL_SECONDS = 0.5
_PAUSE_SECONDS = 1.0
_LOG = logger(__name__)


class Interpreter:
    """Interprets the messages of one service, oldest first: `async with Interpreter(...)`."""

    def __init__(self, parts: Parts[Any, Any], webhooks: Webhooks) -> None:
        self._parts = parts
        self._webhooks = webhooks
        self._woken = asyncio.Event()
        parts.database.on_wake(INTERPRETER, self._woken.set)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._for_ever(), name="interpreter")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _for_ever(self) -> None:
        """Begin again whatever ends it: a database that is gone comes back."""
        while True:
            try:
                await self.run()
            except Exception as error:
                _LOG.warning("begins again", task="interpreter", **error_fields(error))
            metrics.BACKGROUND_RESTARTS.labels(self._parts.stage.name, "interpreter").inc()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def run(self) -> None:
        """Interpret what is due, for ever: woken by new messages, by the clock as a safety net."""
        while True:
            self._woken.clear()
            if await self.interpret_due() < _BATCH:
                try:
                    async with asyncio.timeout(_POLL_SECONDS):
                        await self._woken.wait()
                except TimeoutError:
                    continue

    async def interpret_due(self) -> int:
        """Interpret the messages that are due now; how many there were."""
        async with self._parts.database.relay_transaction() as connection:
            found = await inbox.due(connection, _BATCH)
        for practice_id, message_id in found:
            await self._interpret(practice_id, message_id)
        return len(found)

    async def _interpret(self, practice_id: str, message_id: UUID) -> None:
        try:
            await self._in_one_transaction(practice_id, message_id)
        except Exception as error:
            if is_outage(error) and not isinstance(error, Transient):
                raise
            # What failed has rolled back: only the message's state is written.
            await self._set_aside(practice_id, message_id, error)

    async def _in_one_transaction(self, practice_id: str, message_id: UUID) -> None:
        seal = await self._parts.sealer(practice_id)
        async with self._parts.database.transaction([practice_id]) as connection:
            row = await inbox.take(connection, message_id)
            if row is None:
                return
            parent = {"traceparent": row.traceparent} if row.traceparent else None
            with span("interpret", parent=parent, dermis__message_id=message_id):
                reading = SourceReading()
                if self._webhooks.partners:
                    reading = await load_reading(connection, row.source_id)
                message = inbox.received(row, seal, reading)
                try:
                    read = self._rehearse if row.test else self._webhooks.interpret
                    meant = await read(connection, message, seal)
                except (Refused, ValidationError) as error:
                    meant = Interpreted(
                        row.kind or row.format, state="failed", problems=_troubles(error, message)
                    )
                outcomes = await self._apply(connection, practice_id, message_id, meant)
            state, troubles = _judge(meant, outcomes)
            await inbox.settle(
                connection,
                message_id,
                state=state,
                kind=meant.kind,
                case_id=meant.case_id,
                events=[event for outcome in outcomes for event in outcome.events],
                problems=troubles,
            )
            if state == "waiting":
                await inbox.postpone(connection, message_id, _pause(row.attempts, message_id))
        self._tell(message_id, meant.case_id, meant.kind, state)

    async def _rehearse(
        self, connection: AsyncConnection, message: Received, seal: Sealer
    ) -> Interpreted:
        """Read a test message as any other, and leave nothing of what reading it wrote."""
        async with connection.begin_nested() as attempt:
            meant = await self._webhooks.interpret(connection, message, seal)
            await attempt.rollback()
        says = Trouble("test-message", "a test message is read and never applied")
        return Interpreted(meant.kind, state="ignored", problems=[*meant.problems, says])

    async def _apply(
        self,
        connection: AsyncConnection,
        practice_id: str,
        message_id: UUID,
        meant: Interpreted,
    ) -> Sequence[Outcome]:
        if not meant.commands:
            return ()
        inputs = [(case, Asked(command, message_id)) for case, command in meant.commands]
        now = self._parts.clock.business()
        applied = await apply(connection, self._parts.stage, inputs, now, practice_id=practice_id)
        return applied.outcomes

    async def _set_aside(self, practice_id: str, message_id: UUID, error: Exception) -> None:
        async with self._parts.database.transaction([practice_id]) as connection:
            row = await inbox.take(connection, message_id)
            if row is None:
                return
            if isinstance(error, Transient) and row.attempts < ATTEMPTS:
                await inbox.postpone(connection, message_id, _pause(row.attempts, message_id))
                return
            await inbox.settle(
                connection,
                message_id,
                state="failed",
                kind=None,
                case_id=None,
                events=(),
                problems=[Trouble("interpreter-fault", reason_of(error))],
            )
        _LOG.error("message_failed", message_id=str(message_id), **error_fields(error))
        metrics.MESSAGES_INTERPRETED.labels(self._parts.stage.name, "failed").inc()

    def _tell(self, message_id: UUID, case_id: UUID | None, kind: str, state: State) -> None:
        metrics.MESSAGES_INTERPRETED.labels(self._parts.stage.name, state).inc()
        _LOG.info(
            "message_interpreted",
            message_id=str(message_id),
            case_id=str(case_id) if case_id else None,
            kind=kind,
            state=state,
        )


def _judge(meant: Interpreted, outcomes: Sequence[Outcome]) -> tuple[State, list[Trouble]]:
    """The state of a message and its problems, from what its commands met."""
    state: State = meant.state
    troubles = list(meant.problems)
    for outcome in outcomes:
        error = outcome.error
        if error is None:
            continue
        if isinstance(error, NotYet):
            troubles.append(Trouble("waiting", f"waits for {error.waiting_for}"))
            state = "waiting" if state != "failed" else state
        elif isinstance(error, Refused):
            troubles.append(Trouble(error.code, error.reason, error.field))
            state = "failed"
        else:
            raise error
    return state, troubles


def _troubles(error: Refused | ValidationError, message: Received) -> list[Trouble]:
    if isinstance(error, Refused):
        return [Trouble(error.code, error.reason, error.field)]
    faults = error.errors(include_input=False, include_context=False, include_url=False)
    document = orjson.loads(message.body) if is_json(message.media_type) else None
    return [
        Trouble("contract", fault["says"], fault["pointer"])
        for fault in validation_errors(faults, document)
    ]


def _pause(attempts: int, message_id: UUID) -> float:
    return wait_before(attempts + 1, message_id.int).total_seconds()
