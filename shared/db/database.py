"""Transactions of one service, under its own role and for named practices.

Row-level security lets a transaction see and write the rows of `app.practices` alone, so every
transaction says for whom it works. The relay and the finders of due rows use a second role.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import cast

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.db.migrations import head, version_table

_WAKES = "dermis.wakes"
_PRACTICES = text("select set_config('app.practices', :practices, true)")


class Database:
    """The schema of one service, by its two roles.

    url: the service's role. relay_url: the role that sees the outbox, timers, parked events and
    outbound calls of every practice, and nothing else. schema: the service's name.
    """

    def __init__(self, url: str, relay_url: str, schema: str) -> None:
        self.schema = schema
        self._relay_url = _driver_url(relay_url)
        self._engine = _engine(_driver_url(url), schema, size=5, overflow=5)
        self._relay_engine = _engine(self._relay_url, schema, size=2, overflow=2)
        self._wakes: dict[str, list[Callable[[], None]]] = {}

    @asynccontextmanager
    async def transaction(self, practices: Iterable[str]) -> AsyncIterator[AsyncConnection]:
        """One transaction that sees these practices' rows; commits at the end of the block."""
        named = sorted(set(practices))
        if any("," in practice or not practice for practice in named):
            raise ValueError("a practice is named by a short slug without commas")
        woken: set[str] = set()
        async with self._engine.begin() as connection:
            connection.info.pop(_WAKES, None)
            await connection.execute(_PRACTICES, {"practices": ",".join(named)})
            yield connection
            woken = connection.info.pop(_WAKES, woken)
        for name in woken:
            for wake in self._wakes.get(name, ()):
                wake()

    @asynccontextmanager
    async def relay_transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction of the relay's role; commits at the end of the block."""
        async with self._relay_engine.begin() as connection:
            await connection.execute(_PRACTICES, {"practices": ""})
            yield connection

    async def relay_connection(self) -> asyncpg.Connection:
        """A connection of the relay's role outside the pool, for a lock held over transactions."""
        url = self._relay_url
        return await asyncpg.connect(
            host=url.host,
            port=url.port,
            user=url.username,
            password=url.password,
            database=url.database,
            server_settings={"search_path": self.schema},
            timeout=10,
        )

    def on_wake(self, name: str, wake: Callable[[], None]) -> None:
        """Call `wake` after each commit of this process that wrote rows for the worker `name`."""
        self._wakes.setdefault(name, []).append(wake)

    async def ready(self) -> bool:
        """Whether the database answers and stands at the last migration of the service."""
        version = text(f"select version_num from {version_table(self.schema)}")  # noqa: S608
        try:
            async with self._engine.connect() as connection:
                return (await connection.execute(version)).scalar() == head(self.schema)
        except (DBAPIError, OSError):
            return False

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
        await self._relay_engine.dispose()


def raw(connection: AsyncConnection) -> asyncpg.Connection:
    """The asyncpg connection beneath, inside the same transaction: for bulk writes with arrays."""
    beneath = connection.sync_connection
    if beneath is None:
        raise RuntimeError("the connection is not open")
    return cast("asyncpg.Connection", beneath.connection.driver_connection)


def wake_after_commit(connection: AsyncConnection, name: str) -> None:
    """Note that the worker `name` has rows to look at once this transaction has committed."""
    connection.info.setdefault(_WAKES, set()).add(name)


def _driver_url(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+asyncpg")


def _engine(url: URL, schema: str, *, size: int, overflow: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=size,
        max_overflow=overflow,
        pool_pre_ping=True,  # a killed server leaves dead connections behind
        connect_args={"server_settings": {"search_path": schema}, "timeout": 10},
    )
