"""Every endpoint of every service refuses what it must, with the right status and a problem."""

import asyncio
from typing import Any

import pytest

from tests.security.conftest import JSON, Door, problem

MEBIBYTE = 2**20
UNKNOWN = "surely_no_field"
ADDRESSES = ("%00", "..%2f..%2fetc", "'%20or%201=1--", "%ff%fe", "%F0%9F%92%A9", "x" * 4000)
NOBODY = "00000000-0000-0000-0000-000000000000"
UPLOADS = "/v1/references/files/"  # the bytes of a file, whatever they are declared as
OF_NO_PRACTICE = {"/v1/references", "/v1/rules"}  # everybody reads the same


async def operations(door: Door, service: str, method: str) -> list[tuple[str, dict[str, Any]]]:
    """The paths the service publishes for a method, webhooks aside, with their descriptions."""
    document = (await door.client.get(door.urls[service] + "/openapi.json")).json()
    return [
        (path, path_item[method])
        for path, path_item in document["paths"].items()
        if method in path_item and not path.startswith("/v1/webhooks")
    ]


def filled(path: str, value: str) -> str:
    """The path with every parameter replaced."""
    parts = [value if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


def takes_json(operation: dict[str, Any]) -> bool:
    content = operation.get("requestBody", {}).get("content", {})
    return JSON in content and "schema" in content[JSON]


async def posts(door: Door, service: str) -> list[tuple[str, dict[str, Any]]]:
    found = await operations(door, service, "post") + await operations(door, service, "put")
    assert found, "a service without a command"
    return found


async def send(door: Door, service: str, path: str, body: bytes, **headers: str) -> Any:
    """The answer to a POST, or to a PUT where that is what the path takes."""
    url = door.urls[service] + filled(path, NOBODY)
    answer = await door.client.post(url, content=body, headers={"content-type": JSON, **headers})
    if answer.status_code == 405:
        answer = await door.client.put(url, content=body, headers={"content-type": JSON, **headers})
    return answer


async def test_nobody_gets_in_without_a_credential(door: Door, service: str) -> None:
    for path, _ in await posts(door, service):
        problem(await send(door, service, path, b"{}"), 401)
    for path, _ in await operations(door, service, "get"):
        problem(await door.client.get(door.urls[service] + filled(path, NOBODY)), 401, 422)


async def test_a_body_of_20_mb_is_refused(door: Door, service: str) -> None:
    body = b'{"x": "' + b"y" * (20 * MEBIBYTE) + b'"}'
    path, _ = (await posts(door, service))[0]
    problem(await send(door, service, path, body, **door.own), 413)
    problem(await send(door, service, path, body), 413)


async def test_a_body_of_20_mb_in_chunks_is_refused(door: Door, service: str) -> None:
    async def chunks():
        for _ in range(20):
            yield b" " * MEBIBYTE

    path, _ = (await posts(door, service))[0]
    url = door.urls[service] + filled(path, NOBODY)
    problem(await door.client.post(url, content=chunks(), headers=door.own), 413, 405)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 5000 + b"]" * 5000, id="lists 5,000 deep"),
        pytest.param(b'{"a":' * 5000 + b"1" + b"}" * 5000, id="objects 5,000 deep"),
        pytest.param(b"[" * 5000, id="never closed"),
        pytest.param(b'{"a": 1, "a": 2}', id="a key twice"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b'{"a": "\\ud800"}', id="half a surrogate pair"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
    ],
)
async def test_unreadable_json_is_refused(door: Door, service: str, body: bytes) -> None:
    for path, _ in await posts(door, service):
        if not path.startswith(UPLOADS):
            problem(await send(door, service, path, body, **door.own), 400)


async def test_an_unknown_field_is_refused_and_named(door: Door, service: str) -> None:
    for path, operation in await posts(door, service):
        if not takes_json(operation):
            continue
        body = b'{"%s": "Waltraud"}' % UNKNOWN.encode()
        document = problem(await send(door, service, path, body, **door.own), 422)
        assert f"/{UNKNOWN}" in [error["pointer"] for error in document["errors"]], path
        assert "Waltraud" not in str(document)


async def test_hostile_addresses_meet_no_fault(door: Door, service: str) -> None:
    for path, operation in await operations(door, service, "get"):
        named = [
            parameter["name"]
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "query"
        ]
        for value in ADDRESSES:
            addresses = [filled(path, value)] if "{" in path else []
            addresses += [f"{filled(path, NOBODY)}?{name}={value}" for name in named]
            for address in addresses:
                answer = await door.client.get(door.urls[service] + address, headers=door.own)
                assert answer.status_code < 500, (address[:200], answer.text)
                if answer.status_code >= 400:
                    assert answer.headers["content-type"] == "application/problem+json"


async def test_another_practice_lists_nothing(door: Door, service: str) -> None:
    for path, operation in await operations(door, service, "get"):
        names = {each["name"] for each in operation.get("parameters", [])}
        if "{" in path or "cursor" not in names or path in OF_NO_PRACTICE:
            continue
        answer = await door.client.get(door.urls[service] + path, headers=door.stranger)
        if answer.status_code != 422:  # a list that needs a filter
            assert answer.json() == {"items": [], "next_cursor": None}, path


async def test_many_refusals_at_once_leave_the_service_ready(door: Door, service: str) -> None:
    path, _ = (await posts(door, service))[0]
    answers = await asyncio.gather(
        *(send(door, service, path, b"[" * 5000, **door.own) for _ in range(30))
    )
    assert {answer.status_code for answer in answers} == {400}
    assert (await door.client.get(door.urls[service] + "/readyz")).status_code == 200
