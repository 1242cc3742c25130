"""Calls to partners: once, and after an unknown outcome asked for first."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from shared.bus import breaker, deliver
from shared.bus.apply import apply
from shared.bus.deliver import Answer, Call, Deliver, Partner
from shared.bus.envelope import event_id
from shared.bus.stage import Heard
from shared.db import Database
from shared.kernel import ids
from shared.kernel.clock import Clock
from shared.telemetry.metrics import PARTNER_PAUSED
from shared.testing import toy

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
CASE = ids.case_id("north", "V-1")
STAGE = toy.stage(toy.WALL)


class Clearinghouse:
    """A partner that can lose its answer after having acted."""

    def __init__(self, *, silent: int = 0, down: int = 0, slow_seconds: float = 0) -> None:
        self.acted: list[str] = []
        self.asked: list[str] = []
        self._silent = silent
        self._down = down
        self._slow_seconds = slow_seconds

    async def send(self, call: Call) -> Answer:
        if self._down:
            self._down -= 1
            raise ConnectionRefusedError
        self.acted.append(call.idempotency_key)
        await asyncio.sleep(self._slow_seconds)
        if self._silent:
            self._silent -= 1
            raise TimeoutError
        return Answer(202, {"says": "taken"})

    async def status(self, call: Call) -> Answer | None:
        self.asked.append(call.idempotency_key)
        return Answer(200, {"says": "had it"}) if call.idempotency_key in self.acted else None


async def call_out(database: Database, *words: str) -> None:
    inputs = []
    for n, word in enumerate(words, 1):
        event = toy.Said(case_id=CASE, practice_id="north", occurred_at=NOW, word=word)
        inputs.append((CASE, Heard(event, event_id(event.topic, CASE, n), n)))
    await apply(database, STAGE, inputs, NOW)


def worker(database: Database, partner: Clearinghouse) -> Deliver:
    partners = {"toy_call": Partner(partner.send, partner.status)}
    return Deliver(STAGE, database, Clock(), partners)


async def work_off(owner: asyncpg.Connection, deliver: Deliver) -> None:
    for _ in range(10):
        if not await deliver.deliver_once():
            return
        await owner.execute("update outbound set next_at = now() where next_at is not null")
    raise AssertionError("the calls do not come to an end")


async def last_word(owner: asyncpg.Connection) -> str:
    return json.loads(await owner.fetchval("select state from case_state"))["words"][-1]


async def test_a_call_is_sent_once_and_its_answer_comes_home(
    wall: Database, owner: asyncpg.Connection
) -> None:
    partner = Clearinghouse()
    await call_out(wall, "call:1", "call:1")
    await work_off(owner, worker(wall, partner))
    assert partner.acted == [f"{CASE}-1"]
    assert partner.asked == []
    assert await last_word(owner) == "answered 202 taken"
    row = await owner.fetchrow("select * from outbound")
    assert (row["status"], row["next_at"], row["attempts"]) == ("done", None, 1)
    headers = json.loads(await owner.fetchval("select headers from outbox"))
    assert headers["ce_causeid"] == str(row["id"])


async def test_after_an_unknown_outcome_the_partner_is_asked_first(
    wall: Database, owner: asyncpg.Connection
) -> None:
    partner = Clearinghouse(silent=1)
    await call_out(wall, "call:1")
    await work_off(owner, worker(wall, partner))
    assert partner.acted == [f"{CASE}-1"]
    assert partner.asked == [f"{CASE}-1"]
    assert await last_word(owner) == "answered 200 had it"


async def test_a_partner_that_is_down_is_called_again(
    wall: Database, owner: asyncpg.Connection
) -> None:
    partner = Clearinghouse(down=3)
    await call_out(wall, "call:1")
    await work_off(owner, worker(wall, partner))
    assert partner.acted == [f"{CASE}-1"]
    assert await owner.fetchval("select attempts from outbound") == 4


async def test_a_process_killed_while_sending_leaves_a_call_that_is_asked_for(
    wall: Database, owner: asyncpg.Connection
) -> None:
    partner = Clearinghouse()
    await call_out(wall, "call:1")
    await owner.execute("update outbound set status = 'sending'")
    partner.acted.append(f"{CASE}-1")
    await work_off(owner, worker(wall, partner))
    assert partner.acted == [f"{CASE}-1"]
    assert await last_word(owner) == "answered 200 had it"


async def test_an_answer_whose_way_home_failed_is_not_sent_again(
    wall: Database, owner: asyncpg.Connection
) -> None:
    partner = Clearinghouse()
    await call_out(wall, "call:1")
    await owner.execute(
        "update outbound set status = 'answered', answer_status = 202, response = $1",
        json.dumps({"says": "taken"}),
    )
    await work_off(owner, worker(wall, partner))
    assert partner.acted == []
    assert await last_word(owner) == "answered 202 taken"


async def test_a_slow_partner_keeps_its_call_and_nobody_else_takes_it(
    wall: Database, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "_LEASE", timedelta(seconds=0.3))
    monkeypatch.setattr(deliver, "_RENEW_SECONDS", 0.1)
    slow, other = Clearinghouse(slow_seconds=1.0), Clearinghouse()
    await call_out(wall, "call:1")
    sending = asyncio.create_task(worker(wall, slow).deliver_once())
    await asyncio.sleep(0.7)
    assert not await worker(wall, other).deliver_once()
    assert await sending
    assert (slow.acted, other.acted, other.asked) == ([f"{CASE}-1"], [], [])


async def test_a_partner_that_fails_in_a_row_is_left_alone_and_probed_with_one_call(
    wall: Database, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(breaker, "monotonic", lambda: now)
    partner = Clearinghouse(down=breaker.FAILURES + 1)
    await call_out(wall, *(f"call:{n}" for n in range(breaker.FAILURES + 3)))
    calling = worker(wall, partner)

    async def made() -> int:
        count = 0
        await owner.execute("update outbound set next_at = now() where next_at is not null")
        while await calling.deliver_once():
            count += 1
        return count

    def paused() -> float:
        return PARTNER_PAUSED.labels(toy.WALL, "toy_call")._value.get()

    assert (await made(), paused()) == (breaker.FAILURES, 1)
    attempts = await owner.fetchval("select sum(attempts) from outbound")
    assert await made() == 0
    assert await owner.fetchval("select sum(attempts) from outbound") == attempts
    now = 5.0
    assert (await made(), paused()) == (1, 1)  # the probe failed: twice the pause
    now = 14.9
    assert await made() == 0
    now = 15.0
    assert (await made(), paused()) == (breaker.FAILURES + 3, 0)
    assert len(partner.acted) == breaker.FAILURES + 3


async def test_an_answer_goes_home_while_its_partner_pauses(
    wall: Database, owner: asyncpg.Connection
) -> None:
    partner = Clearinghouse(down=breaker.FAILURES)
    await call_out(wall, "call:1", "call:2")
    calling = worker(wall, partner)
    for _ in range(breaker.FAILURES):
        await owner.execute("update outbound set next_at = now()")
        assert await calling.deliver_once()
    await owner.execute(
        "update outbound set next_at = now(), status = 'answered', answer_status = 202,"
        " response = $1 where idempotency_key like '%-1'",
        json.dumps({"says": "taken"}),
    )
    assert await calling.deliver_once()
    assert not await calling.deliver_once()
    assert await last_word(owner) == "answered 202 taken"
