"""Pathology answering in this process on a migrated database of its own."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from services.pathology.app import app_of, parts_of
from services.pathology.domain.case import Case
from services.pathology.domain.commands import References
from services.pathology.settings import Settings
from shared.bus.apply import apply
from shared.bus.outcome import Applied
from shared.bus.stage import Heard
from shared.contracts.documents.encounter import Encounter, without_prose
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.event import Event
from shared.contracts.pathology_overdue import PathologyOverdue
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.pathology_unmatched import PathologyUnmatched
from shared.db import Database
from shared.http import Parts
from shared.kernel.ids import case_id, new_id
from shared.testing.serving import running
from shared.testing.tokens import ISSUER, Tokens
from shared.vault.keyring import new_key

PRACTICE = "prairie"
EXAMPLES = Path(__file__).parents[3] / "shared/contracts/examples"
EVENTS: dict[str, type[Event]] = {
    each.topic: each for each in (PathologyReturned, PathologyOverdue, PathologyUnmatched)
}


def example(name: str) -> dict:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def documented(body: dict, version: int = 1) -> EncounterDocumented:
    """What documentation tells of an encounter."""
    encounter = Encounter.model_validate_json(json.dumps(body))
    return EncounterDocumented(
        case_id=case_id(PRACTICE, encounter.visit_id, encounter.encounter_id),
        practice_id=PRACTICE,
        occurred_at="2026-03-02T18:00:00-06:00",
        encounter_id=encounter.encounter_id,
        visit_id=encounter.visit_id,
        encounter_version=version,
        encounter=without_prose(encounter, ()),
        blocks=False,
    )


@dataclass
class Service:
    """The running service, its callers, what it hears and what it has told."""

    client: httpx.AsyncClient
    tokens: Tokens
    parts: Parts[Case, References]
    numbers: dict[UUID, int] = field(default_factory=dict)

    def may(self, *scopes: str, practice: str = PRACTICE) -> dict[str, str]:
        return self.tokens.bearer(practice, *scopes)

    async def hear(self, event: Event) -> Applied:
        n = self.numbers[event.case_id] = self.numbers.get(event.case_id, 0) + 1
        now = self.parts.clock.business()
        heard = Heard(event, new_id(), n)
        return await apply(self.parts.database, self.parts.stage, [(event.case_id, heard)], now)

    async def post(self, body: dict, path: str = "/v1/results", **headers: str) -> httpx.Response:
        return await self.client.post(path, json=body, headers={**self.may(), **headers})

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={**self.may(), **headers})

    async def told(self) -> list[Event]:
        async with self.parts.database.transaction([PRACTICE]) as connection:
            rows = await connection.execute(text("select topic, payload from outbox order by seq"))
            return [EVENTS[row.topic].model_validate_json(row.payload) for row in rows]

    async def timers(self) -> dict[str, str]:
        async with self.parts.database.transaction([PRACTICE]) as connection:
            rows = await connection.execute(text("select kind, due_at from timer order by due_at"))
            return {row.kind: row.due_at.date().isoformat() for row in rows}


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
    parts = parts_of(settings, await service_database("pathology"))
    async with running(app_of(settings, parts, None)) as client:
        yield Service(client, tokens, parts)


@pytest.fixture
def biopsy() -> dict:
    return example("1-encounter")


@pytest.fixture
def excision() -> dict:
    return example("2-encounter")
