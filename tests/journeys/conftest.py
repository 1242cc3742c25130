"""A practice on the session's whole stack: its partners post, its people read."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from deploy.local.stack import Stack
from deploy.simulators.ehr import Ehr
from deploy.simulators.lab import Lab
from deploy.simulators.webhooks import read_sources

EXAMPLES = Path(__file__).resolve().parents[2] / "shared" / "contracts" / "examples"
RESULTS_OF_STORIES = {1: ("1-result",), 2: ("2-result-final",)}


def example(name: str) -> dict[str, Any]:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def renumbered(name: str, number: int) -> dict[str, Any]:
    """An example of another patient and visit, nine days later, so that no hold has run out.

    Its ids carry the number in place of the story's.
    """
    story = name[0]
    text = (EXAMPLES / f"{name}.json").read_text()
    for old, new in (
        (f"-100{story}", f"-{number}"),
        (f"MRN200{story}", f"MRN{number}"),
        (f"W200{story}000", f"W{number}000"),
        ("D26-00", f"D26-{number}"),
    ):
        text = text.replace(old, new)
    return json.loads(re.sub(r"2026-03-(\d\d)", lambda day: f"2026-03-{int(day[1]) + 9:02}", text))


@dataclass
class Practice:
    """What a test does and sees: partners post, people read."""

    stack: Stack
    client: httpx.AsyncClient
    ehr: Ehr
    lab: Lab
    stories: dict[int, str] = field(default_factory=dict)

    async def story(self, number: int) -> str:
        """The case of a story; the first who asks has its documents posted."""
        if number not in self.stories:
            self.stories[number] = await self.visit(example(f"{number}-visit"))
            await self.encounter(example(f"{number}-encounter"))
            for name in RESULTS_OF_STORIES.get(number, ()):
                await self.result(example(name))
        return self.stories[number]

    async def get(self, service: str, path: str, **params: str) -> Any:
        response = await self.client.get(self.stack.urls[service] + path, params=params)
        if response.status_code == 404:
            return None
        assert response.status_code == 200, (service, path, response.status_code, response.text)
        return response.json()

    async def visit(self, document: dict[str, Any]) -> str:
        posted = await self.ehr.visit(document)
        assert posted.status == 202, posted
        assert posted.case_id is not None
        return posted.case_id

    async def encounter(self, document: dict[str, Any]) -> None:
        assert (await self.ehr.encounter(document)).status == 202

    async def result(self, document: dict[str, Any], webhook_id: str | None = None) -> None:
        assert (await self.lab.result(document, webhook_id=webhook_id)).status == 202

    async def claim(self, case_id: str) -> dict[str, Any] | None:
        """The latest version of the case's claim."""
        page = await self.get("coding", "/v1/claims", case_id=case_id)
        items = page["items"] if page else []
        assert len(items) <= 1, "one encounter, one claim"
        return items[0] if items else None

    async def sent(self, claim: dict[str, Any]) -> dict[str, Any] | None:
        """How submission stands with a claim."""
        return await self.get("submission", f"/v1/claims/{claim['claim_id']}")

    async def at_the_payer(self, claim_id: str) -> list[dict[str, Any]]:
        """What the clearinghouse received of a claim, every version."""
        received = await self.get("clearinghouse", "/v1/claims")
        return [one for one in received if one["claim_id"].startswith(claim_id)]


async def eventually(
    what: str, ask: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool], seconds: float = 180
) -> Any:
    """The first answer that holds; a failure shows the last one."""
    until = time.monotonic() + seconds
    while True:
        answer = await ask()
        if answer is not None and holds(answer):
            return answer
        assert time.monotonic() < until, f"{what}: still {answer!r}"
        await asyncio.sleep(0.2)


@pytest_asyncio.fixture(scope="package")
async def practice(stack: Stack):
    sources = read_sources(stack.home / "sources.json")
    headers = {"authorization": f"Bearer {stack.token}"}
    async with (
        httpx.AsyncClient(timeout=30) as outside,
        httpx.AsyncClient(timeout=30, headers=headers) as inside,
    ):
        practice = Practice(
            stack, inside, Ehr(outside, stack.urls, sources), Lab(outside, stack.urls, sources)
        )
        for number in range(1, 7):  # all at once, as a day brings them: tests only wait
            await practice.story(number)
        yield practice
