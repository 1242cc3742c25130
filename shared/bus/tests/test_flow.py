"""Three services over the real broker: what one says, the next echoes, the last notes."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from time import monotonic

import asyncpg
import pytest
import pytest_asyncio

from deploy.local.brokers import LocalBroker
from shared.bus import parked, silence
from shared.bus.apply import apply
from shared.bus.broker import Broker
from shared.bus.parked import Which
from shared.bus.runner import Runner
from shared.bus.stage import Asked
from shared.db import Database
from shared.kernel import ids
from shared.kernel.clock import Clock
from shared.telemetry.metrics import REWINDS
from shared.testing import toy

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
PATIENCE = 60.0


class Flow:
    """The three services running in this process."""

    def __init__(
        self,
        url: str,
        databases: dict[str, Database],
        runners: dict[str, Runner[toy.Case, None]],
    ) -> None:
        self.url = url
        self.databases = databases
        self.runners = runners
        # the log of the session holds the cases of other tests too
        self.practice = f"north-{secrets.token_hex(3)}"

    async def say(self, *words: str, case: str = "V-1", practice: str | None = None) -> None:
        practice = practice or self.practice
        case_id = ids.case_id(practice, case)
        inputs = [(case_id, Asked(toy.Say(word))) for word in words]
        mouth = self.databases[toy.MOUTH]
        await apply(mouth, toy.stage(toy.MOUTH), inputs, NOW, practice_id=practice)

    async def noted(self, case: str = "V-1", practice: str | None = None) -> list[str]:
        """The words the last service took for a case, in its order."""
        rows = await self._query(
            f"select word from {toy.EAR}.effects where case_id = $1 order by seq",
            ids.case_id(practice or self.practice, case),
        )
        return [row["word"] for row in rows]

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                if await condition():
                    return
                await asyncio.sleep(0.1)

    async def _query(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.url)
        try:
            return await connection.fetch(statement, *arguments)
        finally:
            await connection.close()


@pytest_asyncio.fixture
async def flow(
    fresh_url: str,
    toy_database: Callable[[str], Awaitable[Database]],
    kafka_bootstrap: str,
) -> AsyncIterator[Flow]:
    broker = Broker(kafka_bootstrap)
    async with AsyncExitStack() as running:
        databases = {name: await toy_database(name) for name in (toy.MOUTH, toy.WALL, toy.EAR)}
        runners = {
            name: Runner(toy.stage(name), database, broker, Clock())
            for name, database in databases.items()
        }
        for runner in runners.values():
            await running.enter_async_context(runner)
        yield Flow(fresh_url, databases, runners)


async def test_words_arrive_once_and_in_order_also_over_a_lost_log(
    flow: Flow, broker: LocalBroker
) -> None:
    words = [f"w{n}" for n in range(50)]
    for case in ("V-1", "V-2"):
        for start in range(0, 50, 7):
            await flow.say(*words[start : start + 7], case=case)

    async def all_there() -> bool:
        return len(await flow.noted("V-1")) >= 50 and len(await flow.noted("V-2")) >= 50

    await flow.until(all_there)
    assert await flow.noted("V-1") == words
    assert await flow.noted("V-2") == words
    for name in (toy.WALL, toy.EAR):
        assert REWINDS.labels(name)._value.get() == 0

    await asyncio.to_thread(broker.stop)
    await asyncio.to_thread(broker.forget)
    await flow.say("while it is gone")
    await asyncio.to_thread(broker.start)
    await flow.say("after")

    async def two_more() -> bool:
        return len(await flow.noted("V-1")) >= 52

    await flow.until(two_more)
    await asyncio.sleep(2)  # the whole history passes once more
    assert await flow.noted("V-1") == [*words, "while it is gone", "after"]
    assert await flow.noted("V-2") == words
    for name in (toy.WALL, toy.EAR):
        assert REWINDS.labels(name)._value.get() > 0


async def test_a_member_whose_fetches_have_died_begins_again(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "_SILENT_SECONDS", 1.0)
    await flow.say("before")

    async def first_there() -> bool:
        return await flow.noted() == ["before"]

    await flow.until(first_there)
    member = flow.runners[toy.EAR].consumer._client
    assert member is not None
    member._fetcher._fetch_task.cancel()  # as a fault of the library would: nothing is raised
    await flow.say("after")

    async def second_there() -> bool:
        return await flow.noted() == ["before", "after"]

    await flow.until(second_there)


async def test_work_that_a_library_cancelled_begins_again(
    toy_database: Callable[[str], Awaitable[Database]], kafka_bootstrap: str
) -> None:
    begun: asyncio.Queue[None] = asyncio.Queue()

    async def work() -> None:
        begun.put_nowait(None)
        raise asyncio.CancelledError  # as a client's `stop()` does when its own task was cancelled

    database, broker = await toy_database(toy.MOUTH), Broker(kafka_bootstrap)
    stage = toy.stage(toy.MOUTH)
    async with asyncio.timeout(20), Runner(stage, database, broker, Clock(), work={"odd": work}):
        await begun.get()
        await begun.get()


async def test_hearing_pauses_at_the_limit_on_dead_letters_and_goes_on_when_lifted(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "_SILENT_SECONDS", 0.5)
    wall = flow.runners[toy.WALL]
    wall.limit.an_hour = 1
    await flow.say("permanent", case="V-1")

    async def is_paused() -> bool:
        member = wall.consumer._client
        return member is not None and member.paused() == member.assignment() != set()

    await flow.until(is_paused)
    member, paused_at = wall.consumer._client, monotonic()
    await flow.say("behind it", case="V-2")

    async def is_published() -> bool:
        return not await flow._query(f"select 1 from {toy.MOUTH}.outbox where published_at is null")

    await flow.until(is_published)

    async def has_watched_twice() -> bool:
        return monotonic() - paused_at > 2.2

    await flow.until(has_watched_twice)
    assert await flow.noted("V-2") == []
    assert wall.consumer.assigned
    assert wall.consumer._client is member

    async with flow.databases[toy.WALL].transaction([flow.practice]) as connection:
        await parked.discard(connection, Which(status="dead"), actor="ana", reason="mended")
    await wall.limit.look()

    async def is_heard() -> bool:
        return await flow.noted("V-2") == ["behind it"]

    await flow.until(is_heard)
    assert wall.consumer._client is member
