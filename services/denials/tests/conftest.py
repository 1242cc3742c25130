"""Denials answering in this process on a migrated database of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest_asyncio
from sqlalchemy import text

from services.denials.api import DenialsParts
from services.denials.app import app_of, parts_of
from services.denials.settings import Settings
from services.denials.tests.story import PRACTICE
from shared.bus.apply import apply
from shared.bus.outcome import Outcome
from shared.bus.stage import Heard
from shared.bus.sweep import Sweep
from shared.contracts.denial_received import DenialReceived
from shared.contracts.event import Event
from shared.db import Database
from shared.kernel.clock import Clock
from shared.kernel.ids import derived_id
from shared.testing.serving import running
from shared.testing.tokens import ISSUER, Tokens


@dataclass
class Service:
    """The running service, its callers, what it hears and what it has told."""

    client: httpx.AsyncClient
    tokens: Tokens
    parts: DenialsParts
    numbers: dict[str, int] = field(default_factory=dict)

    def may(self, *scopes: str, practice: str = PRACTICE) -> dict[str, str]:
        return self.tokens.bearer(practice, *scopes)

    async def hear(self, event: Event) -> Outcome:
        n = self.numbers[event.topic] = self.numbers.get(event.topic, 0) + 1
        heard = Heard(event, event_id_of(event, n), n)
        applied = await apply(
            self.parts.database,
            self.parts.stage,
            [(event.case_id, heard)],
            self.parts.clock.business(),
        )
        await Sweep(self.parts.stage, self.parts.database, Clock()).sweep_once()
        return applied.outcomes[0]

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={**self.may(), **headers})

    async def told(self) -> list[DenialReceived]:
        async with self.parts.database.transaction([PRACTICE]) as connection:
            rows = await connection.execute(text("select payload from outbox order by seq"))
            return [DenialReceived.model_validate_json(row.payload) for row in rows]


def event_id_of(event: Event, n: int):
    return derived_id("test", event.topic, n)


@pytest_asyncio.fixture
async def service(
    tmp_path: Path, service_database: Callable[[str], Awaitable[Database]]
) -> AsyncIterator[Service]:
    tokens = Tokens(tmp_path)
    settings = Settings(
        database_url="postgresql://unused",
        relay_database_url="postgresql://unused",
        KAFKA_BOOTSTRAP="unused:9",
        JWKS_FILE=tokens.jwks_file,
        JWT_ISSUER=ISSUER,
    )
    parts = parts_of(settings, await service_database("denials"))
    async with running(app_of(settings, parts, None)) as client:
        yield Service(client, tokens, parts)
