"""What an operator asks of the bus: lag, a new generation, a beginning without history."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from shared.bus import operating
from shared.bus.__main__ import main
from shared.bus.apply import apply, transact
from shared.bus.envelope import Message
from shared.bus.operating import Lag, StillRunning
from shared.bus.relay import try_to_lead
from shared.bus.stage import Asked
from shared.bus.topics import Topic
from shared.bus.work import Item
from shared.db import Database
from shared.kernel import ids
from shared.testing import toy

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
CASES = [ids.case_id("north", visit) for visit in ("V-1", "V-2")]
SAID = toy.Said.topic


async def say(mouth: Database, case: int, *words: str) -> None:
    inputs = [(CASES[case], Asked(toy.Say(word))) for word in words]
    await apply(mouth, toy.stage(toy.MOUTH), inputs, NOW, practice_id="north")


async def hear(wall: Database, owner: asyncpg.Connection) -> list[str]:
    """The wall hears the whole outbox of the mouth."""
    rows = await owner.fetch(f"select * from {toy.MOUTH}.outbox order by seq")
    items = [
        Item(
            row["case_id"],
            "north",
            None,
            Message(
                row["topic"],
                row["case_id"],
                "north",
                row["n"],
                row["event_id"],
                dict(await owner.fetch("select * from jsonb_each_text($1)", row["headers"])),
                row["payload"],
            ),
        )
        for row in rows
    ]
    async with wall.transaction(["north"]) as connection:
        return [str(o.status) for o in await transact(connection, toy.stage(toy.WALL), items, NOW)]


async def test_a_restored_service_tells_a_new_generation_and_its_history_again(
    wall: Database,
    owner: asyncpg.Connection,
    toy_database: Callable[[str], Awaitable[Database]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mouth = await toy_database(toy.MOUTH)
    monkeypatch.setattr(operating, "TOPICS", (Topic(SAID, toy.MOUTH, (toy.WALL,)),))
    await say(mouth, 0, "a", "b")
    databases = {toy.MOUTH: mouth, toy.WALL: wall}
    assert await operating.lags(databases) == [Lag(toy.WALL, SAID, 2, 0)]
    assert await hear(wall, owner) == ["applied", "applied"]
    assert await operating.lags(databases) == [Lag(toy.WALL, SAID, 2, 2)]
    await owner.execute(f"update {toy.MOUTH}.outbox set published_at = now(), part = 0, off = seq")
    assert await operating.unpublished(mouth) == 0

    # The backup is older than the second word.
    await owner.execute(f"delete from {toy.MOUTH}.outbox where n = 2")
    await owner.execute(f"update {toy.MOUTH}.emitted set last_n = 1")
    relay = await mouth.relay_connection()
    assert await try_to_lead(relay, toy.MOUTH)
    with pytest.raises(StillRunning):
        await operating.restored(mouth, actor="ana", reason="disk lost")
    await relay.close()
    first = await operating.restored(mouth, actor="ana", reason="disk lost")
    assert first > 1_700_000_000  # higher than that of any earlier life, whatever the backup knows
    assert await operating.restored(mouth, actor="ana", reason="again") > first
    assert await operating.unpublished(mouth) == 1
    assert await owner.fetchval(f"select n from {toy.MOUTH}.epoch where topic = $1", SAID) == 2

    await say(mouth, 0, "b again", "c")
    assert await hear(wall, owner) == ["duplicate", "parked", "applied"]
    assert await owner.fetchval("select status from parked") == "dead"


async def test_a_consumer_starts_behind_what_was_told_and_keeps_what_it_knows(
    wall: Database,
    owner: asyncpg.Connection,
    toy_database: Callable[[str], Awaitable[Database]],
) -> None:
    mouth = await toy_database(toy.MOUTH)
    await say(mouth, 0, "a")
    await hear(wall, owner)
    await say(mouth, 0, "b")
    await say(mouth, 1, "x", "y")
    assert await operating.baseline(wall, mouth, [SAID], dry_run=True) == 1
    assert await owner.fetchval("select count(*) from cursor") == 1
    assert await operating.baseline(wall, mouth, [SAID]) == 1
    assert await operating.baseline(wall, mouth, [SAID]) == 0
    await say(mouth, 1, "z")
    assert await hear(wall, owner) == ["duplicate", "applied"] + ["duplicate"] * 2 + ["applied"]


def test_without_addresses_a_sentence_says_which(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dead", "--service", "coding"], {}) == 1
    said = capsys.readouterr().err
    assert said == "set CODING_DATABASE_URL and CODING_RELAY_DATABASE_URL\n"


async def test_dead_events_are_shown_tried_dry_and_discarded_from_the_command_line(
    wall: Database,
    owner: asyncpg.Connection,
    fresh_url: str,
    toy_database: Callable[[str], Awaitable[Database]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mouth = await toy_database(toy.MOUTH)
    await say(mouth, 0, "permanent", "a")
    await say(mouth, 1, "permanent")
    await hear(wall, owner)
    monkeypatch.setattr(operating, "SERVICES", [toy.WALL])
    url = make_url(fresh_url).set(password=toy.PASSWORD)
    environment = {
        f"TOY_WALL{name}_DATABASE_URL": url.set(username=role).render_as_string(False)
        for name, role in (("", f"dermis_{toy.WALL}"), ("_RELAY", f"dermis_{toy.WALL}_relay"))
    }

    async def dermis(*words: str) -> list[str]:
        assert await asyncio.to_thread(main, [*words], environment) == 0
        return capsys.readouterr().out.splitlines()

    assert len(await dermis("dead")) == 2
    why = ["--service", toy.WALL, "--reason", "sent in error", "--actor", "ana"]
    first = ["--case", str(CASES[0])]
    assert (await dermis("discard", *why, *first, "--dry-run"))[-1].endswith("dry run")
    assert len(await dermis("dead")) == 2
    assert len(await dermis("discard", *why, *first)) == 2
    (left,) = await dermis("dead")
    assert str(CASES[1]) in left
    await dermis("redrive", *why, "--status", "dead")
    assert await dermis("dead") == []
    rows = await owner.fetch("select actor, action, reason from parked_audit order by id")
    assert [tuple(row) for row in rows] == [
        ("ana", "discard", "sent in error"),
        ("ana", "redrive", "sent in error"),
    ]
