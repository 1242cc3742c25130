"""The limit's processes, fed with the same events and timed the same way."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from bench.limit import CODED, ENCOUNTER, HEARS, VISIT
from bench.measure import Measured
from bench.real import Shape
from shared.bus.broker import Broker
from shared.kernel.clock import Clock

_PATIENCE_SECONDS = 120.0


class Limit:
    """Six processes without logic."""

    def __init__(self, database: str, bootstrap: str, shape: Shape) -> None:
        self._database = database
        self._bootstrap = bootstrap
        self._shape = shape
        self._moved = dict.fromkeys((VISIT, ENCOUNTER), 0)
        self._processes: list[subprocess.Popen[bytes]] = []

    async def open(self) -> None:
        """Start them and wait until each has its partitions."""
        broker = Broker(self._bootstrap)
        await broker.ensure((VISIT, ENCOUNTER, CODED))
        for service in HEARS:
            command = (sys.executable, "-m", "bench.limit", service)
            self._processes.append(
                subprocess.Popen([*command, self._database, self._bootstrap])  # noqa: ASYNC220
            )
        self._owner = await asyncpg.connect(self._database)
        self._producer = broker.producer()
        await self._producer.start()
        await self._send(self._shape.visits[:1], self._shape.encounters[:1])
        await self._until_moved()

    async def close(self) -> None:
        """End them."""
        await self._producer.stop()
        await self._owner.close()
        for process in self._processes:
            process.kill()
            process.wait()

    async def drain(self) -> Measured:
        """Every event at once."""
        visits, encounters = self._shape.visits, self._shape.encounters
        begun = time.monotonic()
        await self._send(visits, encounters)
        await self._until_moved()
        heard = {topic: sum(topic in hears for hears in HEARS.values()) for topic in TOPICS}
        return Measured(
            events=len(visits) + 2 * len(encounters),
            deliveries=len(visits) * heard[VISIT]
            + len(encounters) * (heard[ENCOUNTER] + heard[CODED]),
            seconds=time.monotonic() - begun,
        )

    async def gently(self, events_per_second: float, seconds: float) -> Sequence[float]:
        """A visit and an encounter at a time; the claim follows by itself."""
        begun = Clock().wall()
        pause = 3 / events_per_second
        count = int(seconds / pause)
        for visit, encounter in zip(
            self._shape.visits[:count], self._shape.encounters[:count], strict=True
        ):
            await self._send([visit], [encounter])
            await asyncio.sleep(pause)
        await self._until_moved()
        rows = await self._owner.fetch(
            "select extract(epoch from at - sent_at::timestamptz)::float8 from limit_operations"
            " where topic = $1 and sent_at::timestamptz > $2",
            CODED,
            begun,
        )
        return [row[0] for row in rows]

    async def _send(
        self, visits: Sequence[tuple[str, bytes]], encounters: Sequence[tuple[str, bytes]]
    ) -> None:
        sent = []
        for topic, events in ((VISIT, visits), (ENCOUNTER, encounters)):
            for case_id, body in events:
                headers = [("sent_at", Clock().wall().isoformat().encode())]
                key = str(UUID(case_id)).encode()
                sent.append(await self._producer.send(topic, body, key=key, headers=headers))
            self._moved[topic] += len(events)
        await asyncio.gather(*sent)

    async def _until_moved(self) -> None:
        expected = {**self._moved, CODED: self._moved[ENCOUNTER]}
        until = time.monotonic() + _PATIENCE_SECONDS
        for service, topics in HEARS.items():
            wanted = sum(expected[topic] for topic in topics)
            while await self._rows(service) < wanted:
                if time.monotonic() > until:
                    raise TimeoutError(f"the limit's {service} has not all")
                await asyncio.sleep(0.02)

    async def _rows(self, service: str) -> int:
        try:
            count = f"select count(*) from limit_{service}"
            return int(await self._owner.fetchval(count))
        except asyncpg.UndefinedTableError:
            return 0


TOPICS = (VISIT, ENCOUNTER, CODED)
