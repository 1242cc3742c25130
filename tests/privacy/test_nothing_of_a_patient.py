"""Nothing of a patient leaves the vault: not in logs, spans, metrics, on the bus or in a column.

Words that stand nowhere else are sent in every way a patient's data can come in, right and wrong;
then everything the stack has written is searched for them.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.parts import SERVICES
from deploy.local.stack import Stack
from deploy.simulators.webhooks import read_sources, signed_headers, source_for
from shared.contracts.events import EVENTS
from shared.kernel.ids import new_id
from shared.testing.collector import Collector

EXAMPLES = Path(__file__).resolve().parents[2] / "shared" / "contracts" / "examples"
JSON = "application/json"
# Whatever a person is known by, and a word of each kind of prose.
SECRETS = {
    "first name": "Zebulonia",
    "last name": "Quillfeather",
    "birth date": "1931-01-29",
    "birth date, packed": "19310129",
    "street": "Umbrella Crescent",
    "city": "Wickersborough",
    "telephone": "2175550199",
    "e-mail": "zq@wicker.invalid",
    "member id": "MEM88QX31Z",
    "subscriber": "Hortensius",
    "reason": "gardenhose",
    "description": "teaspoonful",
    "note": "accordion",
    "narrative": "marmalade",
    "lesion rationale": "lighthouse",
    "procedure rationale": "bagpipes",
    "diagnosis text": "umbrellastand",
}


def visit(**changes: Any) -> dict[str, Any]:
    document = json.loads((EXAMPLES / "1-visit.json").read_text())
    document["visit_id"] = "V-PRIVATE"
    document["patient"] |= {
        "mrn": "MRN-PRIVATE",
        "first_name": SECRETS["first name"],
        "last_name": SECRETS["last name"],
        "birth_date": SECRETS["birth date"],
        "phone": "+1" + SECRETS["telephone"],
        "email": SECRETS["e-mail"],
        "address": {
            "line1": f"77 {SECRETS['street']}",
            "city": SECRETS["city"],
            "state": "IL",
            "postal_code": "62701",
        },
    }
    document["coverage"] |= {
        "member_id": SECRETS["member id"],
        "relationship": "spouse",
        "subscriber": {
            "first_name": SECRETS["subscriber"],
            "last_name": SECRETS["last name"],
            "birth_date": "1930-05-05",
            "sex": "M",
        },
    }
    document["reason"] = f"A spot that bled after the {SECRETS['reason']}"
    document["planned_services"][0]["description"] = f"A {SECRETS['description']} of care"
    return document | changes


def encounter(**changes: Any) -> dict[str, Any]:
    text = (EXAMPLES / "1-encounter.json").read_text().replace("-1001", "-PRIVATE")
    document = json.loads(text)
    document["patient"]["mrn"] = "MRN-PRIVATE"
    document["note"]["text"] += f" {SECRETS['first name']} plays the {SECRETS['note']}."
    document["evaluation"]["narrative"] += f" Likes {SECRETS['narrative']}."
    document["lesions"][0]["rationale"] += f" Seen from the {SECRETS['lesion rationale']}."
    document["procedures"][0]["rationale"] = f"Hurt by {SECRETS['procedure rationale']}."
    return document | changes


def result(**changes: Any) -> dict[str, Any]:
    text = (EXAMPLES / "1-result.json").read_text().replace("-1001", "-PRIVATE")
    document = json.loads(text) | {"mrn": "MRN-PRIVATE", "accession": "D26-PRIVATE"}
    return document | changes


def told_result(**changes: Any) -> dict[str, Any]:
    """A corrected report that says more than a machine understands: a person has to read it."""
    document = result(status="corrected", reported_at="2026-03-09T15:40:00-06:00")
    name, word = SECRETS["last name"], SECRETS["diagnosis text"]
    document["diagnosis_text"] += f" Patient {name} by the {word}."
    return document | changes


class Outside:
    """The partners and people who send all of it."""

    def __init__(self, stack: Stack, client: httpx.AsyncClient) -> None:
        self._stack = stack
        self._client = client
        self._sources = read_sources(stack.home / "sources.json")
        self._own = {"authorization": f"Bearer {stack.token}"}

    async def webhook(self, service: str, document: Any) -> httpx.Response:
        source = source_for(self._sources, service, "dermis")
        body = json.dumps(document).encode()
        headers = signed_headers(source.secret, f"msg_{new_id()}", body, content_type=JSON)
        url = f"{self._stack.urls[service]}/v1/webhooks/{source.source_id}"
        return await self._client.post(url, content=body, headers=dict(headers))

    async def post(self, service: str, path: str, document: Any) -> httpx.Response:
        headers = {**self._own, "idempotency-key": str(new_id())}
        url = self._stack.urls[service] + path
        return await self._client.post(url, json=document, headers=headers)

    async def get(self, service: str, path: str, **params: str) -> httpx.Response:
        url = self._stack.urls[service] + path
        return await self._client.get(url, params=params, headers=self._own)

    async def until(self, case_id: str, event: str, times: int) -> None:
        """Wait until the case tells of so many events of a type."""
        for _ in range(600):
            view = (await self.get("operations", f"/v1/cases/{case_id}")).json()
            if [each["type"] for each in view.get("events", [])].count(event) >= times:
                return
            await asyncio.sleep(0.2)
        raise AssertionError(view)

    async def send_what_is_right(self) -> str:
        """One case, from visit to the payer's acceptance."""
        accepted = await self.webhook("eligibility", visit())
        assert accepted.status_code == 202, accepted.text
        assert (await self.webhook("documentation", encounter())).status_code == 202
        assert (await self.webhook("pathology", result())).status_code == 202
        return str(accepted.json()["case_id"])

    async def send_what_is_wrong(self) -> None:
        """Values where they do not belong, so that an error could quote them."""
        last, first = SECRETS["last name"], SECRETS["first name"]
        wrong = [
            ("eligibility", "/v1/visits", visit(scheduled_at=last)),
            ("eligibility", "/v1/visits", visit(patient=last)),
            ("eligibility", "/v1/visits", visit(status=first, nickname=first)),
            ("documentation", "/v1/encounters", encounter(date_of_service=first)),
            ("documentation", "/v1/encounters", encounter(procedures=[{"kind": last}])),
            ("pathology", "/v1/results", told_result(status=last, reported_at=first)),
        ]
        for service, path, document in wrong:
            answer = await self.post(service, path, document)
            assert answer.status_code == 422, (path, answer.status_code)
            assert found_in(answer.content) == [], answer.text
            assert (await self.webhook(service, document)).status_code in (202, 422)
        for service, path, document in (
            ("eligibility", "/v1/classify", visit(visit_id="V-WHATIF")),
            ("documentation", "/v1/check", encounter(encounter_id="E-WHATIF")),
            ("pathology", "/v1/interpret", {"text": told_result()["diagnosis_text"]}),
            ("coding", "/v1/preview", {"encounter": encounter(), "results": [told_result()]}),
        ):
            assert (await self.post(service, path, document)).status_code == 200, path
        for service in SERVICES:
            await self.get(service, f"/v1/{last}", q=first)
        await self.get("operations", "/v1/search", q=SECRETS["member id"])
        await self.get("operations", "/", q=last)


