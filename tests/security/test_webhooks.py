"""A webhook is refused for its signature, its age or its size, and then not kept.

What its signature vouches for is kept even where it cannot be read: it is refused, and shown.
"""

import asyncio
import json
from datetime import timedelta

import pytest

from shared.kernel.clock import Clock
from tests.security.conftest import JSON, Door, example, problem

OTHER_SECRET = "whsec_b3RoZXItc2VjcmV0LW9mLTMyLWJ5dGVzLWZvci10ZXN0cw=="
DOCUMENTS = {
    "eligibility": "1-visit",
    "documentation": "1-encounter",
    "pathology": "1-result",
}
DEEP = b"[" * 5000 + b"]" * 5000


def body_of(service: str) -> bytes:
    if service == "submission":
        return b"ISA*00*          *00*          ~"
    return json.dumps(example(DOCUMENTS[service])).encode()


async def test_what_is_refused_is_not_kept(door: Door, intake: str) -> None:
    body = body_of(intake)
    wall = Clock().wall()
    before = await door.messages(intake)
    problem(await door.post_signed(intake, body, secret=OTHER_SECRET), 401)
    for minutes in (-6, 6):
        at = wall + timedelta(minutes=minutes)
        problem(await door.post_signed(intake, body, at=at), 401)
    problem(await door.post_signed(intake, body, source_id="nobody"), 401)
    problem(await door.post_signed(intake, body, media_type="text/html"), 415)
    problem(await door.post_signed(intake, b" " * (20 * 2**20)), 413)
    unsigned = await door.client.post(
        f"{door.urls[intake]}/v1/webhooks/{door.source(intake).source_id}",
        content=body,
        headers={"content-type": "application/edi-x12" if intake == "submission" else JSON},
    )
    problem(unsigned, 401)
    assert await door.messages(intake) == before


@pytest.mark.parametrize("intake", DOCUMENTS)
async def test_what_cannot_be_read_is_refused_and_kept(door: Door, intake: str) -> None:
    bodies = (b"{}", b"[]", b"1", b'"text"', b"null", DEEP)
    before = await door.messages(intake)
    for body in bodies:
        problem(await door.post_signed(intake, body), 400, 422)
    kept = await door.messages(intake) - before
    assert len(kept) == len(bodies)
    for message_id in kept:
        url = f"{door.urls[intake]}/v1/messages/{message_id}"
        found = (await door.client.get(url, headers=door.own)).json()
        assert found["state"] == "failed"
        assert found["problems"]
        problem(await door.client.get(url, headers=door.stranger), 404)


@pytest.mark.parametrize("intake", DOCUMENTS)
async def test_an_unknown_field_is_kept_failed_and_shown(door: Door, intake: str) -> None:
    document = {**example(DOCUMENTS[intake]), "surely_no_field": "Waltraud"}
    key = {"eligibility": "visit_id", "documentation": "encounter_id", "pathology": "result_id"}
    document[key[intake]] = "UNKNOWN-FIELD"
    answer = await door.post_signed(intake, json.dumps(document).encode())
    assert answer.status_code == 202, answer.text
    accepted = answer.json()
    url = door.urls[intake] + accepted["status_url"]
    for _ in range(100):
        found = (await door.client.get(url, headers=door.own)).json()
        if found["state"] != "stored":
            break
        await asyncio.sleep(0.1)
    assert found["state"] == "failed", found
    assert "/surely_no_field" in [each["place"] for each in found["problems"]]
    assert "Waltraud" not in str(found)
    problem(await door.client.get(url, headers=door.stranger), 404)
    problem(await door.client.post(url + "/replay", headers=door.stranger), 404)
    again = await door.client.post(url + "/replay", headers=door.own)
    assert again.status_code == 202
