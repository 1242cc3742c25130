"""Everything that runs behind a service's endpoints, kept running for ever."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Generic, Self

from shared.bus.broker import Broker
from shared.bus.consumer import Consumer
from shared.bus.deliver import Deliver, Partner
from shared.bus.limit import DEAD_LETTERS_AN_HOUR, DeadLetterLimit
from shared.bus.relay import Relay
from shared.bus.stage import R, S, Stage
from shared.bus.sweep import Sweep
from shared.bus.topics import heard_topics
from shared.db import Database
from shared.kernel.clock import Clock
from shared.telemetry import error_fields, logger
from shared.telemetry.metrics import BACKGROUND_RESTARTS

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_STEADY_SECONDS = 30.0
_COUNT_SECONDS = 5.0
_LOG = logger(__name__)


class Runner(Generic[S, R]):
    """Consumer, relay, sweep and deliverer of one service: `async with Runner(...)`.

    partners: who takes the calls of `Decision.send`, by kind. work: what else the service does for
    ever, by name. ordinal: which instance of the service this is, the same after a restart.
    dead_letters_an_hour: so many pause the hearing until people have seen to them.
    """

    def __init__(
        self,
        stage: Stage[S, R],
        database: Database,
        broker: Broker,
        clock: Clock,
        *,
        partners: Mapping[str, Partner] | None = None,
        work: Mapping[str, Callable[[], Awaitable[None]]] | None = None,
        ordinal: int = 0,
        dead_letters_an_hour: int = DEAD_LETTERS_AN_HOUR,
    ) -> None:
        self._name = stage.name
        self._database = database
        self._broker = broker
        self.limit = DeadLetterLimit(stage.name, database, dead_letters_an_hour)
        instance = f"{stage.name}-{ordinal}"
        self.consumer = Consumer(
            stage, database, broker, clock, instance=instance, limit=self.limit
        )
        self.relay = Relay(stage.name, database, broker)
        self.sweep = Sweep(stage, database, clock)
        self._hears = bool(heard_topics(stage))
        self._work: dict[str, Callable[[], Awaitable[None]]] = {
            "relay": self.relay.lead,
            "sweep": self.sweep.sweep,
            "count": self._count,
            **(work or {}),
        }
        if self._hears:
            self._work["consumer"] = self.consumer.consume
        if partners:
            deliver = Deliver(stage, database, clock, partners)
            self._work["deliver"] = deliver.deliver
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [
            asyncio.create_task(self._for_ever(name, work), name=f"{self._name} {name}")
            for name, work in self._work.items()
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def ready(self) -> bool:
        """Whether broker and database answer and the service has joined its group."""
        if self._hears and not self.consumer.assigned:
            return False
        return await self._database.ready() and await self._broker.ready()

    async def _for_ever(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work again whatever ends it: a broker or a database that is gone comes back."""
        loop = asyncio.get_running_loop()
        pause = _FIRST_PAUSE
        while True:
            begun = loop.time()
            try:
                await work()
            except (Exception, asyncio.CancelledError) as error:
                if _is_cancelled():
                    raise
                _LOG.warning("begins again", task=name, **error_fields(error))
            BACKGROUND_RESTARTS.labels(self._name, name).inc()
            steady = loop.time() - begun > _STEADY_SECONDS
            pause = _FIRST_PAUSE if steady else min(pause * 2, _LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _count(self) -> None:
        while True:
            await self.sweep.count_parked()
            await self.limit.look()
            await asyncio.sleep(_COUNT_SECONDS)


def _is_cancelled() -> bool:
    """Whether somebody ends this task: a library's own cancelled task raises the same error."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
