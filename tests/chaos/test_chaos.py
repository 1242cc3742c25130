"""Five hundred cases pass while everything is killed: nothing lost, doubled, out of order."""

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio

from deploy.local.parts import free_ports
from deploy.local.process import Process
from deploy.local.stack import PROJECT, Stack
from deploy.simulators.clinic.play import Player, Progress, tell_payers
from deploy.simulators.clinic.schedule import Schedule, Step, plan
from deploy.simulators.ehr import Ehr
from deploy.simulators.lab import Lab
from deploy.simulators.partner import Posted
from deploy.simulators.webhooks import read_sources
from shared.bus.parked import Which, redrive
from shared.telemetry import read_clock
from shared.testing import toy
from tests.chaos import poison as poisons
from tests.chaos.effects import SERVICES, Effects
from tests.chaos.probe import NAME as PROBE

CASES = int(os.environ.get("CASES", "500"))
SEED = int(os.environ.get("SEED", "7"))
FIRST_DAY = date(2026, 3, 2)
AFTER_IT_ALL = datetime.fromisoformat("2026-04-06T09:00:00-05:00")
RATE = 600.0
QUIET_SECONDS = 4.0
PATIENCE_SECONDS = 240.0


class AtOnce:
    """The clinic's clock: whatever it plans is due now."""

    def seconds_until(self, _: datetime) -> float:
        return 0.0


class Insistent:
    """A partner that posts until it is taken, however long the other end is down."""

    def __init__(self, partner: Ehr | Lab) -> None:
        self._partner = partner

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Posted]]:
        async def insist(*arguments: object, **options: object) -> Posted:
            while True:
                with suppress(httpx.HTTPError):
                    posted = await getattr(self._partner, name)(*arguments, **options)
                    if posted.status < 500:
                        return posted

        return insist


class Run:
    """The stack with its probe, the clinic, and the hand that kills."""

    def __init__(self, stack: Stack, owner_url: str, home: Path) -> None:
        self.stack = stack
        self.random = random.Random(SEED)
        self.schedule: Schedule = plan(CASES, SEED, FIRST_DAY)
        self.posted = 0
        self.progress = Progress()
        self.probe_log = home / "probe.log"
        self.probe = Process(
            "probe",
            [sys.executable, "-m", "tests.chaos.probe", owner_url, stack.bootstrap],
            log=self.probe_log,
            pid_file=home / "probe.pid",
            env={**os.environ, "OTEL_SDK_DISABLED": "true"},
            cwd=PROJECT,
        )

    async def post_everything(self) -> None:
        sources = read_sources(self.stack.home / "sources.json")
        async with httpx.AsyncClient(timeout=60) as client:
            await tell_payers(client, self.stack.urls["clearinghouse"], self.schedule)
            ehr, lab = (Insistent(one(client, self.stack.urls, sources)) for one in (Ehr, Lab))
            self.progress = await Player(ehr, lab, AtOnce(), self._told).play(self.schedule)

    def _told(self, progress: Progress, _: Step) -> None:
        self.progress = progress
        self.posted += 1

    async def until_posted(self, share: float) -> None:
        async def reached() -> bool:
            return self.posted >= share * len(self.schedule.steps)

        await eventually(f"{share:.0%} of the clinic is posted", reached)

    async def rewinds(self) -> dict[str, int]:
        """Partitions read again, per service, since it was last started."""
        found = {}
        async with httpx.AsyncClient(timeout=20) as client:
            for service in SERVICES:
                try:
                    text = (await client.get(f"{self.stack.urls[service]}/metrics")).text
                except httpx.HTTPError:  # one that is starting has nothing to tell
                    continue
                lines = [line for line in text.splitlines() if line.startswith("dermis_rewinds_t")]
                found[service] = sum(int(float(line.rsplit(" ", 1)[1])) for line in lines)
        lines = [x for x in self.probe_log.read_text().splitlines() if x.startswith("rewinds")]
        found[PROBE] = int(lines[-1].split()[1]) if lines else 0
        return found

    async def kill(self, part: str) -> None:
        if part == "probe":
            self.probe.kill()
            await asyncio.to_thread(self.probe.start)
        else:
            self.stack.kill(part)


async def eventually(
    what: str, holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE_SECONDS
) -> None:
    until = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < until, what
        await asyncio.sleep(0.5)


@pytest_asyncio.fixture(scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Run]:
    home = tmp_path_factory.mktemp("chaos")
    stack = Stack(home, ports=free_ports(), rate=RATE, business0=AFTER_IT_ALL)
    try:
        await asyncio.to_thread(stack.start)
        await (await toy.make_database(stack.owner_url, PROBE)).close()
        run = Run(stack, stack.owner_url, home)
        run.probe.start()
        try:
            yield run
        finally:
            run.probe.stop()
    finally:
        await asyncio.to_thread(stack.remove)


