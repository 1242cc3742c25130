"""The consumer: batches of events into `apply`, one transaction each.

Kafka's offsets only save work. What was applied is told by the cursors; a log that was lost and
sent again is told by its epoch, or by a position beyond the high-water mark of the last fetch.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, Generic

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import IllegalStateError, KafkaError

from shared.bus.apply import transact
from shared.bus.broker import Broker
from shared.bus.envelope import Message, UnreadableRecord, from_kafka
from shared.bus.errors import Permanent, Renumbered
from shared.bus.guard import Guard, is_at_the_end, mark_of
from shared.bus.limit import DeadLetterLimit
from shared.bus.loss import heard_epochs, keep_epochs
from shared.bus.outcome import Outcome
from shared.bus.phases import phase
from shared.bus.silence import demand_fetches
from shared.bus.stage import R, S, Stage
from shared.bus.topics import heard_topics
from shared.bus.tracing import batch_span
from shared.bus.work import Item
from shared.db import Database
from shared.kernel.clock import Clock
from shared.telemetry import error_fields, logger
from shared.telemetry.metrics import (
    BATCH_SECONDS,
    BUS_SECONDS,
    DEAD_LETTERS,
    EVENTS_HEARD,
    RENUMBERED,
    REWINDS,
)

_BATCH = 500
_POLL_MS = 200
_COMMIT_SECONDS = 0.25
_COMMIT_PATIENCE_SECONDS = 1.0
_MARKS_SECONDS = 1.0
# Positions come from the broker, and stay out while a group joins anew, which waits for this batch:
# then the member begins again.
_ANSWER_SECONDS = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_LOG = logger(__name__)

_UNHEARD = Permanent("it ended the process that applied it, again and again")

Records = Mapping[TopicPartition, Sequence[ConsumerRecord]]


class Consumer(ConsumerRebalanceListener, Generic[S, R]):  # type: ignore[misc]
    """Hears the topics of a stage's handlers.

    instance: the member's name over restarts, `<service>-<ordinal>`. limit: pauses the hearing
    while it is reached.
    """

    def __init__(
        self,
        stage: Stage[S, R],
        database: Database,
        broker: Broker,
        clock: Clock,
        *,
        instance: str,
        limit: DeadLetterLimit,
    ) -> None:
        self._stage = stage
        self._database = database
        self._broker = broker
        self._clock = clock
        self._instance = instance
        self._limit = limit
        self._guard = Guard(instance, database)
        self._busy = asyncio.Lock()
        self._client: AIOKafkaConsumer | None = None
        self._done: dict[TopicPartition, int] = {}
        self._epochs: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._unkept: set[TopicPartition] = set()
        self._committed_at = self._marks_at = 0.0
        self._pause = _FIRST_PAUSE

    @property
    def assigned(self) -> bool:
        """Whether this member has joined its group."""
        return self._client is not None and bool(self._client.assignment())

    def lag(self) -> int:
        """Events in the log that this member has not fetched yet, as its last fetches saw it."""
        if self._client is None:
            return 0
        marks = {at: self._client.highwater(at) for at in self._client.assignment()}
        return sum((mark or 0) - self._done.get(at, mark or 0) for at, mark in marks.items())

    async def consume(self) -> None:
        """Hear until something fails; then call it again.

        Raises:
            KafkaError, OSError: the broker failed.
            SilenceError: nothing was fetched for too long, though nothing failed.
        """
        topics = heard_topics(self._stage)
        await self._broker.ensure(topics)
        self._done, self._epochs, self._committed, self._unkept = {}, {}, {}, set()
        await self._limit.look()
        await self._guard.begin()
        client = self._broker.member(self._stage.name, self._instance)
        client.subscribe(topics, listener=self)
        self._client = client
        await client.start()
        hearing = asyncio.create_task(self._hear(client))
        listening = asyncio.create_task(demand_fetches(client))
        try:
            await asyncio.wait({hearing, listening}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (hearing, listening):
                task.cancel()
            ended = await asyncio.gather(hearing, listening, return_exceptions=True)
            self._client = None
            with suppress(Exception):  # unsaid, it only makes the next run watch its batches
                await self._guard.end()
            await client.stop()
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _hear(self, client: AIOKafkaConsumer) -> None:
        while True:
            self._hold(client)
            at_most = 1 if self._guard.alone else _BATCH
            with phase(self._stage.name, "fetch"):
                records = await client.getmany(timeout_ms=_POLL_MS, max_records=at_most)
            async with self._busy:
                await self._take(client, records)
            if self._guard.on and not records and await is_at_the_end(client):
                await self._guard.passed()

    def _hold(self, client: AIOKafkaConsumer) -> None:
        """Fetch or not, as the limit on dead letters says; the member polls in any case."""
        if self._limit.reached:
            client.pause(*client.assignment())
        elif paused := client.paused():
            client.resume(*paused)

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Finish the batch and commit before another member takes over."""
        async with self._busy:
            if self._client is not None:
                await self._commit(self._client)
            for at in revoked:
                for known in (self._done, self._epochs, self._committed):
                    known.pop(at, None)
                self._unkept.discard(at)
        with suppress(KafkaError, OSError):  # the group shares out the topics that are there
            await self._broker.ensure(heard_topics(self._stage))

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Hold them where hearing pauses; their epochs are looked up with their first records."""
        if self._client is not None:
            self._hold(self._client)

    async def _take(self, client: AIOKafkaConsumer, records: Records) -> None:
        try:
            await self._keep_epochs()
            await self._know_epochs(records)
            with phase(self._stage.name, "decode"):
                readable, renewed = self._read(records)
            culprit = self._guard.on and records and await self._watch_over(records)
            if readable:
                await self._apply(readable, _UNHEARD if culprit else None)
        except Exception as error:  # whatever it was, nothing was written: the same again
            _LOG.warning("batch failed, will be done again", **error_fields(error))
            for at, fetched in records.items():
                with suppress(IllegalStateError):  # revoked meanwhile
                    client.seek(at, fetched[0].offset)
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            return
        self._pause = _FIRST_PAUSE
        for at, fetched in records.items():
            if at not in renewed:
                self._done[at] = fetched[-1].offset + 1
        for at, epoch in renewed.items():
            self._epochs[at] = epoch
            self._unkept.add(at)
        await self._rewind(client, renewed)
        if monotonic() - self._marks_at >= _MARKS_SECONDS:
            await self._compare_marks(client)
        if monotonic() - self._committed_at >= _COMMIT_SECONDS:
            with phase(self._stage.name, "offsets"):
                await self._commit(client)

    def _read(self, records: Records) -> tuple[list[Message], dict[TopicPartition, int]]:
        """The messages to apply, and the partitions found to be of a newer log than known."""
        messages: list[Message] = []
        renewed: dict[TopicPartition, int] = {}
        for at, fetched in records.items():
            for record in fetched:
                try:
                    message, epoch = from_kafka(at.topic, record.headers, record.value)
                except UnreadableRecord as error:
                    # No relay of ours sent it: it belongs to no case and can only be told of.
                    EVENTS_HEARD.labels(self._stage.name, at.topic, "unreadable").inc()
                    place = {"topic": at.topic, "partition": at.partition, "offset": record.offset}
                    _LOG.error("not an event of ours", reason=str(error), **place)
                    continue
                if epoch > self._epochs.setdefault(at, epoch):
                    renewed[at] = epoch
                    break
                messages.append(message)
        return messages, renewed

    async def _watch_over(self, records: Records) -> bool:
        """Note where the batch begins; whether its one record is known to end the process."""
        firsts = {at: mark_of(fetched[0]) for at, fetched in records.items()}
        if any(self._guard.ends_the_process(at, mark) for at, mark in firsts.items()):
            _LOG.error("an event ends the process that applies it: set aside as dead")
            return True
        await self._guard.before(firsts)
        return False

    async def _apply(self, messages: Sequence[Message], unheard: Permanent | None) -> None:
        """Apply a batch; with `unheard`, set it aside for that without reading a body."""
        items = [Item(m.case_id, m.practice_id, None, m, unreadable=unheard) for m in messages]
        practices = {message.practice_id for message in messages}
        begun = monotonic()
        with batch_span(self._stage.name, messages):
            async with self._database.transaction(practices) as connection:
                outcomes = await transact(connection, self._stage, items, self._clock.business())
                written = monotonic()
        BUS_SECONDS.labels(self._stage.name, "commit").inc(monotonic() - written)
        BATCH_SECONDS.labels(self._stage.name).observe(monotonic() - begun)
        self._count(messages, outcomes)
        if any(outcome.dead for outcome in outcomes):
            await self._limit.look()

    def _count(self, messages: Sequence[Message], outcomes: Sequence[Outcome]) -> None:
        for message, outcome in zip(messages, outcomes, strict=True):
            EVENTS_HEARD.labels(self._stage.name, message.topic, outcome.status.value).inc()
            if outcome.dead:
                DEAD_LETTERS.labels(self._stage.name, message.topic).inc()
            if isinstance(outcome.error, Renumbered):
                RENUMBERED.labels(self._stage.name, message.topic).inc()
                _LOG.error(
                    "a number was given out again after a restore: the event waits for people",
                    topic=message.topic,
                    generation=message.generation,
                )

    async def _know_epochs(self, records: Records) -> None:
        """Load the epochs last heard of partitions that are new to this member."""
        unknown = {at for at in records if at not in self._epochs}
        if not unknown:
            return
        known = await heard_epochs(self._database)
        self._epochs |= {at: known[at] for at in unknown if at in known}
        self._unkept |= unknown - set(known)

    async def _keep_epochs(self) -> None:
        """Keep what the offsets just committed belong to: the log may be lost while nobody hears.

        Never before the offsets: an end in between must find the higher epoch again.
        """
        kept = [at for at in self._unkept if at in self._committed and at in self._epochs]
        if kept:
            await keep_epochs(self._database, {at: self._epochs[at] for at in kept})
            self._unkept -= set(kept)

    async def _compare_marks(self, client: AIOKafkaConsumer) -> None:
        """Rewind where the position lies beyond the end of the log: it was lost."""
        self._marks_at = monotonic()
        beyond = []
        for at in client.assignment():
            mark = client.highwater(at)
            with suppress(IllegalStateError):  # revoked meanwhile
                async with asyncio.timeout(_ANSWER_SECONDS):
                    if mark is not None and await client.position(at) > mark:
                        beyond.append(at)
        await self._rewind(client, beyond)

    async def _rewind(
        self, client: AIOKafkaConsumer, partitions: Collection[TopicPartition]
    ) -> None:
        """Read partitions from their beginning; the cursors know what was seen."""
        for at in partitions:
            place = {"topic": at.topic, "partition": at.partition}
            _LOG.warning("a log was renewed: reading it again", **place)
            REWINDS.labels(self._stage.name).inc()
            with suppress(IllegalStateError):  # revoked meanwhile
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await client.seek_to_beginning(at)
                    self._done[at] = await client.position(at)
                self._committed.pop(at, None)

    async def _commit(self, client: AIOKafkaConsumer) -> None:
        self._committed_at = monotonic()
        assigned: set[Any] = client.assignment()
        offsets = {
            at: offset
            for at, offset in self._done.items()
            if at in assigned and self._committed.get(at) != offset
        }
        if not offsets:
            return
        try:
            # While the group is joining again a commit would wait for it: a hint is not worth that.
            await asyncio.wait_for(client.commit(offsets), _COMMIT_PATIENCE_SECONDS)
        except (KafkaError, TimeoutError):
            return
        self._committed |= offsets
