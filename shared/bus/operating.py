"""What an operator asks of the bus of several services: how far they are, and a new beginning."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from shared.bus.loss import renew_log
from shared.bus.relay import try_to_lead
from shared.bus.topics import TOPICS, told_topics
from shared.db import Database, raw

SERVICES: Sequence[str] = sorted({topic.owner for topic in TOPICS})


class StillRunning(Exception):  # noqa: N818 - names what is in the way
    """A service publishes while its numbers are to be changed."""


@dataclass(frozen=True, slots=True)
class Lag:
    """Events of a topic that were told, and of them those that a service has heard."""

    service: str
    topic: str
    told: int
    heard: int


async def lags(databases: Mapping[str, Database]) -> list[Lag]:
    """How far each service is with each topic it is meant to hear, by the tables of both sides."""
    told: dict[str, int] = {}
    heard: dict[tuple[str, str], int] = {}
    for service, database in databases.items():
        told |= await _sums(database, "emitted")
        cursors = await _sums(database, "cursor")
        heard |= {(service, topic): last for topic, last in cursors.items()}
    return [
        Lag(service, topic.name, told.get(topic.name, 0), heard.get((service, topic.name), 0))
        for topic in TOPICS
        for service in topic.consumers
        if topic.owner in databases and service in databases
    ]


async def unpublished(database: Database) -> int:
    """Events of a service that the broker has not acknowledged."""
    query = "select count(*) from outbox where published_at is null"
    async with database.relay_transaction() as connection:
        return int(await raw(connection).fetchval(query) or 0)


async def practices_parked(database: Database) -> list[str]:
    """The practices that have parked events."""
    async with database.relay_transaction() as connection:
        rows = await raw(connection).fetch("select distinct practice_id from parked order by 1")
    return [row["practice_id"] for row in rows]


async def restored(database: Database, *, actor: str, reason: str) -> int:
    """Begin a new generation after the service's tables came back from a backup; gives it.

    What is told from now on under a number given out before is known as another event, and the
    retained history goes out again under a new epoch, so that consumers miss nothing in between.
    The generation is the second it begins in: a later restore of an older backup has a higher one.

    Raises:
        StillRunning: the service's relay publishes.
    """
    connection = await database.relay_connection()
    try:
        if not await try_to_lead(connection, database.schema):
            raise StillRunning(f"{database.schema} is running: stop it first")
        async with connection.transaction():
            generation = await connection.fetchval(
                "insert into generation (n, actor, reason) select greatest(coalesce(max(n), 1) + 1,"
                " extract(epoch from clock_timestamp())::bigint), $1, $2 from generation"
                " returning n",
                actor,
                reason,
            )
            topics = {
                row["topic"] for row in await connection.fetch("select distinct topic from emitted")
            }
            await renew_log(connection, topics | set(told_topics(database.schema)))
    finally:
        with suppress(Exception):
            await connection.close(timeout=2)
    return int(generation or 0)


async def baseline(
    consumer: Database, owner: Database, topics: Sequence[str], *, dry_run: bool = False
) -> int:
    """Let a consumer start behind all that was told of these topics; gives how many cases.

    Cases that it has heard of by these topics, applied or parked, stay as they are.
    """
    async with owner.relay_transaction() as connection:
        driver = raw(connection)
        numbers = await driver.fetch(
            "select topic, case_id, practice_id, last_n from emitted where topic = any($1)",
            list(topics),
        )
        generation = await driver.fetchval("select coalesce(max(n), 1) from generation")
    if not numbers:
        return 0
    async with consumer.transaction({row["practice_id"] for row in numbers}) as connection:
        attempt = await connection.begin_nested()
        rows = await raw(connection).fetch(
            "insert into cursor (topic, case_id, practice_id, last_n, generation)"
            " select k.*, $5 from unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[])"
            " k (topic, case_id, practice_id, last_n) where not exists (select 1 from parked p"
            " where p.topic = k.topic and p.case_id = k.case_id)"
            " on conflict do nothing returning case_id",
            [row["topic"] for row in numbers],
            [row["case_id"] for row in numbers],
            [row["practice_id"] for row in numbers],
            [row["last_n"] for row in numbers],
            generation,
        )
        if dry_run:
            await attempt.rollback()
        else:
            await attempt.commit()
    return len({row["case_id"] for row in rows})


async def _sums(database: Database, table: str) -> dict[str, int]:
    query = f"select topic, sum(last_n)::bigint from {table} group by topic"  # noqa: S608
    async with database.relay_transaction() as connection:
        return {topic: last for topic, last in await raw(connection).fetch(query)}
