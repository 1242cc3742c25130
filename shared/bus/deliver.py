"""Calls to partners: sent after the commit that decided them, and never twice without asking.

A call's row says `sending` while its sender works. Found so after its lease or after an error, it
is unknown what became of it: the partner is asked for its status first, where it can tell.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic
from uuid import UUID

import asyncpg
import orjson

from shared.bus.apply import DELIVER, apply
from shared.bus.breaker import Breaker
from shared.bus.reasons import is_outage, reason_of, wait_before
from shared.bus.stage import Answered, Asked, R, S, Stage
from shared.db import Database, raw
from shared.kernel.clock import Clock
from shared.telemetry import error_fields, logger, span
from shared.telemetry.metrics import OUTBOUND_CALLS

_POLL_SECONDS = 0.5
_LEASE = timedelta(seconds=15)
_RENEW_SECONDS = 5.0
_SEND_SECONDS = 60
_LOG = logger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """What a sender is given. The same key always stands for the same effect."""

    case_id: UUID
    practice_id: str
    kind: str
    idempotency_key: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the partner said: an HTTP-like status and what the case needs of it."""

    status: int
    response: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Partner:
    """How calls of a kind are made.

    send: raises where it is unknown whether the partner acted. status: what the partner says of an
    earlier sending, None where it never got it; absent, sending again is safe by the key.
    """

    send: Callable[[Call], Awaitable[Answer]]
    status: Callable[[Call], Awaitable[Answer | None]] | None = None


class Deliver(Generic[S, R]):
    """Sends the calls of one service; its partners by kind of call."""

    def __init__(
        self,
        stage: Stage[S, R],
        database: Database,
        clock: Clock,
        partners: Mapping[str, Partner],
    ) -> None:
        self._stage = stage
        self._database = database
        self._clock = clock
        self._partners = partners
        self._breakers = {kind: Breaker(stage.name, kind) for kind in partners}
        self._awake = asyncio.Event()
        database.on_wake(DELIVER, self._awake.set)

    async def deliver(self) -> None:
        """Deliver until the database fails; then call it again."""
        while True:
            self._awake.clear()
            while await self.deliver_once():
                pass
            with suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), _POLL_SECONDS)

    async def deliver_once(self) -> bool:
        """Take the call that is longest due through; whether there was one."""
        row = await self._claim()
        if row is None:
            return False
        call = Call(
            row["case_id"],
            row["practice_id"],
            row["kind"],
            row["idempotency_key"],
            orjson.loads(row["request"]),
        )
        with span("deliver", dermis__case_id=call.case_id, dermis__kind=call.kind):
            try:
                async with self._leased(row["id"]):
                    answer = await self._answer(row, call)
            except Exception as error:  # whatever the sender met, its call stays to be made
                self._breakers[call.kind].failed()
                await self._try_later(row, call, error)
                return True
            if row["before"] != "answered":
                self._breakers[call.kind].answered()
            await self._store(row["id"], answer)
            try:
                await self._bring_home(row["id"], call, answer)
            except Exception as error:
                if is_outage(error):
                    raise
                await self._try_later(row, call, error)
                return True
        OUTBOUND_CALLS.labels(self._stage.name, call.kind, "answered").inc()
        return True

    async def _claim(self) -> asyncpg.Record | None:
        """Lease the call of a partner that is not paused; gives its row as it stood before.

        What was answered already goes home whether its partner pauses or not.
        """
        open_kinds = [kind for kind, breaker in self._breakers.items() if breaker.lets_pass()]
        async with self._database.relay_transaction() as connection:
            return await raw(connection).fetchrow(
                "with due as (select id, status as before from outbound"
                " where next_at <= clock_timestamp() and kind = any($1)"
                " and (kind = any($3) or status = 'answered')"
                " order by next_at limit 1 for update skip locked)"
                " update outbound o set next_at = clock_timestamp() + $2, attempts = attempts + 1,"
                " status = case when o.status = 'answered' then o.status else 'sending' end"
                " from due where o.id = due.id returning o.id, o.case_id, o.practice_id, o.kind,"
                " o.idempotency_key, o.request::text, o.attempts, due.before, o.answer_status,"
                " o.response::text",
                list(self._partners),
                _LEASE,
                open_kinds,
            )

    @asynccontextmanager
    async def _leased(self, outbound_id: UUID) -> AsyncIterator[None]:
        """Keep the call as long as its sender works; the lease of one that was killed runs out."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(_RENEW_SECONDS)
                async with self._database.relay_transaction() as connection:
                    await raw(connection).execute(
                        "update outbound set next_at = clock_timestamp() + $2 where id = $1",
                        outbound_id,
                        _LEASE,
                    )

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError, Exception):  # a lease that ran out is asked for
                await renewing

    async def _answer(self, row: asyncpg.Record, call: Call) -> Answer:
        if row["before"] == "answered":  # only its way home failed
            return Answer(row["answer_status"], orjson.loads(row["response"]))
        partner = self._partners[call.kind]
        async with asyncio.timeout(_SEND_SECONDS):
            if row["before"] != "open" and partner.status is not None:
                known = await partner.status(call)
                if known is not None:
                    return known
            return await partner.send(call)

    async def _store(self, outbound_id: UUID, answer: Answer) -> None:
        async with self._database.relay_transaction() as connection:
            await raw(connection).execute(
                "update outbound set status = 'answered', answer_status = $2,"
                " response = $3::text::jsonb, reason = null where id = $1",
                outbound_id,
                answer.status,
                orjson.dumps(dict(answer.response)).decode(),
            )

    async def _bring_home(self, outbound_id: UUID, call: Call, answer: Answer) -> None:
        """The answer enters its case as a command, and the call is done with it."""
        answered = Answered(call.kind, call.idempotency_key, answer.status, answer.response)
        asked = Asked(answered, message_id=outbound_id)
        async with self._database.transaction([call.practice_id]) as connection:
            now = self._clock.business()
            applied = await apply(connection, self._stage, [(call.case_id, asked)], now)
            applied.result()
            await raw(connection).execute(
                "update outbound set status = 'done', next_at = null where id = $1", outbound_id
            )

    async def _try_later(self, row: asyncpg.Record, call: Call, error: Exception) -> None:
        OUTBOUND_CALLS.labels(self._stage.name, call.kind, "error").inc()
        _LOG.warning("a call failed, will be tried again", kind=call.kind, **error_fields(error))
        async with self._database.relay_transaction() as connection:
            await raw(connection).execute(
                "update outbound set next_at = clock_timestamp() + $2, reason = $3 where id = $1",
                row["id"],
                wait_before(row["attempts"], row["id"].int),
                reason_of(error),
            )
