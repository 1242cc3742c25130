"""Webhooks: verified, kept sealed, answered, interpreted, and never lost."""

import asyncio
import json
from datetime import timedelta

import pytest

from shared.kernel.clock import Clock
from shared.testing.webhooks import OTHER_SECRET, SECRET, signed_headers


def body_of(**fields):
    return json.dumps({"name": "N1", "amount": 1, **fields}).encode()


async def post(client, body, source="ehr", **signing):
    return await client.post(
        f"/v1/webhooks/{source}", content=body, headers=signed_headers(body, **signing)
    )


async def settled(client, tokens, message_id, *, state=None):
    for _ in range(100):
        answer = await client.get(f"/v1/messages/{message_id}", headers=tokens.bearer("alpha"))
        found = answer.json()
        if found["state"] not in ("stored",) and state in (None, found["state"]):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def test_a_message_is_applied_and_told_of(client, tokens, source, execute):
    answer = await post(client, body_of())
    assert answer.status_code == 202, answer.text
    accepted = answer.json()
    assert set(accepted) == {"message_id", "case_id", "status_url"}
    found = await settled(client, tokens, accepted["message_id"])
    assert found["state"] == "applied"
    assert found["kind"] == "document"
    assert found["case_id"] == accepted["case_id"]
    assert found["problems"] == []
    outbox = await execute("select event_id from outbox")
    assert found["events"] == [str(row.event_id) for row in outbox]
    ((raw,),) = await execute("select raw from webhook_inbox")
    assert b"N1" not in raw


async def test_the_same_message_is_answered_alike_and_applied_once(client, tokens, source, execute):
    first = await post(client, body_of(), webhook_id="m1")
    await settled(client, tokens, first.json()["message_id"])
    again = await post(client, body_of(), webhook_id="m1")
    assert (again.status_code, again.json()) == (202, first.json())
    other = await post(client, body_of(amount=2), webhook_id="m1")
    assert (other.status_code, other.json()["conflict"]) == (202, True)
    assert other.json()["message_id"] != first.json()["message_id"]
    await settled(client, tokens, other.json()["message_id"])
    repeated = await post(client, body_of(amount=2), webhook_id="m1")
    assert repeated.json() == other.json()
    assert len(await execute("select 1 from outbox")) == 2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"webhook-signature": "v1,AAAA"}, id="wrong signature"),
        pytest.param({"webhook-signature": "v1"}, id="no comma"),
        pytest.param({"webhook-signature": "v1,Ä".encode()}, id="not ASCII"),
        pytest.param({"webhook-signature": ""}, id="no signature"),
        pytest.param({"webhook-timestamp": "soon"}, id="no instant"),
        pytest.param({"webhook-timestamp": "1"}, id="long ago"),
        pytest.param({"webhook-id": "another"}, id="another id"),
    ],
)
async def test_what_is_not_signed_is_refused_and_not_kept(client, source, execute, change):
    headers = {**signed_headers(body_of()), **change}
    answer = await client.post("/v1/webhooks/ehr", content=body_of(), headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert await execute("select 1 from webhook_inbox") == []


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_stale_or_early_timestamp_is_refused(client, source, minutes):
    at = Clock().wall() + timedelta(minutes=minutes)
    assert (await post(client, body_of(), at=at)).status_code == 401
    assert (await post(client, body_of(), source="unknown")).status_code == 401


async def test_two_secrets_live_while_one_replaces_the_other(client, tokens, source):
    assert (await post(client, body_of(), secret=OTHER_SECRET)).status_code == 401
    for secrets, old, new in (([OTHER_SECRET, None], 202, 202), ([OTHER_SECRET], 401, 202)):
        live = [secret or SECRET for secret in secrets]
        answer = await client.put(
            "/v1/sources/ehr",
            json={"format": "dermis", "secrets": live},
            headers=tokens.bearer("alpha"),
        )
        assert answer.json()["secrets"] == len(live)
        assert (await post(client, body_of())).status_code == old
        assert (await post(client, body_of(), secret=OTHER_SECRET)).status_code == new


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        pytest.param(b"{}", "text/html", 415, id="media type"),
        pytest.param(b"{}", "application/hl7-v2", 415, id="another format's"),
        pytest.param(b"{", "application/json", 400, id="not JSON"),
        pytest.param(b'{"a": 1, "a": 2}', "application/json", 400, id="a key twice"),
        pytest.param(b"[]", "application/json", 422, id="no identity"),
        pytest.param(b" " * (11 * 2**20), "application/json", 413, id="11 MiB"),
    ],
)
async def test_an_envelope_that_is_none_is_refused(client, source, body, media_type, status):
    answer = await post(client, body, media_type=media_type)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_what_cannot_be_read_fails_visibly_and_is_replayed_repaired(client, tokens, source):
    body = body_of(colour="Waltraud")
    message_id = (await post(client, body)).json()["message_id"]
    failed = await settled(client, tokens, message_id)
    assert failed["state"] == "failed"
    assert failed["problems"] == [{"rule": "contract", "says": "unknown field", "place": "/colour"}]
    listed = await client.get("/v1/messages?state=failed", headers=tokens.bearer("alpha"))
    assert [item["message_id"] for item in listed.json()["items"]] == [message_id]
    elsewhere = await client.get(f"/v1/messages/{message_id}", headers=tokens.bearer("beta"))
    assert elsewhere.status_code == 404
    replay = f"/v1/messages/{message_id}/replay"
    assert (await client.post(replay, headers=tokens.bearer("beta"))).status_code == 404
    assert (
        await client.post(replay, headers=tokens.bearer("alpha", "messages:read"))
    ).status_code == 403
    again = await client.post(replay, headers=tokens.bearer("alpha"))
    assert again.status_code == 202
    assert (await settled(client, tokens, message_id))["state"] == "failed"
    await client.post(replay, content=body_of(), headers=tokens.bearer("alpha"))
    mended = await settled(client, tokens, message_id, state="applied")
    assert mended["problems"] == []


