"""The watch over a member of a group that looks alive and hears nothing."""

import asyncio
from time import monotonic

from aiokafka import AIOKafkaConsumer, TopicPartition

_SILENT_SECONDS = 10.0


class SilenceError(Exception):
    """A member that is in its group, and whose fetches have stopped for good."""


async def demand_fetches(client: AIOKafkaConsumer) -> None:
    """End a member that looks alive and hears nothing.

    The client's own tasks can die, or wait for ever for an offset of a topic that is no more, while
    its heartbeats go on: the group would never give its partitions to anybody else. Partitions that
    are paused are silent by our own will.

    Raises:
        SilenceError: a partition was not fetched for `_SILENT_SECONDS`.
    """
    fetched: dict[TopicPartition, tuple[int | None, float]] = {}
    while True:
        await asyncio.sleep(1)
        now = monotonic()
        before, fetched = fetched, {}
        for at in client.assignment() - client.paused():
            last = client.last_poll_timestamp(at)
            known, since = before.get(at, (last, now))
            fetched[at] = (last, since if last == known else now)
        silent = [at for at, (_, since) in fetched.items() if now - since > _SILENT_SECONDS]
        if silent:
            raise SilenceError(f"nothing fetched of {len(silent)} partitions")
