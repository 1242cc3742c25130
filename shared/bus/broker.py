"""The one adapter over aiokafka. What differs between brokers is decided here, by settings.

Rules that the embedded broker imposes and Kafka does not mind: static membership, no transactions,
no ListOffsets for lag or loss (it lags for good), short fetch waits, gzip or no compression.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

LARGEST_BODY = 900_000
"""Bytes of an event's body that every broker carries."""

_LARGEST_REQUEST = 1_048_576
_SESSION_MS = 6_000
# Kafka answers a fetch as soon as there is something. The embedded broker lets it wait this long,
# and every fetch of nothing costs it and the client: at 20 ms a resting stack keeps one core busy
# and events wait for the processor, at 500 ms they wait for the fetch (`make bench`).
_FETCH_MS = 100
_METADATA_MS = 3_000


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the log is, and what it can do.

    partitions, replicas: of a topic made here. idempotence: whether the broker knows producer ids.
    """

    bootstrap: str
    partitions: int = 4
    replicas: int = 1
    idempotence: bool = False

    async def ensure(self, topics: Collection[str]) -> None:
        """Make the topics that are missing; owner and consumers both do, before they use one.

        Raises:
            KafkaError: the broker is not there, or refuses.
        """
        if not topics:
            return
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=10_000)
        await admin.start()
        try:
            wanted = [NewTopic(name, self.partitions, self.replicas) for name in topics]
            answer = await admin.create_topics(wanted)
            for name, code, *_ in answer.topic_errors:
                if code not in (0, TopicAlreadyExistsError.errno):
                    raise for_code(code)(name)
        finally:
            await admin.close()

    def producer(self) -> AIOKafkaProducer:
        """A producer, to be started: every send acknowledged by all replicas."""
        return AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            acks="all",
            enable_idempotence=self.idempotence,
            max_request_size=_LARGEST_REQUEST,
            request_timeout_ms=15_000,
        )

    def member(self, group: str, instance: str) -> AIOKafkaConsumer:
        """A consumer of a group, to be subscribed and started.

        instance: its name over restarts, so that a restart takes its own partitions back.
        """
        return AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap,
            group_id=group,
            group_instance_id=instance,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=_FETCH_MS,
            session_timeout_ms=_SESSION_MS,
            request_timeout_ms=15_000,
            retry_backoff_ms=200,
            # Joined while a topic was missing after a loss, a group goes without it until the next
            # look at the metadata.
            metadata_max_age_ms=_METADATA_MS,
        )

    def reader(self) -> AIOKafkaConsumer:
        """A consumer without a group, to be assigned partitions and started."""
        return AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=_FETCH_MS,
            request_timeout_ms=15_000,
        )

    async def ready(self) -> bool:
        """Whether one of the addresses answers."""
        for address in self.bootstrap.split(","):
            host, _, port = address.rpartition(":")
            try:
                _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), 2)
            except (OSError, TimeoutError):
                continue
            writer.close()
            return True
        return False
