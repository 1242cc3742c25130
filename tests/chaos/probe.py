"""An eighth consumer: hears every event and notes each, in a table without unique keys.

What it notes shows what any service would have done: twice, too early, or not at all.
"""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus.broker import Broker
from shared.bus.runner import Runner
from shared.bus.stage import Change, Decision, Heard, Input, Stage
from shared.contracts.event import Event
from shared.contracts.events import EVENTS
from shared.kernel.clock import Clock
from shared.telemetry import start_telemetry
from shared.telemetry.metrics import REWINDS
from shared.testing import toy

NAME = "toy_probe"


@dataclass(frozen=True, slots=True)
class Noted:
    """What was heard of a case: `topic n` each, in the order it was applied."""

    words: tuple[str, ...] = ()


def note(noted: Noted, heard: Heard[Event], _: datetime, __: None) -> Decision[Noted]:
    return Decision(Noted((*noted.words, f"{heard.data.topic} {heard.n or 'redriven'}")))


async def _nothing(_: AsyncConnection, __: Sequence[tuple[UUID, Input]]) -> None:
    return None


async def _save(connection: AsyncConnection, changes: Sequence[Change[Noted]]) -> None:
    rows = [
        {"case_id": change.case_id, "practice_id": change.practice_id, "word": word}
        for change in changes
        for word in change.after.words[len(change.before.words) :]
    ]
    await connection.execute(toy.EFFECTS.insert(), rows)


STAGE: Stage[Noted, None] = Stage(
    NAME, Noted, lambda *_: Noted(), dict.fromkeys(EVENTS, note), _nothing, _save
)


async def _run(owner_url: str, bootstrap: str) -> None:
    database = toy.open_database(owner_url, NAME)
    async with Runner(STAGE, database, Broker(bootstrap), Clock()):
        while True:
            await asyncio.sleep(1)
            print("rewinds", int(REWINDS.labels(NAME)._value.get()), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("owner_url")
    parser.add_argument("bootstrap")
    given = parser.parse_args()
    start_telemetry(NAME)
    asyncio.run(_run(given.owner_url, given.bootstrap))
