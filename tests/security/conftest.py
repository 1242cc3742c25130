"""The session's whole stack, seen by its practice, by another practice and by nobody."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from deploy.local.credentials import Credentials
from deploy.local.issuer import Issuer
from deploy.local.parts import SERVICES
from deploy.local.stack import Stack
from deploy.simulators.webhooks import Source, read_sources, signed_headers, source_for
from shared.http.scopes import SCOPES
from shared.kernel.clock import Clock
from shared.kernel.ids import new_id

EXAMPLES = Path(__file__).resolve().parents[2] / "shared" / "contracts" / "examples"
JSON = "application/json"


@dataclass(frozen=True)
class Door:
    """The addresses of the services, and callers of three practices; `another` stores nothing."""

    client: httpx.AsyncClient
    urls: dict[str, str]
    own: dict[str, str]
    stranger: dict[str, str]
    third: dict[str, str]
    sources: list[Source]

    def source(self, service: str) -> Source:
        return source_for(self.sources, service, "x12" if service == "submission" else "dermis")

    async def post_signed(
        self,
        service: str,
        body: bytes,
        *,
        secret: str | None = None,
        at: Any = None,
        media_type: str | None = None,
        source_id: str | None = None,
    ) -> httpx.Response:
        source = self.source(service)
        expected = "application/edi-x12" if source.format == "x12" else JSON
        headers = signed_headers(
            secret or source.secret,
            f"msg_{new_id()}",
            body,
            content_type=media_type or expected,
            at=at,
        )
        url = f"{self.urls[service]}/v1/webhooks/{source_id or source.source_id}"
        return await self.client.post(url, content=body, headers=dict(headers))

    async def messages(self, service: str) -> set[str]:
        """Every message the service has kept for the practice."""
        found: set[str] = set()
        cursor: str | None = None
        while True:
            params = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
            url = f"{self.urls[service]}/v1/messages"
            page = (await self.client.get(url, params=params, headers=self.own)).json()
            found |= {item["message_id"] for item in page["items"]}
            cursor = page["next_cursor"]
            if cursor is None:
                return found


def example(name: str) -> dict[str, Any]:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def problem(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """The problem document of a refusal with one of these statuses."""
    told = (str(answer.request.url), answer.status_code, answer.text[:500])
    assert answer.status_code in statuses, told
    assert answer.headers["content-type"] == "application/problem+json", told
    document: dict[str, Any] = answer.json()
    assert document["status"] == answer.status_code
    assert document["type"].startswith("urn:dermis:problem:")
    return document


@pytest_asyncio.fixture(scope="package")
async def door(stack: Stack):
    issuer = Issuer(Credentials(stack.state / "credentials.json").signing_key())

    def bearer(practice_id: str) -> dict[str, str]:
        token = issuer.token(practice_id, "stranger", SCOPES, Clock().wall())
        return {"authorization": f"Bearer {token}"}

    async with httpx.AsyncClient(timeout=60) as client:
        yield Door(
            client,
            stack.urls,
            {"authorization": f"Bearer {stack.token}"},
            bearer("another"),
            bearer("third"),
            read_sources(stack.home / "sources.json"),
        )


@pytest_asyncio.fixture(scope="package")
async def case(door: Door) -> dict[str, Any]:
    """Story 1 of the demo practice, coded."""
    case_ids: set[str | None] = set()
    for service, name in (
        ("eligibility", "1-visit"),
        ("documentation", "1-encounter"),
        ("pathology", "1-result"),
    ):
        answer = await door.post_signed(service, json.dumps(example(name)).encode())
        assert answer.status_code == 202, answer.text
        case_ids.add(answer.json()["case_id"])
    (case_id,) = case_ids - {None}
    for _ in range(300):
        url = f"{door.urls['operations']}/v1/cases/{case_id}"
        view = (await door.client.get(url, headers=door.own)).json()
        if view.get("claims"):
            return view
        await asyncio.sleep(0.2)
    raise AssertionError(view)


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=("eligibility", "documentation", "pathology", "submission"))
def intake(request: pytest.FixtureRequest) -> str:
    """A service that takes webhooks."""
    return request.param