@pytest_asyncio.fixture(scope="module")
async def outside(stack: Stack) -> AsyncIterator[Outside]:
    async with httpx.AsyncClient(timeout=60) as client:
        yield Outside(stack, client)


@pytest_asyncio.fixture(scope="module")
async def sent(outside: Outside) -> str:
    """Everything has been sent: the claim came to the payer, then the report nobody expected."""
    case_id = await outside.send_what_is_right()
    await outside.send_what_is_wrong()
    await outside.until(case_id, "ClaimAccepted", 1)
    assert (await outside.webhook("pathology", told_result())).status_code == 202
    await outside.until(case_id, "PathologyReturned", 2)
    return case_id


def found_in(written: bytes) -> list[str]:
    """Which secrets stand in these bytes, as text or as PostgreSQL shows bytes."""
    low = written.lower()
    return [
        kind
        for kind, secret in SECRETS.items()
        if secret.lower().encode() in low or secret.encode().hex().encode() in low
    ]


async def test_the_search_finds_what_it_looks_for() -> None:
    everything = json.dumps([visit(), encounter(), told_result()]).encode()
    assert set(SECRETS) - set(found_in(everything)) == {"birth date, packed"}
    assert found_in(b"\\x" + b"Zebulonia".hex().encode()) == ["first name"]


