"""Submission answering in this process on a migrated database of its own."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
import orjson
import pytest_asyncio
from sqlalchemy import text

from services.submission import routes
from services.submission.api.parts import SubmissionParts
from services.submission.app import app_of, batcher_of, parts_of
from services.submission.batching import Batcher
from services.submission.handlers.filing import FILE
from services.submission.seed import read_code_lists
from services.submission.settings import Settings
from services.submission.tests.support import (
    CLAIM,
    ENCOUNTER,
    NOW,
    PAYER_PROFILE,
    PRACTICE,
    PRACTICE_PROFILE,
    VISIT,
    Clearinghouse,
    documented,
)
from shared.bus.apply import apply
from shared.bus.deliver import Deliver
from shared.bus.outcome import Outcome
from shared.bus.stage import Heard, Stage
from shared.contracts.documents.visit import Subject, Visit
from shared.contracts.event import Event
from shared.contracts.events import BY_TOPIC
from shared.contracts.visit_classified import CoverageSummary, VisitClassified
from shared.db import Database
from shared.kernel.clock import Clock
from shared.kernel.ids import case_id, derived_id
from shared.testing.serving import running
from shared.testing.tokens import ISSUER, Tokens
from shared.testing.webhooks import SECRET, signed_headers
from shared.vault import Keyring, SubjectSealer
from shared.vault.keyring import new_key
from shared.x12.judging import Judge


@dataclass
class Service:
    """The running service, its callers, its clearinghouse and what it has told."""

    client: httpx.AsyncClient
    tokens: Tokens
    parts: SubmissionParts
    subjects: SubjectSealer
    batcher: Batcher
    deliver: Deliver
    clearinghouse: Clearinghouse
    numbers: dict[tuple[str, UUID], int] = field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        return self.parts.stage

    def may(self, *scopes: str, practice: str = PRACTICE) -> dict[str, str]:
        return self.tokens.bearer(practice, *scopes)

    async def profiles(self, **payer: object) -> None:
        """Put the practice's and the payer's profile."""
        headers = self.may("claims:work")
        for path, body in (
            ("/v1/practice", PRACTICE_PROFILE),
            ("/v1/payers/60054", {**PAYER_PROFILE, **payer}),
        ):
            answer = await self.client.put(path, json=body, headers=headers)
            assert answer.status_code == 200, answer.text

    async def hear(self, event: Event, n: int | None = None) -> Outcome:
        """An event arrives, under the next number of its topic and case unless one is given."""
        place = (event.topic, event.case_id)
        number = n or self.numbers.get(place, 0) + 1
        self.numbers[place] = max(number, self.numbers.get(place, 0))
        heard = Heard(event, derived_id(event.topic, event.case_id, number), number)
        now = self.parts.clock.business()
        applied = await apply(self.parts.database, self.stage, [(event.case_id, heard)], now)
        return applied.outcomes[0]

    async def story(self, visit: dict = VISIT, encounter: dict = ENCOUNTER) -> None:
        """The visit and the encounter of a case are heard."""
        await self.hear(self.visit(visit))
        await self.hear(documented(encounter))

    def visit(self, document: dict = VISIT, practice: str = PRACTICE) -> VisitClassified:
        read = Visit.model_validate(document)
        subject = Subject(patient=read.patient, coverage=read.coverage)
        coverage = read.coverage
        return VisitClassified(
            case_id=case_id(practice, read.visit_id),
            practice_id=practice,
            occurred_at=NOW,
            visit_id=read.visit_id,
            status="arrived",
            scheduled_at=read.scheduled_at,
            rendering_provider=read.rendering_provider,
            classification="medical",
            coverage=CoverageSummary(
                payer_id=coverage.payer_id,
                payer_name=coverage.payer_name,
                program=coverage.program,
            )
            if coverage
            else None,
            coverage_known=True,
            subject=self.subjects.seal(practice, subject.model_dump_json().encode()),
        )

    async def told(self) -> list[Event]:
        """The events in the outbox, parsed by the contract's models."""
        async with self.parts.database.transaction([PRACTICE]) as connection:
            rows = await connection.execute(text("select topic, payload from outbox order by seq"))
            return [BY_TOPIC[row.topic].model_validate_json(row.payload) for row in rows]

    async def claim(self, claim: str | None = None) -> dict:
        answer = await self.client.get(
            f"/v1/claims/{claim or CLAIM}", headers=self.may("claims:read")
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self) -> bytes:
        """Form a file of what is ready, deliver it, tell its claims; the bytes that arrived."""
        assert await self.batcher.form(PRACTICE) is not None
        assert await self.deliver.deliver_once()
        await self.batcher.follow_up(PRACTICE)
        return list(self.clearinghouse.files.values())[-1][1]

    async def stored_bytes(self) -> bytes:
        """Everything the database keeps in the clear or sealed, as one run of bytes."""
        tables = "case_state outbox claim_version batch remittance webhook_inbox outbound audit"
        async with self.parts.database.transaction([PRACTICE]) as connection:
            kept = b""
            for table in tables.split():
                rows = await connection.execute(text(f"select to_jsonb(t) as row from {table} t"))
                kept += b"".join(orjson.dumps(row.row) for row in rows)
            rows = await connection.execute(text("select payload from outbox"))
            return kept + b"".join(bytes(row.payload) for row in rows)

    async def post(self, file: bytes) -> dict:
        """Post a file as the clearinghouse does; what became of the message."""
        headers = signed_headers(file, media_type="application/edi-x12")
        answer = await self.client.post("/v1/webhooks/house", content=file, headers=headers)
        assert answer.status_code == 202, answer.text
        return await self.until(answer.json()["status_url"])

    async def until(self, status_url: str, state: str | None = None) -> dict:
        """What became of a message, once it is interpreted (to this state, where one is named)."""
        for _ in range(200):
            told = await self.client.get(status_url, headers=self.may())
            found = told.json()["state"]
            if found == state or (state is None and found != "stored"):
                return told.json()
            await asyncio.sleep(0.02)
        raise AssertionError("the message was not interpreted")


