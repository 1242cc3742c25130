"""Any permutation with repeats of a case's events leaves the same state."""

from datetime import UTC, datetime

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.bus.apply import apply
from shared.bus.envelope import event_id
from shared.bus.stage import Heard
from shared.bus.sweep import Sweep
from shared.db import Database
from shared.kernel import ids
from shared.kernel.clock import Clock
from shared.testing import toy

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
STAGE = toy.stage(toy.WALL)
WORDS = ("a", "permanent", "needs:a", "later:x", "b", "call:1", "c")
DELIVERIES = st.permutations(range(1, len(WORDS) + 1)).flatmap(
    lambda order: st.lists(st.sampled_from(order), max_size=6).map(lambda again: [*order, *again])
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deliveries=DELIVERIES, batch=st.integers(1, 5), seed=st.uuids())
async def test_any_order_and_repetition_gives_the_same_state(
    wall: Database, owner: asyncpg.Connection, deliveries: list[int], batch: int, seed: object
) -> None:
    case = ids.derived_id(seed)
    sweep = Sweep(STAGE, wall, Clock(wall0=Clock().wall(), business0=NOW))
    heard = []
    for n in deliveries:
        event = toy.Said(case_id=case, practice_id="north", occurred_at=NOW, word=WORDS[n - 1])
        heard.append((case, Heard(event, event_id(event.topic, case, n), n)))
    for start in range(0, len(heard), batch):
        await apply(wall, STAGE, heard[start : start + batch], NOW)
        await sweep.sweep_once()
    while await sweep.sweep_once():
        pass

    taken = await owner.fetch("select word from effects where case_id = $1 order by seq", case)
    assert [row["word"] for row in taken] == ["a", "needs:a", "later:x", "b", "call:1", "c"]
    assert await owner.fetchval("select last_n from cursor where case_id = $1", case) == len(WORDS)
    told = await owner.fetch("select n from outbox where case_id = $1 order by seq", case)
    assert [row["n"] for row in told] == [1, 2, 3, 4]
    calls = await owner.fetchval("select count(*) from outbound where case_id = $1", case)
    timers = await owner.fetchval("select count(*) from timer where case_id = $1", case)
    parked = await owner.fetch("select n, status from parked where case_id = $1", case)
    assert (calls, timers, [tuple(row) for row in parked]) == (1, 1, [(2, "dead")])
