"""What is refused, how, and that no answer or log repeats what was sent."""

import json
from datetime import timedelta

import pytest

from shared.http.intake import JSON_DEPTH
from shared.kernel.clock import Clock

ROOM = {"content-type": "application/json"}


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["type"].startswith("urn:dermis:problem:")
    assert document["request_id"] == answer.headers["x-request-id"]
    return document


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"{", 400, id="not JSON"),
        pytest.param(b'{"name": "a", "name": "b", "amount": 1}', 400, id="a key twice"),
        pytest.param(b'{"name": "a", "amount": NaN}', 400, id="NaN"),
        pytest.param(b'{"name": "a", "amount": 1e999}', 400, id="infinite"),
        pytest.param(b'{"name": "a", "amount": ' + b"9" * 5000 + b"}", 400, id="endless digits"),
        pytest.param(b'{"name": "\\u0000", "amount": 1}', 400, id="NUL"),
        pytest.param(b'{"name": "\\ud800", "amount": 1}', 400, id="half a surrogate pair"),
        pytest.param(b'{"name": "\xff", "amount": 1}', 400, id="not UTF-8"),
        pytest.param(b"[" * 5000 + b"]" * 5000, 400, id="nested 5,000 deep"),
        pytest.param(b'{"a":' * 5000 + b"1" + b"}" * 5000, 400, id="objects 5,000 deep"),
        pytest.param(b"[" * 5000, 400, id="never closed"),
        pytest.param(b"[]", 422, id="another type"),
        pytest.param(b"", 422, id="nothing"),
    ],
)
async def test_unreadable_bodies_are_refused(client, tokens, body, status):
    headers = {**tokens.bearer("alpha"), **ROOM}
    problem(await client.post("/v1/tallies", content=body, headers=headers), status)


async def test_brackets_inside_strings_are_no_nesting(client, tokens):
    body = {"name": "[{" * 5000, "amount": 1}
    answer = await client.post("/v1/tallies", json=body, headers=tokens.bearer("alpha"))
    assert answer.status_code == 201
    deep: object = 1
    for _ in range(JSON_DEPTH - 2):
        deep = [deep]
    answer = await client.post(
        "/v1/tallies", json={"name": "a", "amount": deep}, headers=tokens.bearer("alpha")
    )
    assert problem(answer, 422)["errors"][0]["pointer"] == "/amount"


async def test_an_unknown_field_is_named_by_its_pointer_and_no_value_repeated(client, tokens):
    body = {"name": "Waltraud", "amount": "Waltraud", "parts": [{"size": 1, "colour": "Waltraud"}]}
    answer = await client.post("/v1/tallies", json=body, headers=tokens.bearer("alpha"))
    document = problem(answer, 422)
    assert {"pointer": "/parts/0/colour", "says": "unknown field"} in document["errors"]
    assert "/amount" in {error["pointer"] for error in document["errors"]}
    assert "Waltraud" not in answer.text


async def test_a_refusal_of_the_rules_names_its_code_and_field(client, tokens):
    answer = await client.post(
        "/v1/tallies", json={"name": "a", "amount": -1}, headers=tokens.bearer("alpha")
    )
    document = problem(answer, 422)
    assert document["code"] == "amount-negative"
    assert document["errors"] == [{"pointer": "/amount", "says": "an amount is not negative"}]


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "streamed"])
async def test_a_body_of_20_mb_is_refused(client, tokens, declared):
    size = 20 * 2**20

    async def stream():
        for _ in range(20):
            yield b" " * 2**20

    content = b" " * size if declared else stream()
    headers = {**tokens.bearer("alpha"), **ROOM}
    problem(await client.post("/v1/tallies", content=content, headers=headers), 413)


async def test_callers_are_known_or_refused(client, tokens):
    body = {"name": "a", "amount": 1}
    answer = await client.post("/v1/tallies", json=body)
    problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    past = Clock().wall() - timedelta(hours=1)
    for headers in (
        {"Authorization": "Bearer x.y.z"},
        {"Authorization": "Basic abc"},
        tokens.bearer("alpha", expires_at=past),
        tokens.bearer("alpha", issuer="https://elsewhere.invalid"),
        tokens.bearer("", "visits:write"),
        tokens.bearer("alpha,beta", "visits:write"),
    ):
        problem(await client.post("/v1/tallies", json=body, headers=headers), 401)
    reader = tokens.bearer("alpha", "visits:read")
    problem(await client.post("/v1/tallies", json=body, headers=reader), 403)


async def test_unknown_addresses_and_methods(client, tokens):
    problem(await client.get("/v1/nothing"), 404)
    problem(await client.delete("/v1/tallies"), 405)
    problem(await client.get("/v1/messages/%00", headers=tokens.bearer("alpha")), 400)
    problem(await client.get("/v1/messages?cursor=%00", headers=tokens.bearer("alpha")), 400)
    for cursor in ("x", "W10=", "WyJhIiwgImIiXQ=="):
        answer = await client.get(f"/v1/messages?cursor={cursor}", headers=tokens.bearer("alpha"))
        problem(answer, 400)
    answer = await client.get("/v1/messages?limit=1000", headers=tokens.bearer("alpha"))
    assert problem(answer, 422)["errors"][0]["pointer"] == "query:limit"


async def test_an_unexpected_error_tells_its_type_and_place_alone(client, caplog):
    answer = await client.get("/v1/broken?words=Waltraud")
    problem(answer, 500)
    assert "Waltraud" not in answer.text
    assert "Waltraud" not in caplog.text
    assert "RuntimeError" in caplog.text


async def test_probes_answer(client):
    assert (await client.get("/healthz")).json() == {"status": "live"}
    # The sample service has no migrations, so its database is never ready.
    assert (await client.get("/readyz")).status_code == 503
    assert "dermis_http_requests_total" in (await client.get("/metrics")).text
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert "/v1/webhooks/{source_id}" in paths
    assert json.dumps(paths)
