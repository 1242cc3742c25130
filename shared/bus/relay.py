"""The relay: sends what stands in the outbox, and sends it all again when the log was lost.

One leader per service, by an advisory lock on its own connection; everything it marks goes over
that connection, so a relay that lost its lock can mark nothing.
"""

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress

import asyncpg
import orjson
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.structs import RecordMetadata

from shared.bus.apply import RELAY
from shared.bus.broker import Broker
from shared.bus.envelope import to_kafka
from shared.bus.loss import Top, lost_partitions, renew_log
from shared.bus.phases import phase
from shared.bus.topics import told_topics
from shared.db import Database
from shared.telemetry import logger
from shared.telemetry.metrics import EVENTS_PUBLISHED, LOG_LOSSES

_BATCH = 500
_POLL_SECONDS = 0.5
_WATCH_SECONDS = 2.0
_LOG = logger(__name__)


class Relay:
    """Publishes the outbox of one service; run it in every process, one leads."""

    def __init__(self, service: str, database: Database, broker: Broker) -> None:
        self._service = service
        self._database = database
        self._broker = broker
        self._awake = asyncio.Event()
        self._tops: dict[TopicPartition, Top] = {}
        self._epochs: dict[str, int] = {}
        self._ensured: set[str] = set()
        self._lost: set[str] = set()
        self.leads = False
        database.on_wake(RELAY, self._awake.set)

    async def lead(self) -> None:
        """Lead once the lock is free, until something fails; then call it again.

        Raises:
            KafkaError, OSError, asyncpg.PostgresError ...: broker or database failed.
        """
        connection = await self._database.relay_connection()
        try:
            await self._await_lock(connection)
            await self._load(connection)
            producer = self._broker.producer()
            await producer.start()
            self.leads = True
            watch = asyncio.create_task(self._watch())
            try:
                await self._publish_for_ever(connection, producer, watch)
            finally:
                self.leads = False
                watch.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await watch
                await producer.stop()
        finally:
            with suppress(Exception):
                await connection.close(timeout=2)

    async def _await_lock(self, connection: asyncpg.Connection) -> None:
        while True:
            if await try_to_lead(connection, self._service):
                return
            await asyncio.sleep(_POLL_SECONDS)

    async def _load(self, connection: asyncpg.Connection) -> None:
        """What an earlier leader knew of the log."""
        tops = await connection.fetch("select topic, part, off, event_id from log_top")
        self._tops = {TopicPartition(t, part): Top(off, id_) for t, part, off, id_ in tops}
        epochs = await connection.fetch("select topic, n from epoch")
        self._epochs = {topic: n for topic, n in epochs}
        self._ensured = set()
        self._lost = set()
        await self._ensure(told_topics(self._service))

    async def _ensure(self, topics: Iterable[str]) -> None:
        missing = set(topics) - self._ensured
        await self._broker.ensure(missing)
        self._ensured |= missing

    async def _publish_for_ever(
        self,
        connection: asyncpg.Connection,
        producer: AIOKafkaProducer,
        watch: "asyncio.Task[None]",
    ) -> None:
        while True:
            if watch.done():
                watch.result()
            self._awake.clear()
            if self._lost:
                await self._send_again(connection, frozenset(self._lost))
            with phase(self._service, "relay"):
                published = await self._publish(connection, producer)
            if published == _BATCH:
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), _POLL_SECONDS)

    async def _publish(self, connection: asyncpg.Connection, producer: AIOKafkaProducer) -> int:
        """Send a batch, await every acknowledgement, mark it whole; a failure marks nothing."""
        rows = await connection.fetch(
            "select seq, event_id, topic, case_id, headers, payload from outbox"
            " where published_at is null order by seq limit $1",
            _BATCH,
        )
        if not rows:
            return 0
        await self._ensure({row["topic"] for row in rows})
        sent = [
            await producer.send(
                row["topic"],
                row["payload"],
                key=str(row["case_id"]).encode(),
                headers=to_kafka(orjson.loads(row["headers"]), self._epochs.get(row["topic"], 0)),
            )
            for row in rows
        ]
        acknowledged: list[RecordMetadata] = await asyncio.gather(*sent)
        lost = {
            at.topic
            for at in acknowledged
            if (top := self._tops.get(at.topic_partition)) and at.offset <= top.offset
        }
        if lost:
            await self._send_again(connection, lost)
            return _BATCH
        await self._mark(connection, rows, acknowledged)
        return len(rows)

    async def _mark(
        self,
        connection: asyncpg.Connection,
        rows: list[asyncpg.Record],
        acknowledged: list[RecordMetadata],
    ) -> None:
        tops: dict[TopicPartition, Top] = {}
        for row, at in zip(rows, acknowledged, strict=True):
            top = tops.get(at.topic_partition)
            if top is None or at.offset > top.offset:
                tops[at.topic_partition] = Top(at.offset, row["event_id"])
            EVENTS_PUBLISHED.labels(self._service, at.topic).inc()
        await connection.execute(
            "with marked as (update outbox o set published_at = clock_timestamp(),"
            " part = k.part, off = k.off"
            " from unnest($1::bigint[], $2::int[], $3::bigint[]) k (seq, part, off)"
            " where o.seq = k.seq)"
            " insert into log_top (topic, part, off, event_id)"
            " select * from unnest($4::text[], $5::int[], $6::bigint[], $7::uuid[])"
            " on conflict (topic, part) do update"
            " set off = excluded.off, event_id = excluded.event_id",
            [row["seq"] for row in rows],
            [at.partition for at in acknowledged],
            [at.offset for at in acknowledged],
            [at.topic for at in tops],
            [at.partition for at in tops],
            [top.offset for top in tops.values()],
            [top.event_id for top in tops.values()],
        )
        self._tops |= tops

    async def _send_again(self, connection: asyncpg.Connection, topics: Collection[str]) -> None:
        """The log of these topics was lost: make them again and send their whole history."""
        _LOG.warning("the log was lost: sending again", topics=sorted(topics))
        self._ensured -= set(topics)
        await self._ensure(topics)
        self._epochs |= await renew_log(connection, topics)
        self._lost -= set(topics)
        self._tops = {at: top for at, top in self._tops.items() if at.topic not in topics}
        LOG_LOSSES.labels(self._service).inc(len(topics))

    async def _watch(self) -> None:
        """Look every two seconds whether the log still ends where it was left."""
        reader = self._broker.reader()
        await reader.start()
        try:
            while True:
                await asyncio.sleep(_WATCH_SECONDS)
                tops, epochs = dict(self._tops), dict(self._epochs)
                lost = {at.topic for at in await lost_partitions(reader, tops)} if tops else set()
                # a loss that the sending found meanwhile has raised the epoch
                known = {topic for topic in lost if self._epochs.get(topic) != epochs.get(topic)}
                self._lost |= lost - known
                if self._lost:
                    self._awake.set()
        finally:
            await reader.stop()


async def try_to_lead(connection: asyncpg.Connection, service: str) -> bool:
    """Take the lock of the service's relay for the life of the connection, where it is free."""
    query = "select pg_try_advisory_lock(hashtext('dermis.relay.' || $1))"
    return bool(await connection.fetchval(query, service))
