"""Whether a log was lost: a fetch at its last known record tells; ListOffsets never does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

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
