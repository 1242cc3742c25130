"""A service with one command and one kind of message, on a real database of its own."""

import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, ClassVar
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio
from alembic.migration import MigrationContext
from alembic.operations import Operations
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.bus.errors import NotYet
from shared.bus.stage import Asked, Decision, Input, Stage
from shared.bus.tables import create_bus_tables
from shared.contracts.event import Event
from shared.db import Database
from shared.db.migrations import provision
from shared.http import (
    Caller,
    Commands,
    Interpreted,
    Parts,
    Received,
    ServiceSettings,
    Webhooks,
    caller,
    create_app,
    create_http_tables,
    parts,
)
from shared.kernel.clock import Clock
from shared.kernel.ids import case_id
from shared.kernel.refused import Refused
from shared.telemetry.log import start_logging
from shared.testing.serving import running
from shared.testing.tokens import ISSUER, Tokens
from shared.testing.webhooks import SECRET
from shared.vault import Keyring, Sealer, Vault
from shared.vault.keyring import new_key

SERVICE = "sample"


class Noted(Event):
    topic: ClassVar[str] = "dermis.noted.v1"
    owner: ClassVar[str] = SERVICE
    consumers: ClassVar[tuple[str, ...]] = ()
    count: int


@dataclass(frozen=True)
class Tally:
    practice_id: str
    case_id: UUID
    count: int = 0


@dataclass(frozen=True)
class Add:
    amount: int


def on_add(state: Tally, asked: Asked[Add], now: datetime, _: None) -> Decision[Tally]:
    amount = asked.data.amount
    if amount < 0:
        raise Refused("amount-negative", "an amount is not negative", "/amount")
    if amount == 13:
        raise NotYet("visit:13")
    after = replace(state, count=state.count + amount)
    event = Noted(
        case_id=state.case_id, practice_id=state.practice_id, occurred_at=now, count=after.count
    )
    return Decision(after, emit=[event], answer=after.count)


async def no_references(_: AsyncConnection, __: Sequence[tuple[UUID, Input]]) -> None:
    return None


async def no_projection(_: AsyncConnection, __: object) -> None:
    return None


STAGE: Stage[Tally, None] = Stage(
    name=SERVICE,
    state_type=Tally,
    initial=lambda case, practice: Tally(practice, case),
    handlers={Add: on_add},
    references=no_references,
    save=no_projection,
)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: int


class Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    amount: int
    parts: list[Part] = []


Here = Annotated[Parts[Tally, None], Depends(parts)]
Writer = Annotated[Caller, caller("visits:write")]

commands = APIRouter(prefix="/v1", route_class=Commands)
reads = APIRouter(prefix="/v1")


@commands.post("/tallies", status_code=201)
async def add(document: Document, who: Writer, here: Here) -> dict[str, int]:
    case = case_id(who.practice_id, document.name)
    return {"count": await here.ask(who, case, Add(document.amount))}


@reads.get("/broken")
async def broken(words: str) -> None:
    raise RuntimeError(f"the words were {words}")


def identify(message: Received) -> UUID | None:
    if message.body == b"[]":
        raise Refused("no-identity", "the message names nothing")
    if b'"name"' not in message.body:
        return None
    return case_id(message.practice_id, "N1")


async def interpret(_: AsyncConnection, message: Received, __: Sealer) -> Interpreted:
    if message.body == b'"fault"':
        raise RuntimeError("the body was something secret")
    document = Document.model_validate_json(message.body)
    case = case_id(message.practice_id, document.name)
    return Interpreted("document", [(case, Add(document.amount))], case_id=case)


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    start_logging(SERVICE)


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    return Tokens(tmp_path_factory.mktemp("issuer"))


def with_user(url: str, user: str, password: str, database: str) -> str:
    address = urlsplit(url)
    host = address.netloc.rsplit("@", 1)[1]
    return urlunsplit(address._replace(netloc=f"{user}:{password}@{host}", path=f"/{database}"))


@pytest_asyncio.fixture(scope="session")
async def template(postgres_url: str) -> AsyncIterator[str]:
    """A database with the sample's tables, made once and copied for every test."""
    name = f"template_http_{secrets.token_hex(4)}"
    owner = await asyncpg.connect(postgres_url)
    await owner.execute(f"create database {name}")
    url = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    await provision(url, SERVICE, "service", "relay")

    def create(connection: Connection) -> None:
        op = Operations(MigrationContext.configure(connection))
        create_bus_tables(op, SERVICE)
        create_http_tables(op, SERVICE)

    engine = create_async_engine(urlunsplit(urlsplit(url)._replace(scheme="postgresql+asyncpg")))
    async with engine.begin() as connection:
        await connection.run_sync(create)
    await engine.dispose()
    yield name
    await owner.execute(f"drop database {name} with (force)")
    await owner.close()


@pytest_asyncio.fixture
async def sample_urls(postgres_url: str, template: str) -> AsyncIterator[tuple[str, str]]:
    name = f"test_http_{secrets.token_hex(4)}"
    owner = await asyncpg.connect(postgres_url)
    await owner.execute(f"create database {name} template {template}")
    yield (
        with_user(postgres_url, f"dermis_{SERVICE}", "service", name),
        with_user(postgres_url, f"dermis_{SERVICE}_relay", "relay", name),
    )
    await owner.execute(f"drop database {name} with (force)")
    await owner.close()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring("k1", {"k1": new_key()})


@pytest_asyncio.fixture
async def sample(
    sample_urls: tuple[str, str], tokens: Tokens, keyring: Keyring
) -> AsyncIterator[FastAPI]:
    service_url, relay_url = sample_urls
    database = Database(service_url, relay_url, SERVICE)
    settings = ServiceSettings(
        database_url=service_url,
        relay_database_url=relay_url,
        port=1,
        kafka_bootstrap="127.0.0.1:1",
        jwks_file=tokens.jwks_file,
        jwt_issuer=ISSUER,
    )
    made = Parts(STAGE, database, Clock(), Vault(keyring, database.transaction))
    yield create_app(
        settings,
        made,
        routers=[commands, reads],
        webhooks=Webhooks(("dermis",), identify, interpret),
    )
    await database.close()


@pytest_asyncio.fixture
async def client(sample: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with running(sample) as answering:
        yield answering


@pytest_asyncio.fixture
async def source(client: httpx.AsyncClient, tokens: Tokens) -> str:
    """A registered source of practice `alpha`."""
    answer = await client.put(
        "/v1/sources/ehr",
        json={"format": "dermis", "secrets": [SECRET]},
        headers=tokens.bearer("alpha"),
    )
    assert answer.status_code == 200, answer.text
    return "ehr"


@pytest.fixture
def execute(sample: FastAPI):
    """Runs a statement for practice `alpha`, for tests that look into the tables."""

    async def run(statement: str):
        async with sample.state.parts.database.transaction(["alpha"]) as connection:
            return (await connection.execute(text(statement))).all()

    return run
