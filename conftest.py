"""What tests share: one PostgreSQL and one broker per session, and fresh migrated databases.

`DATABASE_URL` and `KAFKA_BOOTSTRAP` name servers to use instead of those that are started here;
`BROKER=kafka` starts an Apache Kafka in place of the embedded broker.
"""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
from xdist.scheduler.loadscope import LoadScopeScheduling

from deploy.local.brokers import LocalBroker, local_broker
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres

_SERVICE_PASSWORD = secrets.token_urlsafe(12)
_RELAY_PASSWORD = secrets.token_urlsafe(12)

if TYPE_CHECKING:
    from shared.db import Database

ServiceDatabase: TypeAlias = "Callable[[str], Awaitable[Database]]"


_BEGIN_FIRST = ("tests", "tests/chaos", "shared/bus/tests")
"""The longest rooms, which wait more than they work."""


class Rooms(LoadScopeScheduling):
    """The workers share the rooms; what needs the session's whole stack stays with one of them."""

    def _split_scope(self, nodeid: str) -> str:
        return room_of(nodeid)


def room_of(nodeid: str) -> str:
    room = nodeid.split("::")[0].rpartition("/")[0]
    ours = room.startswith("tests/") and room != "tests/chaos"  # chaos has a stack of its own
    return "tests" if ours else room


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        room = room_of(item.nodeid)
        return _BEGIN_FIRST.index(room) if room in _BEGIN_FIRST else len(_BEGIN_FIRST)

    items.sort(key=place)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Rooms:
    return Rooms(config, log)


@pytest.fixture(scope="session")
def stack_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stack")


@pytest.fixture(scope="session", autouse=True)
def end_like_ctrl_c() -> Iterator[None]:
    """SIGTERM ends a test session as Ctrl-C does: its servers are stopped."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def postgres_url(stack_directory: Path) -> Iterator[str]:
    """The owner's url of the session's PostgreSQL."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    fast = {"fsync": "off", "full_page_writes": "off"}
    server = Postgres(
        stack_directory, free_port(), log=stack_directory / "postgres.log", settings=fast
    )
    try:
        server.start()
        yield server.url()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def broker(stack_directory: Path) -> Iterator[LocalBroker]:
    """The session's broker, for tests that stop it: they start it again."""
    server = local_broker(stack_directory, log=stack_directory / "broker.log")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def kafka_bootstrap(request: pytest.FixtureRequest) -> str:
    """Where the session's broker is reached."""
    given = os.environ.get("KAFKA_BOOTSTRAP")
    return given or request.getfixturevalue("broker").bootstrap


def database_url(owner_url: str, database: str, user: str = "", password: str = "") -> str:
    """The same server, another database and, where given, another role."""
    parts = urlsplit(owner_url)
    who = f"{user}:{password}" if user else parts.netloc.rsplit("@", 1)[0]
    netloc = f"{who}@{parts.netloc.rsplit('@', 1)[1]}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))


@pytest_asyncio.fixture(scope="session")
async def service_template(postgres_url: str) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """Makes, once per session and service, a provisioned and migrated database to copy."""
    from shared.db.migrations import provision, upgrade

    made: dict[str, str] = {}
    lock = asyncio.Lock()

    async def template(service: str) -> str:
        async with lock:
            if service not in made:
                name = f"template_{service}_{secrets.token_hex(3)}"
                await _execute(postgres_url, f"create database {name}")
                url = database_url(postgres_url, name)
                await provision(url, service, _SERVICE_PASSWORD, _RELAY_PASSWORD)
                await upgrade(url, service)
                made[service] = name
        return made[service]

    yield template
    for name in made.values():
        await _execute(postgres_url, f"drop database if exists {name} with (force)")


@pytest_asyncio.fixture
async def service_database(
    postgres_url: str, service_template: Callable[[str], Awaitable[str]]
) -> AsyncIterator[ServiceDatabase]:
    """Makes a fresh, migrated database of one service, closed and dropped after the test."""
    from shared.db import Database

    opened: list[tuple[Database, str]] = []

    async def fresh(service: str) -> Database:
        name = f"test_{service}_{secrets.token_hex(4)}"
        template = await service_template(service)
        await _execute(
            postgres_url, f"create database {name} template {template} strategy file_copy"
        )
        database = Database(
            database_url(postgres_url, name, f"dermis_{service}", _SERVICE_PASSWORD),
            database_url(postgres_url, name, f"dermis_{service}_relay", _RELAY_PASSWORD),
            service,
        )
        opened.append((database, name))
        return database

    yield fresh
    for database, name in opened:
        await database.close()
        await _execute(postgres_url, f"drop database if exists {name} with (force)")


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
