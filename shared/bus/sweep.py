"""The sweep: timers that came due and parked events whose time has come, through `apply`.

The finders see every practice under the relay's role; what they find is applied under the
service's role after its case is locked and its row read again.
"""

import asyncio
from contextlib import suppress
from typing import Generic

from shared.bus import rows
from shared.bus.apply import SWEEP, transact
from shared.bus.outcome import Status
from shared.bus.stage import Due, R, S, Stage
from shared.bus.work import Item
from shared.db import Database, raw
from shared.kernel.clock import Clock
from shared.telemetry.metrics import PARKED, TIMERS_FIRED

_BATCH = 500
_PLACES = 100
_POLL_SECONDS = 0.5


class Sweep(Generic[S, R]):
    """Looks every half second, and at once when a commit of this process woke an event."""

    def __init__(self, stage: Stage[S, R], database: Database, clock: Clock) -> None:
        self._stage = stage
        self._database = database
        self._clock = clock
        self._awake = asyncio.Event()
        database.on_wake(SWEEP, self._awake.set)

    async def sweep(self) -> None:
        """Sweep until the database fails; then call it again."""
        while True:
            self._awake.clear()
            while await self.sweep_once():
                pass
            with suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), _POLL_SECONDS)

    async def sweep_once(self) -> int:
        """Apply what is due now; gives how much that was."""
        return await self._fire_timers() + await self._retry_parked()

    async def count_parked(self) -> None:
        """Bring the gauge of parked events up to date."""
        async with self._database.relay_transaction() as connection:
            counts = await raw(connection).fetch(
                "select kind, status, count(*) from parked group by kind, status"
            )
        PARKED.clear()
        for kind, status, count in counts:
            PARKED.labels(self._stage.name, kind, status).set(count)

    async def _fire_timers(self) -> int:
        now = self._clock.business()
        async with self._database.relay_transaction() as connection:
            found = await raw(connection).fetch(
                "select case_id, kind, practice_id, due_at from timer where due_at <= $1"
                " and (next_at is null or next_at <= clock_timestamp())"
                " order by due_at, case_id, kind limit $2",
                now,
                _BATCH,
            )
        if not found:
            return 0
        items = [
            Item(case_id, practice_id, Due(kind, due_at))
            for case_id, kind, practice_id, due_at in found
        ]
        async with self._database.transaction({item.practice_id for item in items}) as connection:
            outcomes = await transact(connection, self._stage, items, now)
        for (_, kind, _, _), outcome in zip(found, outcomes, strict=True):
            if outcome.status is Status.APPLIED:
                TIMERS_FIRED.labels(self._stage.name, kind.partition(":")[0]).inc()
        return len(found)

    async def _retry_parked(self) -> int:
        async with self._database.relay_transaction() as connection:
            found = await raw(connection).fetch(
                "select topic, case_id, practice_id from parked where status = 'open'"
                " and next_at <= clock_timestamp() order by next_at limit $1",
                _PLACES,
            )
        if not found:
            return 0
        practices = {case_id: practice_id for _, case_id, practice_id in found}
        places = list({(topic, case_id) for topic, case_id, _ in found})
        async with self._database.transaction(practices.values()) as connection:
            await rows.lock_cases(raw(connection), self._stage, practices)
            parked = await rows.load_parked(raw(connection), places, _BATCH)
            items = [
                Item(row.message.case_id, row.message.practice_id, None, row.message, row)
                for row in parked
            ]
            await transact(connection, self._stage, items, self._clock.business())
        return len(found)
