"""What the bus asks of a broker: the embedded one, Kafka by BROKER=kafka, or KAFKA_BOOTSTRAP's.

A known gap of the embedded broker is an expected failure with its reason.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from deploy.local.brokers import LocalBroker, is_embedded
from shared.bus.broker import LARGEST_BODY, Broker
from shared.bus.loss import Top, lost_partitions
from shared.kernel import ids

EMBEDDED = is_embedded()
ours = pytest.mark.skipif("KAFKA_BOOTSTRAP" in os.environ, reason="stops the server")


def gap(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(EMBEDDED, reason=f"embedded broker: {reason}", strict=True)


@pytest.fixture
def log(kafka_bootstrap: str) -> Broker:
    return Broker(kafka_bootstrap, idempotence=not EMBEDDED)


@pytest_asyncio.fixture
async def topic(log: Broker) -> str:
    name = f"dermis.conformance_{secrets.token_hex(4)}.v1"
    await log.ensure([name])
    return name


@pytest_asyncio.fixture
async def producer(log: Broker) -> AsyncIterator[AIOKafkaProducer]:
    producer = log.producer()
    await producer.start()
    yield producer
    await producer.stop()


@pytest_asyncio.fixture
async def clients() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def read(
    log: Broker, topic: str, count: int, clients: AsyncExitStack, *, start: int = 0, part: int = 0
) -> list[ConsumerRecord]:
    reader = log.reader()
    await reader.start()
    clients.push_async_callback(reader.stop)
    at = TopicPartition(topic, part)
    reader.assign([at])
    reader.seek(at, start)
    found: list[ConsumerRecord] = []
    async with asyncio.timeout(20):
        while len(found) < count:
            for records in (await reader.getmany(timeout_ms=200)).values():
                found += records
    return found


async def member(
    log: Broker, topic: str, group: str, name: str, clients: AsyncExitStack
) -> AIOKafkaConsumer:
    consumer = log.member(group, name)
    consumer.subscribe([topic])
    await consumer.start()
    clients.push_async_callback(consumer.stop)
    return consumer


async def assigned(*members: AIOKafkaConsumer, parts: int = 4) -> list[Collection[int]]:
    """Once every partition has exactly one of the members: who has which."""
    async with asyncio.timeout(40):
        while True:
            await asyncio.gather(*(one.getmany(timeout_ms=100) for one in members))
            held = [{at.partition for at in one.assignment()} for one in members]
            if all(held) and sum(map(len, held)) == parts == len(set().union(*held)):
                return held


async def test_topics_are_made_once_with_their_partitions(
    log: Broker, topic: str, producer: AIOKafkaProducer
) -> None:
    await log.ensure([topic])
    assert await producer.partitions_for(topic) == {0, 1, 2, 3}
    assert await log.ready()


async def test_a_key_keeps_its_partition_and_its_order(
    log: Broker, topic: str, producer: AIOKafkaProducer, clients: AsyncExitStack
) -> None:
    sent = [await producer.send(topic, b"%d" % n, key=b"case-1") for n in range(300)]
    acknowledged = await asyncio.gather(*sent)
    (part,) = {at.partition for at in acknowledged}
    assert [at.offset for at in acknowledged] == list(range(300))
    records = await read(log, topic, 300, clients, part=part)
    assert [int(record.value) for record in records] == list(range(300))


async def test_headers_tombstones_and_large_bodies_arrive_as_sent(
    log: Broker, topic: str, producer: AIOKafkaProducer, clients: AsyncExitStack
) -> None:
    headers = [("ce_id", b"1"), ("traceparent", "é".encode()), ("empty", b"")]
    large = secrets.token_bytes(LARGEST_BODY)
    await producer.send_and_wait(topic, b"x", partition=0, headers=headers)
    await producer.send_and_wait(topic, None, key=b"k", partition=0)
    await producer.send_and_wait(topic, large, partition=0, headers=headers)
    first, tombstone, big = await read(log, topic, 3, clients)
    assert list(first.headers) == headers
    assert (tombstone.key, tombstone.value) == (b"k", None)
    assert big.value == large


async def test_gzip_is_carried(log: Broker, topic: str, clients: AsyncExitStack) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=log.bootstrap, compression_type="gzip")
    await producer.start()
    clients.push_async_callback(producer.stop)
    await producer.send_and_wait(topic, b"z" * 10_000, partition=0)
    (record,) = await read(log, topic, 1, clients)
    assert record.value == b"z" * 10_000


async def test_an_acknowledged_offset_reads_back_and_the_high_water_mark_is_exact(
    log: Broker, topic: str, producer: AIOKafkaProducer, clients: AsyncExitStack
) -> None:
    futures = [await producer.send(topic, b"%d" % n, partition=0) for n in range(50)]
    last = (await asyncio.gather(*futures))[-1]
    (record,) = await read(log, topic, 1, clients, start=last.offset)
    assert (record.offset, record.value) == (last.offset, b"49")
    reader = log.reader()
    await reader.start()
    clients.push_async_callback(reader.stop)
    at = TopicPartition(topic, 0)
    reader.assign([at])
    reader.seek(at, 10)
    async with asyncio.timeout(20):
        while not await reader.getmany(timeout_ms=200):
            pass
    assert reader.highwater(at) == 50


@gap("the latest offset of ListOffsets stays at the last batch's first + 1")
async def test_list_offsets_tells_the_end(
    log: Broker, topic: str, producer: AIOKafkaProducer, clients: AsyncExitStack
) -> None:
    await asyncio.gather(*[await producer.send(topic, b"x", partition=0) for _ in range(50)])
    reader = log.reader()
    await reader.start()
    clients.push_async_callback(reader.stop)
    at = TopicPartition(topic, 0)
    assert await reader.end_offsets([at]) == {at: 50}


@gap("InitProducerId fails")
async def test_an_idempotent_producer_starts(log: Broker, clients: AsyncExitStack) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=log.bootstrap, enable_idempotence=True)
    clients.push_async_callback(producer.stop)
    async with asyncio.timeout(5):
        await producer.start()


async def test_a_restarted_member_goes_on_where_it_committed(
    log: Broker, topic: str, producer: AIOKafkaProducer
) -> None:
    await asyncio.gather(*[await producer.send(topic, b"%d" % n, partition=2) for n in range(10)])
    at = TopicPartition(topic, 2)
    async with AsyncExitStack() as first:
        consumer = await member(log, topic, topic, "a", first)
        await assigned(consumer)
        consumer.seek(at, 4)
        await consumer.commit({at: 4})
    async with AsyncExitStack() as again:
        consumer = await member(log, topic, topic, "a", again)
        await assigned(consumer)
        assert await consumer.committed(at) == 4


async def test_partitions_move_when_members_join_leave_and_die(
    log: Broker, topic: str, clients: AsyncExitStack
) -> None:
    stays = await member(log, topic, topic, "a", clients)
    assert await assigned(stays) == [{0, 1, 2, 3}]
    async with AsyncExitStack() as leaving:
        leaves = await member(log, topic, topic, "b", leaving)
        both = await assigned(stays, leaves)
        assert [len(held) for held in both] == [2, 2]
        # kill -9: no more heartbeat, no goodbye
        leaves._coordinator._heartbeat_task.cancel()
        leaves._client._conns.clear()
        assert await assigned(stays) == [{0, 1, 2, 3}]


@ours
@gap("memory only: a stop is a total loss")
async def test_a_restart_keeps_the_log(
    log: Broker, topic: str, broker: LocalBroker, clients: AsyncExitStack
) -> None:
    producer = log.producer()
    await producer.start()
    clients.push_async_callback(producer.stop)
    await producer.send_and_wait(topic, b"x", partition=0)
    await asyncio.to_thread(broker.stop)
    await asyncio.to_thread(broker.start)
    await log.ensure([topic])
    (record,) = await asyncio.wait_for(read(log, topic, 1, clients), 3 if EMBEDDED else 30)
    assert record.value == b"x"


@ours
async def test_a_lost_log_is_found_and_one_that_stands_is_not(
    log: Broker, topic: str, broker: LocalBroker, clients: AsyncExitStack
) -> None:
    producer, reader = log.producer(), log.reader()
    for client in (producer, reader):
        await client.start()
        clients.push_async_callback(client.stop)
    identity, other = ids.derived_id("kept"), ids.derived_id("other")
    headers = [("ce_id", str(identity).encode())]
    for _ in range(3):
        await producer.send_and_wait(topic, b"x", partition=0, headers=headers)
    at = TopicPartition(topic, 0)
    stands = {at: Top(2, identity)}
    for _ in range(3):
        assert await lost_partitions(reader, stands) == set()
    assert await lost_partitions(reader, {at: Top(2, other)}) == {at}
    await asyncio.to_thread(broker.stop)
    await asyncio.to_thread(broker.forget)
    await asyncio.to_thread(broker.start)
    await log.ensure([topic])
    async with asyncio.timeout(20):
        while not await lost_partitions(reader, stands):  # noqa: ASYNC110 - it asks the broker
            await asyncio.sleep(0.2)
    # the new log grows past the old end, with other records
    for _ in range(5):
        await producer.send_and_wait(topic, b"y", partition=0, headers=[("ce_id", b"new")])
    assert await lost_partitions(reader, stands) == {at}
