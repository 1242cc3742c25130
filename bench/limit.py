"""The limit: what moving the same events costs with no logic at all.

One process per service, as in the real chain: aiokafka batches in, one insert with arrays, and from
coding one event out for each encounter. No outbox, no cursor, no state, no contract, no trace.
"""

import argparse
import asyncio
from collections.abc import Sequence
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaProducer, ConsumerRecord

from shared.bus.broker import Broker

VISIT, ENCOUNTER, CODED = "limit_visit", "limit_encounter", "limit_coded"
HEARS = {
    "documentation": (VISIT,),
    "pathology": (VISIT, ENCOUNTER),
    "coding": (VISIT, ENCOUNTER),
    "submission": (VISIT, ENCOUNTER, CODED),
    "denials": (VISIT, ENCOUNTER, CODED),
    "operations": (VISIT, ENCOUNTER, CODED),
}
TABLE = (
    "create table if not exists limit_{service} (topic text, key uuid, sent_at text, body bytea,"
    " at timestamptz default clock_timestamp())"
)
_BATCH = 500
_BODY_OF_A_CLAIM = 4_000


async def work(service: str, database: str, bootstrap: str) -> None:
    """Move what this service would hear, for ever."""
    broker = Broker(bootstrap)
    await broker.ensure(HEARS[service])
    connection = await asyncpg.connect(database)
    await connection.execute(TABLE.format(service=service))
    consumer = broker.member(f"limit_{service}", f"limit-{service}")
    consumer.subscribe(HEARS[service])
    producer = broker.producer()
    await consumer.start()
    await producer.start()
    while True:
        batches = await consumer.getmany(timeout_ms=200, max_records=_BATCH)
        records = [record for batch in batches.values() for record in batch]
        if records:
            await _move(service, records, connection, producer)
            await consumer.commit()


async def _move(
    service: str,
    records: Sequence[ConsumerRecord],
    connection: asyncpg.Connection,
    producer: AIOKafkaProducer,
) -> None:
    await connection.execute(
        f"insert into limit_{service} (topic, key, sent_at, body)"
        " select * from unnest($1::text[], $2::uuid[], $3::text[], $4::bytea[])",
        [record.topic for record in records],
        [UUID(record.key.decode()) for record in records],
        [dict(record.headers)["sent_at"].decode() for record in records],
        [record.value for record in records],
    )
    if service == "coding":
        encounters = [record for record in records if record.topic == ENCOUNTER]
        sent = [
            await producer.send(
                CODED, bytes(_BODY_OF_A_CLAIM), key=one.key, headers=list(one.headers)
            )
            for one in encounters
        ]
        await asyncio.gather(*sent)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("service", "database", "bootstrap"):
        parser.add_argument(name)
    given = parser.parse_args()
    asyncio.run(work(given.service, given.database, given.bootstrap))
