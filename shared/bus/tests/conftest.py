"""Fresh toy databases, one per test."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest_asyncio
from sqlalchemy.engine import make_url

from shared.db import Database
from shared.testing import toy


@pytest_asyncio.fixture
async def fresh_url(postgres_url: str) -> AsyncIterator[str]:
    """The owner's url of an empty database, dropped after the test."""
    name = f"bus_{secrets.token_hex(4)}"
    owner = await asyncpg.connect(postgres_url)
    await owner.execute(f"create database {name}")
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    await owner.execute(f"drop database if exists {name} with (force)")
    await owner.close()


@pytest_asyncio.fixture
async def toy_database(fresh_url: str) -> AsyncIterator[Callable[[str], Awaitable[Database]]]:
    """Makes the database of a toy service."""
    opened: list[Database] = []

    async def make(name: str) -> Database:
        opened.append(await toy.make_database(fresh_url, name))
        return opened[-1]

    yield make
    for database in opened:
        await database.close()


@pytest_asyncio.fixture
async def wall(toy_database: Callable[[str], Awaitable[Database]]) -> Database:
    return await toy_database(toy.WALL)


@pytest_asyncio.fixture
async def owner(fresh_url: str, wall: Database) -> AsyncIterator[asyncpg.Connection]:
    """A look into every table, whatever the practice."""
    connection = await asyncpg.connect(fresh_url, server_settings={"search_path": f"{toy.WALL}"})
    yield connection
    await connection.close()
