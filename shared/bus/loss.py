"""Whether a log was lost: a fetch at its last known record tells; ListOffsets never does.

To a consumer its epoch tells, which is kept over restarts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from shared.db import Database, raw
from shared.kernel.clock import Clock

_FETCH_MS = 500


@dataclass(frozen=True, slots=True)
class Top:
    """The last acknowledged record of a partition."""

    offset: int
    event_id: UUID


async def lost_partitions(
    reader: AIOKafkaConsumer, tops: Mapping[TopicPartition, Top]
) -> Collection[TopicPartition]:
    """The partitions whose log is shorter or another than when these records were acknowledged.

    An empty answer with a higher high-water mark tells nothing: ask again later.
    """
    if reader.assignment() != set(tops):
        reader.assign(list(tops))
    asked_at = Clock().wall().timestamp() * 1000
    for at, top in tops.items():
        reader.seek(at, top.offset)
    reader.resume(*tops)
    found: dict[TopicPartition, list[ConsumerRecord]] = {}
    lost: set[TopicPartition] = set()
    try:
        for _ in range(len(tops)):
            answer = await reader.getmany(timeout_ms=_FETCH_MS)
            found.update({at: found.get(at) or records for at, records in answer.items()})
            if not answer or len(found) == len(tops):
                break
    except OffsetOutOfRangeError as error:
        lost |= set(error.args[0])
    finally:
        reader.pause(*tops)  # or it would fetch for nothing until it is asked again
    for at, top in tops.items():
        if records := found.get(at):
            if _is_other(records[0], top):
                lost.add(at)
        elif (reader.last_poll_timestamp(at) or 0) > asked_at:
            mark = reader.highwater(at)
            if mark is not None and mark <= top.offset:
                lost.add(at)
    return lost


def _is_other(record: ConsumerRecord, top: Top) -> bool:
    identity: bytes = dict(record.headers).get("ce_id", b"")
    return bool(record.offset != top.offset or identity != str(top.event_id).encode())


async def heard_epochs(database: Database) -> Mapping[TopicPartition, int]:
    """The epochs that a service's consumers last knew, by partition."""
    async with database.transaction([]) as connection:
        rows = await raw(connection).fetch("select topic, part, n from heard_epoch")
    return {TopicPartition(topic, part): n for topic, part, n in rows}


async def keep_epochs(database: Database, epochs: Mapping[TopicPartition, int]) -> None:
    """Keep the epochs that a service's consumers know now."""
    async with database.transaction([]) as connection:
        await raw(connection).execute(
            "insert into heard_epoch (topic, part, n)"
            " select * from unnest($1::text[], $2::int[], $3::bigint[])"
            " on conflict (topic, part) do update set n = excluded.n",
            [at.topic for at in epochs],
            [at.partition for at in epochs],
            list(epochs.values()),
        )


async def renew_log(connection: asyncpg.Connection, topics: Collection[str]) -> dict[str, int]:
    """Let the relay send these topics' whole history under a new epoch; gives the epochs.

    A consumer knows the new log by its higher epoch, and what it has seen by its numbers.
    """
    async with connection.transaction():
        epochs = await connection.fetch(
            "insert into epoch as e (topic, n) select t, 1 from unnest($1::text[]) t"
            " on conflict (topic) do update set n = e.n + 1 returning topic, n",
            sorted(topics),
        )
        await connection.execute("delete from log_top where topic = any($1)", list(topics))
        await connection.execute(
            "update outbox set published_at = null, part = null, off = null"
            " where topic = any($1) and published_at is not null",
            list(topics),
        )
    return {topic: n for topic, n in epochs}
