"""Finds the event that ends the process which applies it, and sets it aside.

Nothing of such a batch is written, so its end is told by what was written before: a row while a
consumer runs, and after an end without a word a row per partition before each batch, until all
that stood in the log has gone through. No batch of a clean run pays.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError

from shared.db import Database, raw
from shared.telemetry import logger

_TRIES = 3
_LOG = logger(__name__)


class Mark(NamedTuple):
    """A record: its offset, and its event where it is one of ours. Logs are lost, events stay."""

    offset: int
    event_id: UUID | None


class Guard:
    """Watches over one consumer: `begin`, then `before` every batch while `on`, `end`.

    instance: the consumer's name over restarts.
    """

    def __init__(self, instance: str, database: Database) -> None:
        self._instance = instance
        self._database = database
        self._found: dict[TopicPartition, tuple[Mark, int]] = {}
        self._written: set[TopicPartition] = set()
        self.on = False

    @property
    def alone(self) -> bool:
        """Whether records go one by one: a batch has ended the process too often."""
        return self.on and any(tries >= _TRIES for _, tries in self._found.values())

    async def begin(self) -> None:
        """Note that the consumer runs, and learn whether it ended without a word before."""
        async with self._database.transaction([]) as connection:
            driver = raw(connection)
            status = await driver.execute(
                "insert into consumer_run (instance) values ($1) on conflict do nothing",
                self._instance,
            )
            self.on = status == "INSERT 0 0"
            self._found, self._written = {}, set()
            if not self.on:
                return
            rows = await driver.fetch(
                "select topic, part, first_off, event_id, tries from inflight"
            )
        self._found = {
            TopicPartition(topic, part): (Mark(offset, event_id), tries)
            for topic, part, offset, event_id, tries in rows
        }
        _LOG.warning("ended without a word: batches are watched", alone=self.alone)

    def ends_the_process(self, at: TopicPartition, mark: Mark) -> bool:
        """Whether this record, alone in its batch, has ended the process before."""
        return self.on and self._found.get(at) == (mark, _TRIES + 1)

    async def before(self, firsts: Mapping[TopicPartition, Mark]) -> None:
        """Write where a batch begins before anything of it is done.

        Tries are those of earlier processes and this one: a batch done again costs none.
        """
        tries = [self._tries(at, mark) for at, mark in firsts.items()]
        async with self._database.transaction([]) as connection:
            await raw(connection).execute(
                "insert into inflight (topic, part, first_off, event_id, tries) select * from"
                " unnest($1::text[], $2::int[], $3::bigint[], $4::uuid[], $5::int[])"
                " on conflict (topic, part) do update set first_off = excluded.first_off,"
                " event_id = excluded.event_id, tries = excluded.tries",
                [at.topic for at in firsts],
                [at.partition for at in firsts],
                [mark.offset for mark in firsts.values()],
                [mark.event_id for mark in firsts.values()],
                tries,
            )
        self._written |= set(firsts)

    async def passed(self) -> None:
        """Everything that stood in the log has gone through: the danger is over."""
        await self._forget(self._written | set(self._found))
        self.on = False
        _LOG.info("nothing ended the process again: batches go unwatched")

    async def end(self) -> None:
        """The consumer ends and can say so."""
        async with self._database.transaction([]) as connection:
            await raw(connection).execute(
                "delete from consumer_run where instance = $1", self._instance
            )
        if self._written:
            await self._forget(self._written)
        self.on = False

    async def _forget(self, partitions: Collection[TopicPartition]) -> None:
        async with self._database.transaction([]) as connection:
            await raw(connection).execute(
                "delete from inflight where (topic, part) in"
                " (select * from unnest($1::text[], $2::int[]))",
                [at.topic for at in partitions],
                [at.partition for at in partitions],
            )

    def _tries(self, at: TopicPartition, mark: Mark) -> int:
        if self.alone:
            return _TRIES + 1
        found, tries = self._found.get(at, (None, 0))
        return tries + 1 if found == mark else 1


def mark_of(record: ConsumerRecord) -> Mark:
    """Of a record as it was fetched."""
    try:
        event_id = UUID(dict(record.headers)["ce_id"].decode())
    except (KeyError, ValueError):
        event_id = None
    return Mark(record.offset, event_id)


async def is_at_the_end(client: AIOKafkaConsumer) -> bool:
    """Whether everything that stands in the member's partitions has gone through."""
    assigned = client.assignment()
    for at in assigned:
        try:
            mark = client.highwater(at)
            if mark is None or await client.position(at) < mark:
                return False
        except IllegalStateError:  # revoked meanwhile
            return False
    return bool(assigned)
