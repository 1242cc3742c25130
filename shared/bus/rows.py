"""Every statement `apply` makes on the tables of the bus: arrays in, one statement per table."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import orjson

from shared.bus import codec
from shared.bus.batch import Batch
from shared.bus.broker import LARGEST_BODY
from shared.bus.envelope import Message, message
from shared.bus.errors import Permanent
from shared.bus.stage import R, S, Stage
from shared.bus.work import Case, Emission, Numbers, Parked, Place, Timer, TimerKey
from shared.kernel.ids import derived_id


async def lock_cases(
    connection: asyncpg.Connection, stage: Stage[S, R], practices: Mapping[UUID, str]
) -> dict[UUID, Case[S]]:
    """Lock the cases, inserting the missing ones first: always in the order of their ids.

    Cases of a practice this transaction does not work for are not seen and not in the answer.
    """
    ids = sorted(practices)
    await connection.execute(
        "insert into case_state (case_id, practice_id)"
        " select * from unnest($1::uuid[], $2::text[]) on conflict do nothing",
        ids,
        [practices[case_id] for case_id in ids],
    )
    rows = await connection.fetch(
        "select case_id, practice_id, version, state::text from case_state"
        " where case_id = any($1) order by case_id for update",
        ids,
    )
    cases = {}
    for case_id, practice_id, version, stored in rows:
        new = stored is None
        state = (
            stage.initial(case_id, practice_id) if new else codec.decode(stage.state_type, stored)
        )
        cases[case_id] = Case(practice_id, version, state, state, new)
    return cases


async def load_numbers(
    connection: asyncpg.Connection, places: Iterable[Place]
) -> dict[Place, Numbers]:
    """What is known of the numbers of each topic and case."""
    wanted = list(places)
    if not wanted:
        return {}
    rows = await connection.fetch(
        "select k.topic, k.case_id, coalesce(c.last_n, 0), coalesce(c.generation, 1),"
        " (select array_agg(array[p.n, p.generation, (p.status = 'open')::int]) from parked p"
        " where p.topic = k.topic and p.case_id = k.case_id)"
        " from unnest($1::text[], $2::uuid[]) k (topic, case_id)"
        " left join cursor c using (topic, case_id)",
        [topic for topic, _ in wanted],
        [case_id for _, case_id in wanted],
    )
    return {
        (topic, case_id): Numbers(
            last,
            generation,
            {n for n, _, is_open in parked or () if is_open},
            {(n, of) for n, of, _ in parked or ()},
        )
        for topic, case_id, last, generation, parked in rows
    }


async def load_timers(
    connection: asyncpg.Connection, keys: Sequence[TimerKey]
) -> dict[TimerKey, Timer]:
    """The timers as they stand."""
    if not keys:
        return {}
    rows = await connection.fetch(
        "select case_id, kind, due_at, attempts from timer"
        " where (case_id, kind) in (select * from unnest($1::uuid[], $2::text[]))",
        [case_id for case_id, _ in keys],
        [kind for _, kind in keys],
    )
    return {(case_id, kind): Timer(due_at, attempts) for case_id, kind, due_at, attempts in rows}


async def load_parked(
    connection: asyncpg.Connection, places: Sequence[Place], limit: int
) -> list[Parked]:
    """The open parked events of these places, to be tried in the order of their numbers."""
    rows = await connection.fetch(
        "select p.*, headers::text as headers_text from parked p where status = 'open'"
        " and (topic, case_id) in (select * from unnest($1::text[], $2::uuid[]))"
        " and (kind = 'gap' or next_at <= clock_timestamp()) order by topic, case_id, n limit $3",
        [topic for topic, _ in places],
        [case_id for _, case_id in places],
        limit,
    )
    return [_parked(row) for row in rows]


def _parked(row: asyncpg.Record) -> Parked:
    envelope = Message(
        topic=row["topic"],
        case_id=row["case_id"],
        practice_id=row["practice_id"],
        n=row["n"],
        event_id=row["event_id"],
        headers=orjson.loads(row["headers_text"]),
        body=row["raw"],
    )
    return Parked(
        envelope,
        row["kind"],
        row["reason"],
        row["status"],
        row["attempts"],
        timedelta(0) if row["next_at"] is not None else None,
        row["waiting_for"],
        row["deadline_at"],
        row["redriven"],
    )


async def write(connection: asyncpg.Connection, batch: Batch[S, R]) -> list[tuple[Emission, UUID]]:
    """Write what the batch decided; gives the emitted events with their ids."""
    await _write_states(connection, batch)
    await _write_cursors(connection, batch)
    emitted = await _write_outbox(connection, batch)
    await _write_timers(connection, batch)
    await _write_outbound(connection, batch)
    await _write_parked(connection, batch)
    return emitted


async def _write_states(connection: asyncpg.Connection, batch: Batch[S, R]) -> None:
    touched = [(case_id, case) for case_id, case in batch.cases.items() if case.touched]
    if touched:
        await connection.execute(
            "update case_state c set version = k.version, state = k.state"
            " from unnest($1::uuid[], $2::bigint[], $3::jsonb[]) k (case_id, version, state)"
            " where c.case_id = k.case_id",
            [case_id for case_id, _ in touched],
            [case.version for _, case in touched],
            [codec.encode(batch.stage.state_type, case.state) for _, case in touched],
        )


async def _write_cursors(connection: asyncpg.Connection, batch: Batch[S, R]) -> None:
    if batch.moved:
        places = list(batch.moved)
        await connection.execute(
            "insert into cursor (topic, case_id, practice_id, last_n, generation)"
            " select * from unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[])"
            " on conflict (topic, case_id) do update"
            " set last_n = excluded.last_n, generation = excluded.generation",
            [topic for topic, _ in places],
            [case_id for _, case_id in places],
            [batch.cases[case_id].practice_id for _, case_id in places],
            [batch.numbers[place].last for place in places],
            [batch.numbers[place].generation for place in places],
        )


async def _write_outbox(
    connection: asyncpg.Connection, batch: Batch[S, R]
) -> list[tuple[Emission, UUID]]:
    """Number the events per topic and case and put them into the outbox.

    The row of `emitted` stays locked until the commit, so the order of numbers is the order of
    commits even for the key of a practice, which no case row guards.
    """
    if not batch.emissions:
        return []
    messages = await _number(connection, batch)
    await connection.execute(
        "insert into outbox (event_id, topic, case_id, practice_id, n, headers, payload)"
        " select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::bigint[],"
        " $6::jsonb[], $7::bytea[])",
        [m.event_id for m in messages],
        [m.topic for m in messages],
        [m.case_id for m in messages],
        [m.practice_id for m in messages],
        [m.n for m in messages],
        [orjson.dumps(m.headers).decode() for m in messages],
        [m.body for m in messages],
    )
    return [(emission, m.event_id) for emission, m in zip(batch.emissions, messages, strict=True)]


async def _number(connection: asyncpg.Connection, batch: Batch[S, R]) -> list[Message]:
    counts: dict[Place, int] = {}
    practices: dict[Place, str] = {}
    for emission in batch.emissions:
        place = (emission.event.topic, emission.event.case_id)
        counts[place] = counts.get(place, 0) + 1
        practices[place] = emission.event.practice_id
    places = sorted(counts)
    rows = await connection.fetch(
        "insert into emitted as e (topic, case_id, practice_id, last_n)"
        " select * from unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[])"
        " on conflict (topic, case_id) do update set last_n = e.last_n + excluded.last_n"
        " returning topic, case_id, last_n,"
        " coalesce((select max(n) from generation), 1) as generation",
        [topic for topic, _ in places],
        [case_id for _, case_id in places],
        [practices[place] for place in places],
        [counts[place] for place in places],
    )
    before = {(topic, case): last - counts[topic, case] for topic, case, last, _ in rows}
    generation = rows[0]["generation"]
    messages = []
    for emission in batch.emissions:
        place = (emission.event.topic, emission.event.case_id)
        before[place] += 1
        numbered = message(
            emission.event,
            before[place],
            source=batch.stage.name,
            cause_id=emission.cause_id,
            case_version=emission.case_version,
            recorded_at=batch.wall,
            trace=emission.trace,
            generation=generation,
        )
        if len(numbered.body or b"") > LARGEST_BODY:
            raise Permanent(f"{numbered.topic} of more than {LARGEST_BODY} bytes")
        messages.append(numbered)
    return messages


async def _write_timers(connection: asyncpg.Connection, batch: Batch[S, R]) -> None:
    gone = [key for key, timer in batch.timers.items() if timer.due_at is None]
    kept = [(key, timer) for key, timer in batch.timers.items() if timer.due_at is not None]
    if gone:
        await connection.execute(
            "delete from timer where (case_id, kind) in"
            " (select * from unnest($1::uuid[], $2::text[]))",
            [case_id for case_id, _ in gone],
            [kind for _, kind in gone],
        )
    if kept:
        await connection.execute(
            "insert into timer (case_id, kind, practice_id, due_at, attempts, next_at, reason)"
            " select case_id, kind, practice_id, due_at, attempts, clock_timestamp() + next_in,"
            " reason from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::int[],"
            " $6::interval[], $7::text[])"
            " k (case_id, kind, practice_id, due_at, attempts, next_in, reason)"
            " on conflict (case_id, kind) do update set due_at = excluded.due_at,"
            " attempts = excluded.attempts, next_at = excluded.next_at, reason = excluded.reason",
            [case_id for (case_id, _), _ in kept],
            [kind for (_, kind), _ in kept],
            [batch.cases[case_id].practice_id for (case_id, _), _ in kept],
            [timer.due_at for _, timer in kept],
            [timer.attempts for _, timer in kept],
            [timer.next_in for _, timer in kept],
            [timer.reason for _, timer in kept],
        )


async def _write_outbound(connection: asyncpg.Connection, batch: Batch[S, R]) -> None:
    if batch.outbound:
        calls = batch.outbound
        await connection.execute(
            "insert into outbound (id, case_id, practice_id, kind, idempotency_key, request,"
            " status, next_at) select id, case_id, practice_id, kind, key, request, 'open',"
            " clock_timestamp() from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[],"
            " $5::text[], $6::jsonb[]) k (id, case_id, practice_id, kind, key, request)"
            " on conflict (idempotency_key) do nothing",
            [derived_id("outbound", call.idempotency_key) for _, call in calls],
            [case_id for case_id, _ in calls],
            [batch.cases[case_id].practice_id for case_id, _ in calls],
            [call.kind for _, call in calls],
            [call.idempotency_key for _, call in calls],
            [orjson.dumps(dict(call.request)).decode() for _, call in calls],
        )


async def _write_parked(connection: asyncpg.Connection, batch: Batch[S, R]) -> None:
    if batch.parked:
        rows = list(batch.parked.values())
        await connection.execute(
            "insert into parked (topic, case_id, n, practice_id, event_id, raw, headers, reason,"
            " kind, status, attempts, next_at, waiting_for, deadline_at, redriven, generation,"
            " dead_at) select topic, case_id, n, practice_id, event_id, raw, headers, reason, kind,"
            " status, attempts, clock_timestamp() + next_in, waiting_for, deadline_at, redriven,"
            " generation, case when status = 'dead' then clock_timestamp() end"
            " from unnest($1::text[], $2::uuid[], $3::bigint[], $4::text[], $5::uuid[],"
            " $6::bytea[], $7::jsonb[], $8::text[], $9::text[], $10::text[], $11::int[],"
            " $12::interval[], $13::text[], $14::timestamptz[], $15::bool[], $16::bigint[])"
            " k (topic, case_id, n, practice_id, event_id, raw, headers, reason, kind, status,"
            " attempts, next_in, waiting_for, deadline_at, redriven, generation)"
            " on conflict (topic, case_id, n, generation) do update set reason = excluded.reason,"
            " kind = excluded.kind, status = excluded.status, attempts = excluded.attempts,"
            " next_at = excluded.next_at, waiting_for = excluded.waiting_for,"
            " deadline_at = excluded.deadline_at, redriven = excluded.redriven,"
            " dead_at = excluded.dead_at",
            [row.message.topic for row in rows],
            [row.message.case_id for row in rows],
            [row.message.n for row in rows],
            [row.message.practice_id for row in rows],
            [row.message.event_id for row in rows],
            [row.message.body for row in rows],
            [orjson.dumps(dict(row.message.headers)).decode() for row in rows],
            [row.reason for row in rows],
            [row.kind for row in rows],
            [row.status for row in rows],
            [row.attempts for row in rows],
            [row.next_in for row in rows],
            [row.waiting_for for row in rows],
            [row.deadline_at for row in rows],
            [row.redriven for row in rows],
            [row.message.generation for row in rows],
        )
    if batch.unparked:
        await connection.execute(
            "delete from parked where (topic, case_id, n, generation) in"
            " (select * from unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[]))",
            *(list(column) for column in zip(*batch.unparked, strict=True)),
        )
    if batch.next_gaps:
        await connection.execute(
            "update parked set next_at = clock_timestamp() where kind = 'gap' and status = 'open'"
            " and (topic, case_id, n) in"
            " (select * from unnest($1::text[], $2::uuid[], $3::bigint[]))",
            [topic for (topic, _), _ in batch.next_gaps],
            [case_id for (_, case_id), _ in batch.next_gaps],
            [n for _, n in batch.next_gaps],
        )
    if batch.met:
        # After the rows above: what this very batch parked may wait for what it met.
        await connection.execute(
            "update parked set kind = 'retry', next_at = clock_timestamp()"
            " where kind = 'waiting' and status = 'open' and waiting_for = any($1)",
            list(batch.met),
        )
