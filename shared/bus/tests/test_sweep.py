"""Timers, retries, waiting, redrive and discard."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from shared.bus import parked
from shared.bus.apply import apply
from shared.bus.envelope import event_id
from shared.bus.parked import Which
from shared.bus.reasons import ATTEMPTS
from shared.bus.stage import Due, Heard
from shared.bus.sweep import Sweep
from shared.db import Database
from shared.kernel import ids
from shared.kernel.clock import Clock
from shared.testing import toy

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
CASE = ids.case_id("north", "V-1")
STAGE = toy.stage(toy.WALL)
WHY = {"actor": "ana", "reason": "repaired"}


def said(word: str, n: int, case: UUID = CASE) -> tuple[UUID, Heard]:
    event = toy.Said(case_id=case, practice_id="north", occurred_at=NOW, word=word)
    return case, Heard(event, event_id(event.topic, case, n), n)


def at(business: datetime) -> Clock:
    return Clock(wall0=Clock().wall(), business0=business)


async def hear(database: Database, *words: str, first: int = 1) -> None:
    inputs = [said(word, n) for n, word in enumerate(words, first)]
    await apply(database, STAGE, inputs, NOW)


async def sweep(database: Database, business: datetime = NOW) -> None:
    worker = Sweep(STAGE, database, at(business))
    for _ in range(20):
        if not await worker.sweep_once():
            return
    raise AssertionError("the sweep does not come to rest")


async def words(owner: asyncpg.Connection) -> Sequence[str]:
    stored = await owner.fetchval("select state from case_state where case_id = $1", CASE)
    return json.loads(stored)["words"] if stored else []


async def cursor(owner: asyncpg.Connection) -> int:
    return await owner.fetchval("select coalesce(max(last_n), 0) from cursor")


async def make_due(owner: asyncpg.Connection) -> None:
    """The back-off is over."""
    await owner.execute("update parked set next_at = now() where next_at is not null")
    await owner.execute("update timer set next_at = now() where next_at is not null")


async def test_a_timer_fires_once_when_its_business_time_has_come(
    wall: Database, owner: asyncpg.Connection
) -> None:
    await hear(wall, "later:x")
    await sweep(wall, NOW + timedelta(minutes=59))
    assert await words(owner) == ["later:x"]
    await sweep(wall, NOW + timedelta(minutes=61))
    await sweep(wall, NOW + timedelta(minutes=62))
    assert await words(owner) == ["later:x", "due x"]
    assert await owner.fetchval("select count(*) from timer") == 0
    assert await owner.fetchval("select payload from outbox") is not None


async def test_a_cleared_timer_does_not_fire(wall: Database, owner: asyncpg.Connection) -> None:
    await hear(wall, "later:x", "never:x")
    stale = [(CASE, Due("echo_later:x", NOW + timedelta(hours=1)))]
    applied = await apply(wall, STAGE, stale, NOW + timedelta(hours=2), practice_id="north")
    assert applied.outcomes[0].status == "ignored"
    await sweep(wall, NOW + timedelta(hours=2))
    assert await words(owner) == ["later:x", "never:x"]


async def test_a_failing_timer_stays_and_is_tried_again(
    wall: Database, owner: asyncpg.Connection
) -> None:
    await hear(wall, "later:bug", "later:x")
    later = NOW + timedelta(hours=2)
    await sweep(wall, later)
    row = await owner.fetchrow("select * from timer")
    assert (row["kind"], row["attempts"]) == ("echo_later:bug", 1)
    assert row["reason"].startswith("KeyError at toy.py")
    assert await words(owner) == ["later:bug", "later:x", "due x"]
    await hear(wall, "pardon", first=3)
    await make_due(owner)
    await sweep(wall, later)
    assert (await words(owner))[-1] == "due bug"


async def test_gaps_close_in_order_when_the_missing_number_comes(
    wall: Database, owner: asyncpg.Connection
) -> None:
    await hear(wall, "d", "e", first=4)
    await hear(wall, "b", "c", first=2)
    await sweep(wall)
    assert await words(owner) == []
    await hear(wall, "a")
    await sweep(wall)
    assert await words(owner) == ["a", "b", "c", "d", "e"]
    assert await cursor(owner) == 5
    assert await owner.fetchval("select count(*) from parked") == 0


async def test_a_transient_failure_is_retried_and_its_successors_follow(
    wall: Database, owner: asyncpg.Connection
) -> None:
    pardon = said("pardon", 1, ids.case_id("north", "V-9"))
    await hear(wall, "transient", "b")
    await apply(wall, STAGE, [pardon], NOW)
    await owner.execute("update parked set next_at = now() + interval '1 hour' where n = 1")
    await sweep(wall)
    assert await owner.fetchval("select attempts from parked where n = 1") == 1
    await make_due(owner)
    await sweep(wall)
    assert await words(owner) == []
    row = await owner.fetchrow("select * from parked where n = 1")
    assert (row["attempts"], row["kind"], row["status"]) == (2, "retry", "open")
    await owner.execute(
        "update case_state set state = jsonb_build_object('words', jsonb_build_array('pardon'),"
        " 'case_id', case_id, 'practice_id', practice_id)"
    )
    await make_due(owner)
    await sweep(wall)
    assert await words(owner) == ["pardon", "transient", "b"]
    assert await owner.fetchval("select count(*) from parked") == 0


async def test_after_the_last_attempt_an_event_is_dead_and_the_case_goes_on(
    wall: Database, owner: asyncpg.Connection
) -> None:
    await hear(wall, "bug", "b")
    for _ in range(ATTEMPTS - 1):
        assert await words(owner) == []
        await make_due(owner)
        await sweep(wall)
    row = await owner.fetchrow("select * from parked")
    assert (row["n"], row["status"], row["attempts"]) == (1, "dead", ATTEMPTS)
    assert await words(owner) == ["b"]


async def test_a_redriven_dead_event_is_applied_once_after_its_successors(
    wall: Database, owner: asyncpg.Connection
) -> None:
    await hear(wall, "permanent", "b", "pardon")
    async with wall.transaction(["north"]) as connection:
        shown = await parked.redrive(connection, Which(status="dead"), **WHY, dry_run=True)
    assert [row.n for row in shown] == [1]
    assert await owner.fetchval("select status from parked") == "dead"
    async with wall.transaction(["north"]) as connection:
        await parked.redrive(connection, Which(status="dead"), **WHY)
    await sweep(wall)
    await sweep(wall)
    await hear(wall, "permanent")  # the log brings it once more
    assert await words(owner) == ["b", "pardon", "permanent"]
    assert await cursor(owner) == 3
    assert await owner.fetchval("select count(*) from parked") == 0
    audit = await owner.fetchrow("select * from parked_audit")
    assert (audit["actor"], audit["action"], audit["reason"]) == ("ana", "redrive", "repaired")


async def test_a_redriven_event_that_fails_again_is_dead_again(
    wall: Database, owner: asyncpg.Connection
) -> None:
    await hear(wall, "permanent", "b")
    async with wall.transaction(["north"]) as connection:
        await parked.redrive(connection, Which(case_id=CASE), **WHY)
    await sweep(wall)
    assert await owner.fetchval("select status from parked") == "dead"
    assert await words(owner) == ["b"]


async def test_discarding_a_waiting_event_lets_its_case_go_on(
    wall: Database, owner: asyncpg.Connection
) -> None:
    await hear(wall, "needs:x", "b")
    async with wall.transaction(["north"]) as connection:
        gone = await parked.discard(connection, Which(topic=toy.Said.topic), **WHY)
    assert [row.n for row in gone] == [1]
    await sweep(wall)
    assert await words(owner) == ["b"]
    assert await owner.fetchval("select count(*) from timer") == 0
    row = await owner.fetchrow("select * from parked")
    assert (row["status"], row["raw"] is None) == ("discarded", False)


async def test_another_practice_can_neither_see_nor_redrive(wall: Database) -> None:
    await hear(wall, "permanent")
    async with wall.transaction(["south"]) as connection:
        assert not await parked.find_parked(connection, Which())
        assert not await parked.redrive(connection, Which(), **WHY)
    async with wall.transaction(["north"]) as connection:
        (row,) = await parked.find_parked(connection, Which(status="dead"))
        key = (row.topic, row.case_id, row.n, row.generation)
        assert not await parked.find_parked(connection, Which(), after=key)


async def test_a_waiting_event_is_applied_when_its_fact_is_met(
    wall: Database, owner: asyncpg.Connection
) -> None:
    other = toy.Echoed(case_id=CASE, practice_id="north", occurred_at=NOW, word="x")
    assert other.topic != toy.Said.topic
    await hear(wall, "needs:b", "after")
    # what meets it comes on another way in: here a redriven event, without a number
    event = toy.Said(case_id=CASE, practice_id="north", occurred_at=NOW, word="b")
    await apply(wall, STAGE, [(CASE, Heard(event, ids.derived_id("b"), None))], NOW)
    await sweep(wall)
    assert await words(owner) == ["b", "needs:b", "after"]
    assert await owner.fetchval("select count(*) from parked") == 0
    assert await owner.fetchval("select count(*) from timer") == 0


async def test_met_in_the_same_batch_wakes_too(wall: Database, owner: asyncpg.Connection) -> None:
    event = toy.Said(case_id=CASE, practice_id="north", occurred_at=NOW, word="b")
    batch = [said("needs:b", 1), (CASE, Heard(event, ids.derived_id("b"), None))]
    await apply(wall, STAGE, batch, NOW)
    await sweep(wall)
    assert await words(owner) == ["b", "needs:b"]


async def test_a_wait_past_its_deadline_reaches_the_stage_and_still_waits(
    wall: Database, owner: asyncpg.Connection
) -> None:
    await hear(wall, "needs:b")
    await sweep(wall, NOW + timedelta(days=2))
    assert await words(owner) == []
    await sweep(wall, NOW + timedelta(days=4))
    assert await words(owner) == ["overdue 1"]
    assert await owner.fetchval("select status from parked where kind = 'waiting'") == "open"


async def test_a_commit_wakes_the_workers_it_has_rows_for(wall: Database) -> None:
    woken: list[str] = []
    for name in ("relay", "sweep", "deliver"):
        wall.on_wake(name, lambda name=name: woken.append(name))
    await hear(wall, "later:x")
    assert woken == []
    await hear(wall, "b", first=2)
    assert "relay" in woken
    with pytest.raises(RuntimeError):
        async with wall.transaction(["north"]) as connection:
            await apply(connection, STAGE, [said("call:1", 3)], NOW)
            raise RuntimeError
    assert "deliver" not in woken