async def test_commands_refused_or_waiting_show_in_the_message(client, tokens, source):
    refused = (await post(client, body_of(amount=-1))).json()["message_id"]
    found = await settled(client, tokens, refused)
    assert found["state"] == "failed"
    assert found["problems"][0] == {
        "rule": "amount-negative",
        "says": "an amount is not negative",
        "place": "/amount",
    }
    waiting = (await post(client, body_of(amount=13))).json()["message_id"]
    found = await settled(client, tokens, waiting)
    assert (found["state"], found["problems"][0]["says"]) == ("waiting", "waits for visit:13")


async def test_a_fault_of_the_interpreter_fails_one_message_alone(client, tokens, source, caplog):
    fault = (await post(client, b'"fault"')).json()["message_id"]
    good = (await post(client, body_of())).json()["message_id"]
    assert (await settled(client, tokens, good))["state"] == "applied"
    found = await settled(client, tokens, fault)
    assert found["problems"][0]["rule"] == "interpreter-fault"
    assert "secret" not in str(found)
    assert "something secret" not in caplog.text


async def test_messages_are_listed_by_cursor(client, tokens, source):
    for number in range(5):
        await post(client, body_of(amount=number))
    seen, cursor = [], ""
    while True:
        url = f"/v1/messages?limit=2{cursor}"
        page = (await client.get(url, headers=tokens.bearer("alpha"))).json()
        seen += [item["message_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 5


async def test_a_source_belongs_to_its_practice(client, tokens, source):
    answer = await client.put(
        "/v1/sources/ehr",
        json={"format": "dermis", "secrets": [OTHER_SECRET]},
        headers=tokens.bearer("beta"),
    )
    assert answer.status_code == 404
    listed = await client.get("/v1/sources", headers=tokens.bearer("beta"))
    assert listed.json()["items"] == []
    mine = await client.get("/v1/sources", headers=tokens.bearer("alpha"))
    assert mine.json()["items"] == [
        {"source_id": "ehr", "format": "dermis", "test": False, "secrets": 1}
    ]
    assert "whsec" not in mine.text
