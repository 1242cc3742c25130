"""A service restored from a backup gives numbers out twice: nothing of either life is dropped."""

import json
from datetime import UTC, datetime

import asyncpg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.bus import parked
from shared.bus.apply import apply, transact
from shared.bus.envelope import Message, message
from shared.bus.errors import Renumbered
from shared.bus.outcome import Outcome
from shared.bus.parked import Which
from shared.bus.stage import Asked
from shared.bus.sweep import Sweep
from shared.bus.tables import renew_bus_tables
from shared.bus.work import Item
from shared.db import Database
from shared.kernel import ids
from shared.kernel.clock import Clock
from shared.testing import toy

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
CASE = ids.case_id("north", "V-1")
STAGE = toy.stage(toy.WALL)
WHY = {"actor": "ana", "reason": "restored"}


def said(word: str, n: int, generation: int = 1) -> Message:
    return message(
        toy.Said(case_id=CASE, practice_id="north", occurred_at=NOW, word=word),
        n,
        source=toy.MOUTH,
        cause_id=None,
        case_version=n,
        recorded_at=NOW,
        trace={},
        generation=generation,
    )


async def hear(wall: Database, *messages: Message) -> list[Outcome]:
    items = [Item(CASE, "north", None, heard) for heard in messages]
    async with wall.transaction(["north"]) as connection:
        return await transact(connection, STAGE, items, NOW)


async def words(owner: asyncpg.Connection) -> list[str]:
    return json.loads(await owner.fetchval("select state from case_state"))["words"]


async def sweep(wall: Database) -> None:
    worker = Sweep(STAGE, wall, Clock())
    while await worker.sweep_once():
        pass


async def test_a_number_given_out_twice_is_dead_until_people_drive_it_and_then_applied_once(
    wall: Database, owner: asyncpg.Connection
) -> None:
    before = [said("a", 1), said("b", 2), said("c", 3)]
    after = [said("b again", 2, 2), said("c again", 3, 2), said("d", 4, 2)]
    await hear(wall, *before)
    outcomes = await hear(wall, *after)
    assert [(o.status, o.dead) for o in outcomes] == [
        ("parked", True),
        ("parked", True),
        ("applied", False),
    ]
    assert isinstance(outcomes[0].error, Renumbered)
    assert await words(owner) == ["a", "b", "c", "d"]
    cursor = await owner.fetchrow("select last_n, generation from cursor")
    assert tuple(cursor) == (4, 2)

    async with wall.transaction(["north"]) as connection:
        await parked.redrive(connection, Which(status="dead"), **WHY)
    await sweep(wall)
    everything = ["a", "b", "c", "d", "b again", "c again"]
    assert await words(owner) == everything

    outcomes = await hear(wall, *before, *after)  # the log was lost: all of it once more
    assert {o.status for o in outcomes} == {"duplicate"}
    async with wall.transaction(["north"]) as connection:
        assert not await parked.redrive(connection, Which(), **WHY)
    assert await words(owner) == everything


async def test_what_the_old_life_left_waiting_and_the_new_one_says_at_its_number_are_both_kept(
    wall: Database, owner: asyncpg.Connection
) -> None:
    outcomes = await hear(wall, said("a", 1), said("transient", 2), said("other", 2, 2))
    assert [o.dead for o in outcomes] == [False, False, True]
    rows = await owner.fetch("select n, generation, status from parked order by generation")
    assert [tuple(row) for row in rows] == [(2, 1, "open"), (2, 2, "dead")]
    outcomes = await hear(wall, said("transient", 2), said("other", 2, 2))
    assert [o.status for o in outcomes] == ["duplicate", "duplicate"]


async def test_a_raised_generation_names_other_events(
    wall: Database, owner: asyncpg.Connection, fresh_url: str
) -> None:
    mouth = await toy.make_database(fresh_url, toy.MOUTH)
    try:
        for word in ("a", "b"):
            asked = [(CASE, Asked(toy.Say(word)))]
            await apply(mouth, toy.stage(toy.MOUTH), asked, NOW, practice_id="north")
            await owner.execute(
                f"insert into {toy.MOUTH}.generation (n, actor, reason) values (2, 'ana', 'test')"
                " on conflict do nothing"
            )
    finally:
        await mouth.close()
    rows = await owner.fetch(
        f"select event_id, n, headers->>'ce_generation' g from {toy.MOUTH}.outbox order by seq"
    )
    assert [tuple(row)[1:] for row in rows] == [(1, "1"), (2, "2")]
    assert rows[1]["event_id"] == said("b", 2, 2).event_id != said("b", 2).event_id


SHAPE = """
    select 'column', table_name::text, column_name::text, data_type || is_nullable
    from information_schema.columns where table_schema = $1
    union all select 'index', tablename, indexname, indexdef from pg_indexes where schemaname = $1
    union all select 'policy', tablename, policyname, roles::text from pg_policies
    where schemaname = $1
    union all select 'right', table_name::text, grantee::text, privilege_type::text
    from information_schema.role_table_grants where table_schema = $1
    order by 1, 2, 3, 4
"""
EARLIER = """
    drop table generation, consumer_run, inflight;
    alter table cursor drop generation;
    alter table parked drop constraint parked_pkey, drop generation, drop dead_at,
        add primary key (topic, case_id, n);
    drop policy relay on emitted; drop policy relay on cursor;
    revoke all on emitted, cursor from dermis_toy_wall_relay;
"""


async def test_tables_of_an_earlier_release_become_todays(
    wall: Database, owner: asyncpg.Connection, fresh_url: str
) -> None:
    today = await owner.fetch(SHAPE, toy.WALL)
    await owner.execute(EARLIER)
    assert await owner.fetch(SHAPE, toy.WALL) != today
    url = make_url(fresh_url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, poolclass=NullPool)
    for _ in range(2):  # the second time there is nothing to do
        async with engine.begin() as connection:
            await connection.run_sync(
                lambda sync: renew_bus_tables(
                    Operations(MigrationContext.configure(sync)), toy.WALL
                )
            )
    await engine.dispose()
    assert await owner.fetch(SHAPE, toy.WALL) == today
