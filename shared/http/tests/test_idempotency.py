"""A POST sent again under its key changes nothing."""

import asyncio


async def post(client, tokens, body, key, practice="alpha"):
    headers = {**tokens.bearer(practice), "Idempotency-Key": key}
    return await client.post("/v1/tallies", json=body, headers=headers)


async def test_same_key_and_body_give_the_same_answer_once(client, tokens):
    first = await post(client, tokens, {"name": "a", "amount": 5}, "k1")
    again = await post(client, tokens, {"name": "a", "amount": 5}, "k1")
    assert (first.status_code, first.json()) == (201, {"count": 5})
    assert (again.status_code, again.json()) == (201, {"count": 5})
    assert again.headers["idempotency-replayed"] == "true"
    other = await post(client, tokens, {"name": "a", "amount": 6}, "k1")
    assert other.status_code == 422
    later = await post(client, tokens, {"name": "a", "amount": 1}, "k2")
    assert later.json() == {"count": 6}


async def test_keys_of_two_practices_never_meet(client, tokens):
    first = await post(client, tokens, {"name": "a", "amount": 5}, "k1")
    other = await post(client, tokens, {"name": "a", "amount": 7}, "k1", practice="beta")
    assert (first.json(), other.json()) == ({"count": 5}, {"count": 7})


async def test_a_second_request_in_flight_is_told_so(client, tokens, execute):
    together = await asyncio.gather(
        *(post(client, tokens, {"name": "a", "amount": 5}, "k1") for _ in range(5))
    )
    assert {answer.status_code for answer in together} <= {201, 409}
    assert {str(answer.json()) for answer in together if answer.status_code == 201} == {
        "{'count': 5}"
    }
    await execute("update idempotency set status = null, body = null returning key")
    in_flight = await post(client, tokens, {"name": "a", "amount": 5}, "k1")
    assert (in_flight.status_code, in_flight.headers["retry-after"]) == (409, "1")
    # The process that took the key has died: after a minute the request is made again.
    await execute("update idempotency set started_at = now() - interval '2 minutes' returning key")
    taken_over = await post(client, tokens, {"name": "a", "amount": 5}, "k1")
    assert taken_over.status_code == 201


async def test_a_refused_request_frees_its_key(client, tokens):
    refused = await post(client, tokens, {"name": "a", "amount": -1}, "k1")
    assert refused.status_code == 422
    mended = await post(client, tokens, {"name": "a", "amount": 1}, "k1")
    assert mended.json() == {"count": 1}


async def test_the_kept_answer_is_sealed(client, tokens, execute):
    await post(client, tokens, {"name": "a", "amount": 5}, "k1")
    ((body,),) = await execute("select body from idempotency")
    assert b"count" not in body


async def test_a_key_has_bounds(client, tokens):
    answer = await post(client, tokens, {"name": "a", "amount": 5}, "k" * 300)
    assert answer.status_code == 400