@pytest_asyncio.fixture(scope="session")
async def judge() -> AsyncIterator[Judge]:
    """The judging process, warm for all tests."""
    one = Judge(read_code_lists())
    await one.warm()
    yield one
    await one.close()


@pytest_asyncio.fixture
async def service(
    tmp_path: Path, service_database: Callable[[str], Awaitable[Database]], judge: Judge
) -> AsyncIterator[Service]:
    tokens = Tokens(tmp_path)
    subject_key = new_key()
    clock_file = tmp_path / "clock"
    wall = Clock().wall()
    clock_file.write_text(orjson.dumps({"wall0": wall, "business0": NOW, "rate": 3600.0}).decode())
    settings = Settings(
        database_url="postgresql://unused",
        relay_database_url="postgresql://unused",
        vault_keys=f"k1:{b64encode(new_key()).decode()}",
        SUBJECT_KEYS=f"s1:{b64encode(subject_key).decode()}",
        KAFKA_BOOTSTRAP="unused:9",
        JWKS_FILE=tokens.jwks_file,
        JWT_ISSUER=ISSUER,
        CLOCK_FILE=clock_file,
        clearinghouse_url="http://clearinghouse.test",
        clearinghouse_api_key="key",
        quiet_seconds=0.001,
    )
    database = await service_database("submission")
    parts = parts_of(settings, database, judge)
    outside = Clearinghouse()
    client = httpx.AsyncClient(
        base_url="http://clearinghouse.test",
        headers={"authorization": "Bearer key"},
        transport=httpx.MockTransport(outside.answer),
    )
    route = routes.Routes(database, parts.vault, client, parts.clock)
    deliver = Deliver(parts.stage, database, parts.clock, {FILE: route.partner()})
    async with client, running(app_of(settings, parts, None)) as asking:
        put = await asking.put(
            "/v1/sources/house",
            json={"format": "x12", "secrets": [SECRET]},
            headers=tokens.bearer(PRACTICE),
        )
        assert put.status_code < 300, put.text
        yield Service(
            asking,
            tokens,
            parts,
            SubjectSealer(Keyring("s1", {"s1": subject_key})),
            batcher_of(settings, parts),
            deliver,
            outside,
        )
