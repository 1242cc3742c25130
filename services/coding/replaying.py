"""Replays at work: page by page, each in one transaction, so that a killed run goes on."""

import asyncio
from concurrent.futures.process import BrokenProcessPool
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding.api.parts import CodingParts
from services.coding.domain.references import References
from services.coding.domain.replay import Replay, proposed
from services.coding.recoding import Recoders, Setting
from services.coding.store import replays
from services.coding.store.fees import load_fees
from services.coding.store.history import history_of
from services.coding.store.policies import load_policies
from shared.telemetry import error_fields, logger

PAGE = 400
"""Claims; what a killed process has to look at again."""
_IDLE_SECONDS = 1.0
_LOG = logger(__name__)


class Replays:
    """Works at the oldest open run, whichever practice asked for it, a page a turn."""

    def __init__(self, parts: CodingParts) -> None:
        self._parts = parts
        self._recoders = Recoders()

    async def run(self) -> None:
        """For ever."""
        try:
            while True:
                if not await self.turn():
                    await self._recoders.end()
                    await asyncio.sleep(_IDLE_SECONDS)
        finally:
            await self.end()

    async def end(self) -> None:
        """End the processes that decide."""
        await self._recoders.end()

    async def turn(self) -> bool:
        """A page of the oldest open run; whether there was one."""
        async with self._parts.database.relay_transaction() as connection:
            open_runs = await replays.open_replays(connection)
        for replay_id, practice_id in open_runs[:1]:
            try:
                await self._page(replay_id, practice_id)
            except BrokenProcessPool as error:
                _LOG.warning("a replay begins its page again", **error_fields(error))
                await self._recoders.end()
        return bool(open_runs)

    async def _page(self, replay_id: UUID, practice_id: str) -> None:
        async with self._parts.database.transaction([practice_id]) as connection:
            run = await replays.find_replay(connection, replay_id, lock=True)
            if run is None or run.state not in replays.RUNNING:
                return
            page = await replays.next_page(connection, run, PAGE)
            if not page:
                await replays.move(connection, replay_id, "done")
                return
            if not self._recoders.knows(run):
                await self._recoders.begin(await self._setting(connection, run))
            history = await history_of(connection, {each.case_id for each in page})
            await replays.keep(connection, run, await self._recoders.decide(page, history))
            done, last = run.done + len(page), page[-1].claim_id
            await replays.move(connection, replay_id, "running", done=done, after_claim=last)

    async def _setting(self, connection: AsyncConnection, run: Replay) -> Setting:
        tables = await self._parts.reference_tables.snapshot(connection)
        fees = await load_fees(connection)
        policies = await load_policies(connection)
        return Setting(run, References(proposed(tables, run.proposal), fees, policies=policies))
