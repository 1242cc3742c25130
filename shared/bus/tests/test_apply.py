"""The one way in, on a real PostgreSQL."""

import json
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from shared.bus.apply import apply, transact
from shared.bus.envelope import event_id, message
from shared.bus.outcome import Status
from shared.bus.stage import Asked, Heard
from shared.bus.work import Item
from shared.db import Database
from shared.kernel import ids
from shared.kernel.refused import Refused
from shared.testing import toy

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
CASE = ids.case_id("north", "V-1")
OTHER = ids.case_id("north", "V-2")
FOREIGN = ids.case_id("south", "V-1")
STAGE = toy.stage(toy.WALL)


def said(word: str, n: int, case: UUID = CASE, practice: str = "north") -> tuple[UUID, Heard]:
    event = toy.Said(case_id=case, practice_id=practice, occurred_at=NOW, word=word)
    return case, Heard(event, event_id(event.topic, case, n), n)


async def words(owner: asyncpg.Connection, case: UUID = CASE) -> list[str]:
    stored = await owner.fetchval("select state from case_state where case_id = $1", case)
    return json.loads(stored)["words"] if stored else []


async def statuses(database: Database, *inputs: tuple[UUID, Heard]) -> list[Status]:
    applied = await apply(database, STAGE, inputs, NOW)
    return [outcome.status for outcome in applied.outcomes]


async def test_an_event_changes_state_cursor_outbox_and_tables_at_once(
    wall: Database, owner: asyncpg.Connection
) -> None:
    applied = await apply(wall, STAGE, [said("hello", 1)], NOW)
    row = await owner.fetchrow("select * from outbox")
    assert await words(owner) == ["hello"]
    assert await owner.fetchval("select last_n from cursor") == 1
    assert list(applied.outcomes[0].events) == [row["event_id"]]
    assert row["n"] == 1
    headers = json.loads(row["headers"])
    assert headers["ce_causeid"] == str(said("hello", 1)[1].event_id)
    assert headers["ce_source"] == "/dermis/toy_wall"
    assert headers["ce_caseversion"] == "1"
    assert json.loads(row["payload"])["word"] == "hello"
    assert [r["word"] for r in await owner.fetch("select word from effects")] == ["hello"]


async def test_a_number_is_applied_once(wall: Database, owner: asyncpg.Connection) -> None:
    assert await statuses(wall, said("a", 1), said("a", 1)) == ["applied", "duplicate"]
    assert await statuses(wall, said("a", 1)) == ["duplicate"]
    assert await words(owner) == ["a"]


async def test_numbers_out_of_order_wait_for_the_missing_one(
    wall: Database, owner: asyncpg.Connection
) -> None:
    assert await statuses(wall, said("c", 3), said("b", 2)) == ["parked", "parked"]
    assert await owner.fetchval("select count(*) from parked where kind = 'gap'") == 2
    assert await words(owner) == []
    assert await statuses(wall, said("a", 1)) == ["applied"]
    woken = await owner.fetch("select n from parked where next_at is not null")
    assert [row["n"] for row in woken] == [2]


async def test_an_exception_parks_its_event_alone(
    wall: Database, owner: asyncpg.Connection
) -> None:
    outcomes = await statuses(
        wall, said("bug", 1), said("next", 2), said("fine", 1, OTHER), said("bug", 1)
    )
    assert outcomes == ["parked", "parked", "applied", "duplicate"]
    row = await owner.fetchrow("select * from parked where n = 1")
    assert (row["kind"], row["status"], row["attempts"]) == ("retry", "open", 1)
    assert row["next_at"] is not None
    assert row["reason"].startswith("KeyError at toy.py")
    assert await words(owner, OTHER) == ["fine"]


async def test_a_permanent_failure_is_dead_at_once_and_the_case_goes_on(
    wall: Database, owner: asyncpg.Connection
) -> None:
    assert await statuses(wall, said("permanent", 1), said("next", 2)) == ["parked", "applied"]
    assert await owner.fetchval("select status from parked") == "dead"
    assert await words(owner) == ["next"]


@pytest.mark.parametrize("word", ["unwritable", "unsaved"])
async def test_what_cannot_be_written_parks_the_offender_alone(
    wall: Database, owner: asyncpg.Connection, word: str
) -> None:
    outcomes = await statuses(
        wall, said("a", 1), said(word, 2), said("c", 3), said("fine", 1, OTHER)
    )
    assert outcomes == ["applied", "parked", "parked", "applied"]
    assert await words(owner) == ["a"]
    assert await words(owner, OTHER) == ["fine"]
    reasons = [row["reason"] for row in await owner.fetch("select reason from parked order by n")]
    assert "Jane" not in str(reasons)
    assert await owner.fetchval("select count(*) from outbox") == 2


