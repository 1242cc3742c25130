"""A clearinghouse with a practice that hears it."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook

from deploy.simulators.clearinghouse.api import create_app
from deploy.simulators.clearinghouse.delivery import Delivery
from deploy.simulators.clearinghouse.house import House
from deploy.simulators.clearinghouse.store import Store
from deploy.simulators.webhooks import Source

KEY = "key-of-the-practice"
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
START = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)


class HandClock:
    """Business time moved by the test."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def forward(self, **amount: float) -> None:
        self.at += timedelta(**amount)


@dataclass
class World:
    clock: HandClock
    store: Store
    house: httpx.AsyncClient
    delivery: Delivery
    key: str = KEY
    heard: list[bytes] = field(default_factory=list)
    down: bool = False

    async def send(self, raw: bytes, key: str | None = None) -> httpx.Response:
        return await self.house.post(
            "/v1/files",
            content=raw,
            headers={
                "authorization": f"Bearer {KEY}",
                "content-type": "application/edi-x12",
                "idempotency-key": key or raw[90:99].decode(errors="replace"),
            },
        )

    async def pass_time(self, **amount: float) -> list[bytes]:
        """What the practice hears while business time goes on."""
        self.clock.forward(**amount)
        before = len(self.heard)
        await self.delivery.step()  # pays, then delivers what was due
        return self.heard[before:]

    async def behave(self, action: dict[str, Any], times: int | None = None, **match: str) -> None:
        body = {"match": match, "action": action, "times": times}
        answer = await self.house.post("/v1/behaviours", json=body)
        assert answer.status_code == 201, answer.text

    async def claims(self) -> list[dict[str, Any]]:
        return (await self.house.get("/v1/claims")).json()


@pytest.fixture
async def world(tmp_path):
    store, clock = Store(str(tmp_path / "house.sqlite")), HandClock()
    practice = FastAPI()
    source = Source("clearinghouse", "submission", "x12", SECRET)

    def nothing():
        raise AssertionError("the lifespan is not used here")

    app = create_app(store, House(store, payment_days=5), clock.now, KEY, nothing)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://house")
    outward = httpx.AsyncClient(transport=httpx.ASGITransport(practice))
    delivery = Delivery(store, clock, outward, "http://practice", source)
    world = World(clock, store, client, delivery)

    @practice.post("/v1/webhooks/clearinghouse")
    async def hear(request: Request) -> Response:
        raw = await request.body()
        Webhook(SECRET).verify(raw, dict(request.headers), json_parse=False)
        assert request.headers["content-type"] == "application/edi-x12"
        if world.down:
            return Response(status_code=503)
        world.heard.append(raw)
        return Response(status_code=202)

    yield world
    await client.aclose()
    await outward.aclose()