async def connect(run: Run) -> asyncpg.Connection:
    opened: list[asyncpg.Connection] = []

    async def opens() -> bool:
        with suppress(OSError, asyncpg.PostgresError):
            opened.append(await asyncpg.connect(run.stack.owner_url))
        return bool(opened)

    await eventually("PostgreSQL answers", opens)
    return opened[0]


async def test_everything_is_killed_once_and_nothing_shows(run: Run) -> None:
    posting = asyncio.create_task(run.post_everything())
    poison = await kill_one_after_another(run)
    await posting
    assert not run.progress.refused
    owner = await connect(run)
    effects = Effects(owner, run.stack.urls["clearinghouse"], read_clock(run.stack.home / "clock"))
    await settle(effects)
    await pay_day(run, effects)
    await settle(effects)

    seen = await owner.fetchval("select count(*) from eligibility.case_state where version > 0")
    assert seen == CASES
    assert await effects.broken_numbers() == []
    assert await effects.probe_faults() == []
    hearers = ("documentation", "pathology", "coding", "submission", "denials", "operations", PROBE)
    assert await effects.dead() == {hearer: [poison.place] for hearer in hearers}
    assert await effects.claim_versions() == []
    received = await effects.received()
    assert len(received) > CASES / 3
    assert received == await effects.submitted()
    assert set(received.values()) == {1}
    settled, posted = await effects.money()
    assert posted == settled
    await no_more_rewinds(run)

    await redrive_everywhere(run, owner, poison, hearers)
    await settle(effects)
    assert await effects.dead() == {}
    assert await effects.probe_faults() == []
    told = await effects.told()
    assert await effects.traced() == (told, told)
    await owner.close()


async def kill_one_after_another(run: Run) -> poisons.Poison:
    """Each service, the probe and PostgreSQL; last the broker with its whole log."""
    parts = [*SERVICES, "probe", "postgres"]
    run.random.shuffle(parts)
    await run.until_posted(0.1)
    owner = await connect(run)
    case_id = UUID(next(iter(run.progress.cases.values())))
    place = "select count(*) from eligibility.outbox where case_id = $1"

    async def told() -> bool:
        return bool(await owner.fetchval(place, case_id))

    await eventually("the first visit is classified", told)
    poison = await poisons.plant(owner, case_id)
    await owner.close()
    for number, part in enumerate(parts):
        await run.until_posted(0.12 + 0.07 * number)
        assert set((await run.rewinds()).values()) == {0}, "a rewind without a lost log"
        await run.kill(part)
    await run.until_posted(0.8)
    assert set((await run.rewinds()).values()) == {0}, "a rewind without a lost log"
    await asyncio.to_thread(run.stack.lose_log)
    return poison


async def settle(effects: Effects) -> None:
    """Until nothing is on its way and nothing new has been told for a while."""
    until = time.monotonic() + PATIENCE_SECONDS
    quiet_since, told = time.monotonic(), -1
    while time.monotonic() - quiet_since < QUIET_SECONDS:
        left, now = await effects.unfinished(), await effects.told()
        if left or now != told:
            quiet_since, told = time.monotonic(), now
        assert time.monotonic() < until, f"still on its way: {left}"
        await asyncio.sleep(0.5)


async def pay_day(run: Run, effects: Effects) -> None:
    """Every payment is due now; they leave at the payers' next look."""
    async with httpx.AsyncClient(base_url=run.stack.urls["clearinghouse"]) as client:
        due = (await client.post("/v1/pay-day", json={})).raise_for_status().json()["claims"]
    assert due > 0

    async def paid() -> bool:
        settled, _ = await effects.money()
        return len(settled) >= due

    await eventually(f"{due} claims are paid", paid)


async def no_more_rewinds(run: Run) -> None:
    """The lost log made each consumer read again; with a log that stands they go on only."""
    before = await run.rewinds()
    assert all(before.values())
    await asyncio.sleep(3)
    assert await run.rewinds() == before


async def redrive_everywhere(
    run: Run, owner: asyncpg.Connection, poison: poisons.Poison, hearers: tuple[str, ...]
) -> None:
    """As people do after the mend: over REST, with a reason."""
    headers = {"authorization": f"Bearer {run.stack.token}"}
    choice = {"status": "dead", "reason": "the body is repaired"}
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        for service in hearers:
            await poisons.repair(owner, service, poison)
            if service == PROBE:
                continue
            answer = await client.post(
                f"{run.stack.urls[service]}/v1/parked/redrive",
                json=choice,
                headers={"idempotency-key": f"redrive-{service}"},
            )
            assert answer.status_code == 200, answer.text
            assert [item["n"] for item in answer.json()["items"]] == [poison.n]
    database = toy.open_database(run.stack.owner_url, PROBE)
    async with database.transaction(["demo"]) as connection:
        await redrive(connection, Which(status="dead"), actor="test", reason="repaired")
    await database.close()
