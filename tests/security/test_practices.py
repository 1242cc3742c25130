"""What belongs to one practice is not there for another, in any service."""

import asyncio
from typing import Any

from tests.security.conftest import Door, example, problem


async def test_another_practices_case_is_not_there(door: Door, case: dict[str, Any]) -> None:
    claim_id = case["claims"][0]["claim_id"]
    for service, path in (
        ("operations", f"/v1/cases/{case['case_id']}"),
        ("operations", f"/v1/claims/{claim_id}"),
        ("eligibility", f"/v1/visits/{case['visit_id']}"),
        ("documentation", f"/v1/encounters/{case['encounter_ids'][0]}"),
        ("pathology", f"/v1/results/{example('1-result')['result_id']}"),
        ("coding", f"/v1/claims/{claim_id}"),
        ("coding", f"/v1/claims/{claim_id}/versions/1"),
        ("submission", f"/v1/claims/{claim_id}"),
    ):
        url = door.urls[service] + path
        async with asyncio.timeout(60):  # each hears of the case in its own time
            while (await door.client.get(url, headers=door.own)).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        problem(await door.client.get(url, headers=door.stranger), 404)
    page = await door.client.get(
        f"{door.urls['operations']}/cases/{case['case_id']}", headers=door.stranger
    )
    assert page.status_code == 404


async def test_another_practice_finds_nothing_by_any_id(door: Door, case: dict[str, Any]) -> None:
    claim_id = case["claims"][0]["claim_id"]
    for term in (case["case_id"], case["visit_id"], claim_id, *case["encounter_ids"]):
        url = f"{door.urls['operations']}/v1/search"
        own = await door.client.get(url, params={"q": term}, headers=door.own)
        assert own.json()["items"], term
        found = await door.client.get(url, params={"q": term}, headers=door.stranger)
        assert found.json() == {"items": []}
    for service in ("coding", "denials"):
        path = {"coding": "/v1/claims", "denials": "/v1/denials"}[service]
        answer = await door.client.get(
            door.urls[service] + path, params={"case_id": case["case_id"]}, headers=door.stranger
        )
        assert answer.json()["items"] == []


async def test_the_same_visit_id_of_another_practice_is_another_case(
    door: Door, case: dict[str, Any]
) -> None:
    url = f"{door.urls['eligibility']}/v1/visits"
    answer = await door.client.post(url, json=example("1-visit"), headers=door.third)
    assert answer.status_code in (200, 201), answer.text
    assert answer.json()["case_id"] != case["case_id"]
    view = f"{door.urls['operations']}/v1/cases/{case['case_id']}"
    assert (await door.client.get(view, headers=door.own)).json()["visit_id"] == case["visit_id"]
