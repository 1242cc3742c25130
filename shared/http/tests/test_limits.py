"""Who asks too often waits, and is told how long; nobody else does."""

import httpx
import pytest
from fastapi import FastAPI

from shared.http.limits import Buckets, Limits
from shared.http.problems import install_problems
from shared.testing.serving import running

# quota a minute, seconds between the requests, how many are let in of the first 8, last wait
BUCKETS = [
    pytest.param(5, 0.0, 5, 12, id="a burst of the quota, then one every twelve seconds"),
    pytest.param(60, 0.5, 8, 0, id="within the quota"),
    pytest.param(6, 10.0, 8, 0, id="exactly as fast as the bucket fills"),
    pytest.param(1, 30.0, 4, 30, id="every second one"),
]


@pytest.mark.parametrize(("quota", "between", "admitted", "last_wait"), BUCKETS)
def test_a_bucket(quota: int, between: float, admitted: int, last_wait: int) -> None:
    now = 0.0
    buckets = Buckets("requests", quota, lambda: now)
    waits = []
    for _ in range(8):
        waits.append(buckets.take("one").wait)
        now += between
    assert waits.count(0) == admitted
    assert waits[-1] == last_wait
    assert buckets.take("another").wait == 0


def test_what_is_left_is_told_and_comes_back() -> None:
    now = 0.0
    buckets = Buckets("requests", 10, lambda: now)
    first = buckets.take("one")
    assert (first.left, first.whole_in) == (9, 6)
    assert buckets.headers(first) == {
        "RateLimit-Policy": '"requests";q=10;w=60',
        "RateLimit": '"requests";r=9;t=6',
    }
    now = 6.0
    assert buckets.take("one").left == 9


def limited() -> FastAPI:
    """Knows the token `good` alone."""
    from fastapi import Request
    from starlette.responses import Response

    app = FastAPI()
    app.add_middleware(Limits, requests=3, webhooks=2)
    install_problems(app)

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def anything(request: Request) -> Response:
        known = request.headers.get("authorization") in ("Bearer good", "Bearer other")
        return Response(status_code=200 if known else 401)

    return app


async def statuses(client: httpx.AsyncClient, path: str, *tokens: str) -> list[int]:
    return [
        (await client.get(path, headers={"authorization": f"Bearer {token}"})).status_code
        for token in tokens
    ]


async def test_each_credential_has_its_quota_and_guessing_has_one() -> None:
    async with running(limited()) as client:
        # The first request of a new credential counts for its address.
        assert await statuses(client, "/v1/x", *["good"] * 5) == [200] * 4 + [429]
        assert await statuses(client, "/v1/x", "other") == [200]
        assert await statuses(client, "/v1/x", "g1", "g2", "g3") == [401, 429, 429]
        assert await statuses(client, "/v1/x", "other") == [200]
        assert await statuses(client, "/healthz", *["g"] * 9) == [401] * 9


async def test_a_refusal_is_a_problem_that_says_when_to_come_again() -> None:
    async with running(limited()) as client:
        headers = {"authorization": "Bearer good"}
        answers = [await client.get("/v1/x", headers=headers) for _ in range(5)]
        assert answers[0].headers["ratelimit-policy"] == '"requests";q=3;w=60'
        assert answers[1].headers["ratelimit"] == '"requests";r=2;t=20'
        refused = answers[-1]
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["type"] == "urn:dermis:problem:too-many-requests"
        assert 0 < int(refused.headers["retry-after"]) <= 20


async def test_webhooks_count_apart_and_by_source() -> None:
    async with running(limited()) as client:
        path = "/v1/webhooks/ehr"
        assert [(await client.post(path)).status_code for _ in range(3)] == [401, 401, 429]
        assert (await client.post("/v1/webhooks/lab")).status_code == 401
        assert await statuses(client, "/v1/x", "good") == [200]