async def test_logs_carry_nothing(stack: Stack, sent: str) -> None:
    logs = [log for log in (stack.home / "logs").glob("*.log") if "clearinghouse" not in log.name]
    assert {f"{service}.log" for service in SERVICES} <= {log.name for log in logs}
    text = {log.name: log.read_bytes() for log in logs}
    assert sent.encode() in b"".join(text.values()), "the logs tell of this case"
    assert {name: found for name, log in text.items() if (found := found_in(log))} == {}


async def test_metrics_carry_nothing(outside: Outside, sent: str) -> None:
    for service in SERVICES:
        metrics = (await outside.get(service, "/metrics")).content
        assert b"dermis_http_requests_total" in metrics
        assert found_in(metrics) == [], service
        assert sent.encode() not in metrics, "an id is no label"


async def test_spans_carry_nothing(collector: Collector, sent: str) -> None:
    for _ in range(60):
        spans = b"".join(collector.bodies)
        if sent.encode() in spans:
            break
        await asyncio.sleep(0.5)
    assert sent.encode() in spans, "the spans tell of this case"
    assert found_in(spans) == []


async def test_the_bus_carries_nothing(stack: Stack, sent: str) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        topics = {event.topic for event in EVENTS} & await consumer.topics()
        consumer.assign(
            [
                TopicPartition(topic, partition)
                for topic in topics
                for partition in consumer.partitions_for_topic(topic) or ()
            ]
        )
        await consumer.seek_to_beginning()
        written = [part async for part in _records(consumer)]
    finally:
        await consumer.stop()
    assert any(sent.encode() in part for part in written), "the bus carries this case"
    assert [found for part in written if (found := found_in(part))] == []


async def _records(consumer: AIOKafkaConsumer) -> AsyncIterator[bytes]:
    quiet = 0
    while quiet < 3:
        batches = await consumer.getmany(timeout_ms=1000)
        quiet = 0 if batches else quiet + 1
        for records in batches.values():
            for record in records:
                yield record.key or b""
                yield record.value or b""
                for name, value in record.headers:
                    yield name.encode() + b": " + value


async def test_no_column_carries_anything_in_the_clear(stack: Stack, sent: str) -> None:
    owner = await asyncpg.connect(stack.owner_url)
    try:
        tables = await owner.fetch(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema = any($1) and table_type = 'BASE TABLE'",
            list(SERVICES),
        )
        assert len(tables) > 7 * 10
        told: dict[str, set[str]] = {}
        seen = False
        for table in tables:
            name = f'"{table["table_schema"]}"."{table["table_name"]}"'
            for row in await owner.fetch(f"select t::text as row from {name} t"):
                seen = seen or sent in row["row"]
                for found in found_in(row["row"].encode()):
                    told.setdefault(name, set()).add(found)
    finally:
        await owner.close()
    assert seen, "the tables tell of this case"
    assert told == {}


def names_of(stack: Stack) -> Iterator[str]:
    for path in stack.home.rglob("*"):
        yield path.name


async def test_no_file_is_named_after_a_patient(stack: Stack, sent: str) -> None:
    assert [name for name in names_of(stack) if found_in(name.encode())] == []
    assert re.fullmatch(r"[0-9a-f-]{36}", sent)
