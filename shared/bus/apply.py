"""The one way in: whatever can change a case goes through here, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus import rows
from shared.bus.batch import Batch
from shared.bus.envelope import Message, event_of
from shared.bus.outcome import Applied, Outcome
from shared.bus.phases import phase
from shared.bus.reasons import is_outage
from shared.bus.stage import Change, Due, Heard, Input, R, S, Stage
from shared.bus.work import Emission, Item
from shared.contracts.event import Event
from shared.db import Database, raw, wake_after_commit
from shared.kernel.clock import Clock
from shared.telemetry.metrics import EVENTS_EMITTED

RELAY, SWEEP, DELIVER = "relay", "sweep", "deliver"
"""The workers that a commit may have rows for (`Database.on_wake`)."""


async def apply(
    where: AsyncConnection | Database,
    stage: Stage[S, R],
    inputs: Sequence[tuple[UUID, Input]],
    now: datetime,
    *,
    practice_id: str | None = None,
) -> Applied:
    """Apply inputs to their cases, in order, with an outcome for each.

    where: a connection of `Database.transaction`, whose owner commits; or the database, for a
    transaction of its own. now: business time. practice_id: whose cases they are where no event
    says so; absent, the one practice of the transaction. A failing input fails alone.
    """
    practices = {data.data.practice_id for _, data in inputs if isinstance(data, Heard)}
    if isinstance(where, Database):
        if practice_id is not None:
            practices.add(practice_id)
        async with where.transaction(practices) as connection:
            return await apply(connection, stage, inputs, now, practice_id=practice_id)
    if practice_id is None and not all(isinstance(data, Heard) for _, data in inputs):
        practice_id = await _only_practice(where)
    items = [_item(case_id, given, practice_id) for case_id, given in inputs]
    return Applied(await transact(where, stage, items, now))


async def transact(
    connection: AsyncConnection, stage: Stage[S, R], items: Sequence[Item], now: datetime
) -> list[Outcome]:
    """Apply items inside the open transaction; what the database refuses is redone one by one."""
    if not items:
        return []
    try:
        return await _attempt(connection, stage, items, now)
    except Exception as error:
        if is_outage(error):
            raise
        if len(items) == 1:
            return [await _set_aside(connection, stage, items[0], now, error)]
    outcomes = []
    for item in items:
        outcomes += await transact(connection, stage, [item], now)
    return outcomes


async def _attempt(
    connection: AsyncConnection, stage: Stage[S, R], items: Sequence[Item], now: datetime
) -> list[Outcome]:
    async with connection.begin_nested() as savepoint:
        with phase(stage.name, "load"):
            batch = await _open(connection, stage, items, now)
        with phase(stage.name, "decode"):
            _read(batch, items)
        readable = [(item.case_id, item.input) for item in items if item.input is not None]
        with phase(stage.name, "references"):
            references = await stage.references(connection, readable)
        with phase(stage.name, "decide"):
            outcomes = [batch.take(index, item, references) for index, item in enumerate(items)]
        if batch.empty:
            await savepoint.rollback()  # no trace of a refused command, not even an empty case
            return outcomes
        with phase(stage.name, "write"):
            emitted = await _write(connection, batch)
        if changes := _changes(batch, emitted):
            with phase(stage.name, "save"):
                await stage.save(connection, changes)
    ids: dict[int, list[UUID]] = {}
    for emission, event_id in emitted:
        EVENTS_EMITTED.labels(stage.name, emission.event.topic).inc()
        ids.setdefault(emission.index, []).append(event_id)
    return [replace(outcome, events=ids.get(at, ())) for at, outcome in enumerate(outcomes)]


async def _set_aside(
    connection: AsyncConnection, stage: Stage[S, R], item: Item, now: datetime, error: Exception
) -> Outcome:
    async with connection.begin_nested():
        batch = await _open(connection, stage, [item], now)
        outcome = batch.set_aside(item, error)
        await _write(connection, batch)
    return outcome


async def _open(
    connection: AsyncConnection, stage: Stage[S, R], items: Sequence[Item], now: datetime
) -> Batch[S, R]:
    driver = raw(connection)
    practices = {item.case_id: item.practice_id for item in items}
    cases = await rows.lock_cases(driver, stage, practices)
    places = {(m.topic, m.case_id): None for item in items if (m := item.message) is not None}
    numbers = await rows.load_numbers(driver, places)
    due = [(item.case_id, item.input.kind) for item in items if isinstance(item.input, Due)]
    timers = await rows.load_timers(driver, due)
    return Batch(stage, now, Clock().wall(), cases, numbers, timers)


def _read(batch: Batch[S, R], items: Sequence[Item]) -> None:
    """Read the bodies of the events that are not plainly seen before."""
    kinds = {
        kind.topic: kind
        for kind in batch.stage.handlers
        if isinstance(kind, type) and issubclass(kind, Event)
    }
    for item in items:
        message = item.message
        if message is None or item.input is not None or message.topic not in kinds:
            continue
        if item.unreadable is not None:
            continue
        redriven = item.parked is not None and item.parked.redriven
        known = batch.numbers.get((message.topic, message.case_id))
        if known is not None and message.n <= known.last and not redriven:
            continue
        try:
            event = event_of(message, kinds[message.topic])
            number = None if redriven else message.n
            item.input = Heard(event, message.event_id, number, message.cause_id)
        except Exception as error:  # it is parked under its headers when its turn comes
            item.unreadable = error


async def _write(connection: AsyncConnection, batch: Batch[S, R]) -> list[tuple[Emission, UUID]]:
    emitted = await rows.write(raw(connection), batch)
    if emitted:
        wake_after_commit(connection, RELAY)
    if batch.next_gaps or batch.met:
        wake_after_commit(connection, SWEEP)
    if batch.outbound:
        wake_after_commit(connection, DELIVER)
    return emitted


def _changes(batch: Batch[S, R], emitted: Sequence[tuple[Emission, UUID]]) -> list[Change[S]]:
    events: dict[UUID, list[tuple[UUID, Event]]] = {}
    for emission, event_id in emitted:
        events.setdefault(emission.case_id, []).append((event_id, emission.event))
    return [
        Change(
            case_id,
            case.practice_id,
            case.before,
            case.state,
            case.version,
            events.get(case_id, []),
        )
        for case_id, case in batch.cases.items()
        if case.touched
    ]


def _item(case_id: UUID, given: Input, practice_id: str | None) -> Item:
    if isinstance(given, Heard):
        event = given.data
        envelope = Message(
            topic=event.topic,
            case_id=case_id,
            practice_id=event.practice_id,
            n=given.n or 0,
            event_id=given.event_id,
            headers={},
            body=event.model_dump_json().encode(),
        )
        return Item(case_id, event.practice_id, given, envelope)
    if practice_id is None:
        raise ValueError("whose case it is must be said")
    return Item(case_id, practice_id, given)


async def _only_practice(connection: AsyncConnection) -> str:
    """The practice of the transaction.

    Raises:
        ValueError: it works for none, or for several.
    """
    named = await raw(connection).fetchval("select current_setting('app.practices', true)")
    if not named or "," in named:
        raise ValueError("whose case it is must be said: the transaction has not one practice")
    return str(named)