async def test_an_unreadable_body_is_parked_by_its_headers(
    wall: Database, owner: asyncpg.Connection
) -> None:
    broken = message(
        said("x", 1)[1].data,
        1,
        source="toy_mouth",
        cause_id=None,
        case_version=1,
        recorded_at=NOW,
        trace={},
    )
    broken = type(broken)(**{**{f: getattr(broken, f) for f in broken.__slots__}, "body": b"{"})
    async with wall.transaction(["north"]) as connection:
        outcomes = await transact(connection, STAGE, [Item(CASE, "north", None, broken)], NOW)
    assert outcomes[0].status is Status.PARKED
    row = await owner.fetchrow("select * from parked")
    assert (row["status"], row["raw"]) == ("dead", b"{")
    assert await owner.fetchval("select last_n from cursor") == 1


async def test_an_event_nobody_handles_only_moves_the_cursor(
    wall: Database, owner: asyncpg.Connection
) -> None:
    echoed = toy.Echoed(case_id=CASE, practice_id="north", occurred_at=NOW, word="x")
    heard = Heard(echoed, event_id(echoed.topic, CASE, 1), 1)
    assert await statuses(wall, (CASE, heard)) == ["ignored"]
    assert await owner.fetchval("select last_n from cursor") == 1
    assert await owner.fetchval("select count(*) from parked") == 0


async def test_not_yet_waits_without_attempts_until_the_fact_is_met(
    wall: Database, owner: asyncpg.Connection
) -> None:
    assert await statuses(wall, said("needs:b", 1)) == ["parked"]
    row = await owner.fetchrow("select * from parked")
    assert (row["kind"], row["attempts"], row["waiting_for"]) == ("waiting", 0, "word:b")
    assert row["next_at"] is None
    due = await owner.fetchrow("select * from timer")
    assert due["kind"] == f"waiting:{toy.Said.topic}:1"
    assert due["due_at"] == row["deadline_at"] > NOW


async def test_a_command_answers_or_raises_and_a_refused_one_leaves_no_trace(
    toy_database: object, fresh_url: str
) -> None:
    mouth = await toy.make_database(fresh_url, toy.MOUTH)
    stage = toy.stage(toy.MOUTH)
    command = Asked(toy.Say("hi"), message_id=ids.derived_id("m1"), actor="ana")
    done = await apply(mouth, stage, [(CASE, command)], NOW, practice_id="north")
    assert done.result() == 1
    assert len(done.outcomes[0].events) == 1
    refused = [(OTHER, Asked(toy.Say("refused")))]
    with pytest.raises(Refused, match="word-refused"):
        (await apply(mouth, stage, refused, NOW, practice_id="north")).result()
    mixed = [(OTHER, Asked(toy.Say("refused"))), (OTHER, Asked(toy.Say("b")))]
    async with mouth.transaction(["north"]) as connection:
        both = await apply(connection, stage, mixed, NOW)
    assert [outcome.status for outcome in both.outcomes] == ["failed", "applied"]
    look = await asyncpg.connect(fresh_url, server_settings={"search_path": toy.MOUTH})
    assert await look.fetchval("select count(*) from case_state") == 2
    assert await look.fetchval("select count(*) from outbox") == 2
    await look.close()
    await mouth.close()


async def test_practices_in_one_batch_stay_apart(wall: Database, owner: asyncpg.Connection) -> None:
    inputs = [said("north's", 1), said("south's", 1, FOREIGN, "south")]
    assert await statuses(wall, *inputs) == ["applied", "applied"]
    async with wall.transaction(["south"]) as connection:
        seen = (await connection.exec_driver_sql("select practice_id from case_state")).scalars()
        assert list(seen) == ["south"]
    async with wall.transaction([]) as connection:
        assert not (await connection.exec_driver_sql("select 1 from outbox")).all()
    # an event that names another practice than its case has: shown, never applied
    forged = [said("forged", 2, CASE, "south")]
    assert await statuses(wall, *forged) == ["failed"]
    assert await words(owner) == ["north's"]
    assert await owner.fetchval("select status from parked where practice_id = 'south'") == "dead"


async def test_the_service_role_cannot_write_for_a_practice_it_does_not_work_for(
    wall: Database,
) -> None:
    with pytest.raises(Exception, match="row-level security"):
        async with wall.transaction(["north"]) as connection:
            await connection.exec_driver_sql(
                "insert into cursor (topic, case_id, practice_id, last_n)"
                " values ('t', gen_random_uuid(), 'south', 1)"
            )


async def test_the_relay_role_sees_every_practice_but_no_state(wall: Database) -> None:
    await statuses(wall, said("a", 1), said("b", 1, FOREIGN, "south"))
    async with wall.relay_transaction() as connection:
        seen = await connection.exec_driver_sql("select practice_id from outbox order by 1")
        assert list(seen.scalars()) == ["north", "south"]
    with pytest.raises(Exception, match="permission denied"):
        async with wall.relay_transaction() as connection:
            await connection.exec_driver_sql("select 1 from case_state")


async def test_numbers_are_gapless_per_topic_and_case(
    wall: Database, owner: asyncpg.Connection
) -> None:
    for n in (1, 2, 3):
        await statuses(wall, said(f"w{n}", n), said(f"w{n}", n, OTHER))
    rows = await owner.fetch("select case_id, array_agg(n order by seq) ns from outbox group by 1")
    assert [row["ns"] for row in rows] == [[1, 2, 3], [1, 2, 3]]
