"""What a replay of many encounters costs beside reading and validating them, in one run.

`python -m bench.replays [ENCOUNTERS]`: a server of its own holds the example stories as often as
asked. One process reads, every core replays. Exit code 1 where a replay takes more than four times
as long as the reading; what both cost in seconds of processor is printed beside it.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.coding import EXAMPLES
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from services.coding.api.parts import CodingParts
from services.coding.app import parts_of
from services.coding.domain.case import Case
from services.coding.domain.references import References
from services.coding.domain.replay import Proposal, Replay
from services.coding.replaying import PAGE, Replays
from services.coding.settings import Settings
from services.coding.store import replays
from services.coding.store.shipped import load_shipped
from shared.bus.apply import apply
from shared.bus.codec import decode
from shared.bus.stage import Heard
from shared.contracts.documents.encounter import Encounter, without_prose
from shared.contracts.encounter_documented import EncounterDocumented
from shared.db import Database
from shared.db.migrations import provision, relay_role, service_role, upgrade
from shared.kernel.ids import case_id, derived_id, new_id

MOST_TIMES = 4.0
PRACTICE = "prairie"
NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
FIRST, LAST = date(2020, 1, 1), date(2030, 1, 1)
_PASSWORD = "bench"
_COPIES = (
    """
    insert into coding.case_state select (jsonb_populate_record(null::coding.case_state,
      to_jsonb(c) || jsonb_build_object('case_id', md5(c.case_id::text || n)::uuid))).*
    from coding.case_state c, generate_series(2, $1) n
    """,
    """
    insert into coding.claim select (jsonb_populate_record(null::coding.claim, to_jsonb(c)
      || jsonb_build_object('case_id', md5(c.case_id::text || n)::uuid,
                            'claim_id', c.claim_id || n))).*
    from coding.claim c, generate_series(2, $1) n
    """,
)


@dataclass(frozen=True)
class Cost:
    """wall, processor: seconds, the latter of this process and of those that decide for it."""

    wall: float
    processor: float


async def cost_of(work: Callable[[], Awaitable[None]]) -> Cost:
    """What the work cost; the processes that it started must still be there."""
    wall, processor = time.perf_counter(), _processor()
    await work()
    return Cost(time.perf_counter() - wall, _processor() - processor)


def _processor() -> float:
    ticks = sum(_ticks(process) for process in _family())
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _family() -> list[Path]:
    """The processes below this one (they are forked by a server that this one started)."""
    parents = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(process.name)] = int(_stat(process)[1])
    below, found = {os.getpid()}, set[int]()
    while below:
        below = {child for child, parent in parents.items() if parent in below}
        found |= below
    named = [Path("/proc") / str(each) for each in found]
    ours = os.fsencode(sys.executable)
    return [each for each in named if (each / "cmdline").read_bytes().startswith(ours)]


def _stat(process: Path) -> list[str]:
    return (process / "stat").read_text().rpartition(")")[2].split()


def _ticks(process: Path) -> int:
    user, system = _stat(process)[11:13]
    return int(user) + int(system)


def megabytes(process: Path = Path("/proc/self")) -> float:
    """The most memory of a process so far."""
    status = (process / "status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


async def store(parts: CodingParts, owner: str, times: int) -> None:
    """Each story heard and coded once, and its rows copied."""
    async with parts.database.transaction([]) as connection:
        await load_shipped(connection)
    for number in range(1, 7):
        document = orjson.loads((EXAMPLES / f"{number}-encounter.json").read_bytes())
        encounter = Encounter.model_validate(document)
        case = case_id(PRACTICE, encounter.visit_id, encounter.encounter_id)
        event = EncounterDocumented(
            case_id=case,
            practice_id=PRACTICE,
            occurred_at=NOW,
            encounter_id=encounter.encounter_id,
            visit_id=encounter.visit_id,
            encounter_version=1,
            encounter=without_prose(encounter, ()),
            blocks=False,
        )
        heard = Heard(event, derived_id(event.topic, case, 1), 1)
        (await apply(parts.database, parts.stage, [(case, heard)], NOW)).result()
    server = await asyncpg.connect(owner)
    for copies in _COPIES:
        await server.execute(copies, times)
    await server.execute("analyze coding.case_state, coding.claim")
    await server.close()


def a_run() -> Replay:
    """Everything, for Medicare."""
    return Replay(
        replay_id=new_id(),
        practice_id=PRACTICE,
        state="queued",
        proposal=Proposal(carry_forward=True),
        first_day=FIRST,
        last_day=LAST,
        as_of=LAST,
        total=0,
        done=0,
        after_claim="",
        requested_at=NOW,
    )


async def read_all(connection: AsyncConnection, run: Replay) -> None:
    """Every encounter from the database to the facts that the rules take, by this process alone."""
    after = run
    references = References(tables=None)  # type: ignore[arg-type]  # facts read none of them
    while page := await replays.next_page(connection, after, PAGE):
        for told in page:
            decode(Case, told.state).facts(told.encounter_id, references)
        after = replace(after, after_claim=page[-1].claim_id)


async def measured(parts: CodingParts) -> tuple[Replay, Cost, Cost]:
    """The run as it ended; what reading cost, and what replaying."""
    async with parts.database.transaction([PRACTICE]) as connection:
        run = await replays.put_replay(connection, a_run())
        reading = await cost_of(lambda: read_all(connection, run))
    work = Replays(parts)

    async def replay() -> None:
        turns = 0
        while await work.turn():
            turns += 1
            if turns % 25 == 0:
                most = ", ".join(f"{megabytes(each):.0f}" for each in _family())
                print(f"  {turns * PAGE:7} claims, {megabytes():.0f} MB here, {most} beside")

    replaying = await cost_of(replay)
    await work.end()
    async with parts.database.transaction([PRACTICE]) as connection:
        ended = await replays.find_replay(connection, run.replay_id)
    assert ended is not None and ended.state == "done" and ended.done == ended.total
    return ended, reading, replaying


async def bench(owner: str, encounters: int) -> int:
    connection = await asyncpg.connect(owner)
    await connection.execute("create database bench")
    await connection.close()
    owner = _at(owner)
    await provision(owner, "coding", _PASSWORD, _PASSWORD)
    await upgrade(owner, "coding")
    roles = service_role("coding"), relay_role("coding")
    database = Database(_at(owner, roles[0]), _at(owner, roles[1]), "coding")
    settings = Settings(
        database_url="postgresql://unused",
        relay_database_url="postgresql://unused",
        KAFKA_BOOTSTRAP="unused:9",
        JWKS_FILE=Path(os.devnull),
        JWT_ISSUER="bench",
    )
    parts = parts_of(settings, database)
    await store(parts, owner, encounters // 6)
    run, reading, replaying = await measured(parts)
    await database.close()
    times = replaying.wall / reading.wall
    for name, cost in (("read", reading), ("replayed", replaying)):
        cores = f"{cost.processor / cost.wall:.1f} cores of {os.cpu_count()}"
        print(f"{run.total} encounters {name}: {cost.wall:.1f} s ({cost.processor:.1f} s, {cores})")
    print(f"a replay = {times:.1f} x the reading (at most {MOST_TIMES:g})")
    print(f"({replaying.processor / reading.processor:.1f} x its processor time)")
    return 0 if times <= MOST_TIMES else 1


def _at(owner: str, role: str = "") -> str:
    parts = urlsplit(owner)
    who = f"{role}:{_PASSWORD}" if role else parts.netloc.rpartition("@")[0]
    return urlunsplit(
        parts._replace(netloc=f"{who}@{parts.netloc.rpartition('@')[2]}", path="/bench")
    )


def main() -> int:
    """Print both costs, memory and the ratio."""
    parser = argparse.ArgumentParser(prog="python -m bench.replays", description=__doc__)
    parser.add_argument("encounters", nargs="?", type=int, default=50_000)
    encounters: int = parser.parse_args().encounters
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(Path(folder), free_port(), log=Path(folder) / "log")
        server.start()
        try:
            return asyncio.run(bench(server.url(), encounters))
        finally:
            server.remove()


if __name__ == "__main__":
    sys.exit(main())
