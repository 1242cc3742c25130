"""Documentation answering in this process on a migrated database of its own."""

from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import pytest_asyncio
from sqlalchemy import text

from services.documentation.app import DocumentationParts, app_of, parts_of
from services.documentation.settings import Settings
from shared.contracts.documentation_queried import DocumentationQueried
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.event import Event
from shared.db import Database
from shared.testing.serving import running
from shared.testing.tokens import ISSUER, Tokens
from shared.vault.keyring import new_key

PRACTICE = "prairie"
EVENTS: dict[str, type[Event]] = {
    each.topic: each for each in (EncounterDocumented, DocumentationQueried)
}


@dataclass
class Service:
    """The running service, its callers and what it has told."""

    client: httpx.AsyncClient
    tokens: Tokens
    parts: DocumentationParts

    def may(self, *scopes: str, practice: str = PRACTICE) -> dict[str, str]:
        return self.tokens.bearer(practice, *scopes)

    async def told(self) -> list[Event]:
        """The events in the outbox, parsed by the contract's models."""
        async with self.parts.database.transaction([PRACTICE]) as connection:
            rows = await connection.execute(text("select topic, payload from outbox order by seq"))
            return [EVENTS[row.topic].model_validate_json(row.payload) for row in rows]

    async def stored_bytes(self) -> bytes:
        """Everything the database keeps of cases, events and messages, as one run of bytes."""
        async with self.parts.database.transaction([PRACTICE]) as connection:
            kept = b""
            for table in ("case_state", "outbox", "encounter", "webhook_inbox", "audit"):
                rows = await connection.execute(text(f"select to_jsonb(t) as row from {table} t"))
                kept += b"".join(orjson.dumps(row.row) for row in rows)
            rows = await connection.execute(text("select payload from outbox"))
            return kept + b"".join(bytes(row.payload) for row in rows)


@pytest_asyncio.fixture
async def service(
    tmp_path: Path, service_database: Callable[[str], Awaitable[Database]]
) -> AsyncIterator[Service]:
    tokens = Tokens(tmp_path)
    settings = Settings(
        database_url="postgresql://unused",
        relay_database_url="postgresql://unused",
        vault_keys=f"k1:{b64encode(new_key()).decode()}",
        KAFKA_BOOTSTRAP="unused:9",
        JWKS_FILE=tokens.jwks_file,
        JWT_ISSUER=ISSUER,
    )
    parts = parts_of(settings, await service_database("documentation"))
    async with running(app_of(settings, parts, None)) as client:
        yield Service(client, tokens, parts)
