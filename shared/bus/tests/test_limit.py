"""Too many dead letters within the hour pause hearing until people have seen to them."""

from datetime import UTC, datetime

import asyncpg

from shared.bus import parked
from shared.bus.apply import apply
from shared.bus.envelope import event_id
from shared.bus.limit import DeadLetterLimit
from shared.bus.parked import Which
from shared.bus.stage import Heard
from shared.db import Database
from shared.kernel import ids
from shared.telemetry.metrics import CONSUMPTION_PAUSED, DEAD_LETTERS_RECENT
from shared.testing import toy

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
STAGE = toy.stage(toy.WALL)
WHY = {"actor": "ana", "reason": "repaired"}


async def die(wall: Database, *visits: str) -> None:
    inputs = []
    for visit in visits:
        case = ids.case_id("north", visit)
        event = toy.Said(case_id=case, practice_id="north", occurred_at=NOW, word="permanent")
        inputs.append((case, Heard(event, event_id(event.topic, case, 1), 1)))
    await apply(wall, STAGE, inputs, NOW)


def told() -> tuple[float, float]:
    return (
        CONSUMPTION_PAUSED.labels(toy.WALL)._value.get(),
        DEAD_LETTERS_RECENT.labels(toy.WALL)._value.get(),
    )


async def test_the_limit_is_reached_and_lifted_by_people_alone(
    wall: Database, owner: asyncpg.Connection
) -> None:
    limit = DeadLetterLimit(toy.WALL, wall, 3)
    await die(wall, "V-1", "V-2")
    await limit.look()
    assert (limit.reached, limit.dead, told()) == (False, 2, (0, 2))
    await die(wall, "V-3")
    await limit.look()
    assert (limit.reached, limit.dead, told()) == (True, 3, (1, 3))

    # Two thirds of an hour later and once more: the hour in which it was reached stands still.
    for _ in range(2):
        await owner.execute("update parked set dead_at = dead_at - interval '25 minutes'")
        await limit.look()
        assert limit.reached

    async with wall.transaction(["north"]) as connection:
        await parked.discard(connection, Which(n=1, case_id=ids.case_id("north", "V-1")), **WHY)
    await limit.look()
    assert (limit.reached, limit.dead, told()) == (False, 2, (0, 2))


async def test_what_died_earlier_than_the_hour_does_not_count(
    wall: Database, owner: asyncpg.Connection
) -> None:
    limit = DeadLetterLimit(toy.WALL, wall, 1)
    await die(wall, "V-1")
    await owner.execute("update parked set dead_at = dead_at - interval '61 minutes'")
    await limit.look()
    assert not limit.reached
