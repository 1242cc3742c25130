"""An event that ends the process which applies it is found and set aside; nothing else is."""

from datetime import UTC, datetime

import asyncpg
from aiokafka import TopicPartition

from shared.bus.apply import transact
from shared.bus.envelope import message
from shared.bus.errors import Permanent
from shared.bus.guard import Guard, Mark
from shared.bus.work import Item
from shared.db import Database
from shared.kernel import ids
from shared.testing import toy

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
CASE = ids.case_id("north", "V-1")
AT = TopicPartition("dermis.toy_said.v1", 0)
OTHER = TopicPartition("dermis.toy_said.v1", 1)


def mark(offset: int, log: str = "first") -> Mark:
    return Mark(offset, ids.derived_id(log, offset))


async def a_life(wall: Database, *, deadly: int, first: int = 5) -> tuple[str, list[int]]:
    """One run of a consumer whose process ends at the record `deadly`.

    How it ended: "killed", or the record set aside and everything else through.
    """
    guard = Guard("toy_wall-0", wall)
    await guard.begin()
    aside = []
    step = 1 if guard.alone else 10
    for start in range(first, first + 20, step):
        batch = range(start, start + step)
        if guard.on and guard.ends_the_process(AT, mark(start)):
            aside.append(start)
            continue
        if guard.on:
            await guard.before({AT: mark(start)})
        if deadly in batch:
            return "killed", aside
    if guard.on:
        await guard.passed()
    await guard.end()
    return "ended", aside


async def test_after_three_tries_records_go_alone_and_the_deadly_one_aside(
    wall: Database, owner: asyncpg.Connection
) -> None:
    lives = [await a_life(wall, deadly=8) for _ in range(6)]
    assert lives == [("killed", [])] * 5 + [("ended", [8])]
    assert await owner.fetchval("select count(*) from inflight") == 0
    assert await owner.fetchval("select count(*) from consumer_run") == 0


async def test_a_clean_run_writes_nothing_before_its_batches(
    wall: Database, owner: asyncpg.Connection
) -> None:
    for _ in range(2):
        guard = Guard("toy_wall-0", wall)
        await guard.begin()
        assert not guard.on
        await guard.end()
    assert await owner.fetchval("select count(*) from consumer_run") == 0


async def test_another_instances_end_says_nothing_of_this_one(wall: Database) -> None:
    await Guard("toy_wall-0", wall).begin()  # and is killed
    second = Guard("toy_wall-1", wall)
    await second.begin()
    assert not second.on
    again = Guard("toy_wall-0", wall)
    await again.begin()
    assert again.on


async def test_a_batch_done_again_in_one_life_is_one_try(
    wall: Database, owner: asyncpg.Connection
) -> None:
    for life in range(3):
        guard = Guard("toy_wall-0", wall)
        await guard.begin()
        for _ in range(5):  # the database failed and came back
            if guard.on:
                await guard.before({AT: mark(5), OTHER: mark(life)})
    rows = await owner.fetch("select part, tries from inflight order by part")
    assert [tuple(row) for row in rows] == [(0, 2), (1, 1)]


async def test_another_record_at_the_offset_of_a_lost_log_is_no_culprit(wall: Database) -> None:
    for _ in range(5):
        await a_life(wall, deadly=8)
    guard = Guard("toy_wall-0", wall)
    await guard.begin()
    assert guard.alone
    assert guard.ends_the_process(AT, mark(8))
    assert not guard.ends_the_process(AT, mark(8, "second"))
    assert not guard.ends_the_process(OTHER, mark(8))


async def test_what_is_set_aside_is_neither_read_nor_decided(
    wall: Database, owner: asyncpg.Connection
) -> None:
    event = toy.Said(case_id=CASE, practice_id="north", occurred_at=NOW, word="deadly")
    heard = message(event, 1, source="t", cause_id=None, case_version=1, recorded_at=NOW, trace={})
    unheard = Permanent("it ended the process")
    items = [Item(CASE, "north", None, heard, unreadable=unheard)]
    async with wall.transaction(["north"]) as connection:
        (outcome,) = await transact(connection, toy.stage(toy.WALL), items, NOW)
    assert (outcome.dead, items[0].input) == (True, None)
    assert await owner.fetchval("select last_n from cursor") == 1
    assert await owner.fetchval("select reason from parked") == "it ended the process"
