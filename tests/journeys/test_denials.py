"""A payer refuses for each of the six causes of the workflow, and the denial names the cause."""

from typing import Any

import pytest
import pytest_asyncio

from tests.journeys.conftest import Practice, eventually, renumbered

REFUSALS: dict[str, dict[str, Any]] = {
    "cosmetic_vs_medical": {"kind": "deny", "carc": "50", "rarcs": ["N115"]},
    "lesion_count_mismatch": {"kind": "deny", "carc": "151", "rarcs": ["N362"]},
    "modifier_error": {"kind": "deny", "carc": "97", "rarcs": ["N20"]},
    "pathology_diagnosis": {"kind": "deny", "carc": "11", "rarcs": ["N569"]},
    "authorization_failure": {"kind": "deny", "carc": "197"},
    "underpayment": {"kind": "short_pay", "percent": "70"},
}


@pytest_asyncio.fixture(scope="package")
async def refused(practice: Practice) -> dict[str, str]:
    """A wart treated per cause, and its payer told what to refuse; the case of each."""
    cases = {}
    house = practice.stack.urls["clearinghouse"]
    for number, (cause, action) in enumerate(REFUSALS.items(), start=4201):
        visit = renumbered("4-visit", number)
        match = {"member_id": visit["coverage"]["member_id"]}
        told = await practice.client.post(
            f"{house}/v1/behaviours", json={"match": match, "action": action}
        )
        assert told.status_code == 201
        cases[cause] = await practice.visit(visit)
        await practice.encounter(renumbered("4-encounter", number))
    return cases


@pytest.mark.parametrize("cause", REFUSALS)
async def test_a_refusal_becomes_a_denial_of_its_cause(
    practice: Practice, refused: dict[str, str], cause: str
) -> None:
    claim = await eventually(
        "the claim",
        lambda: practice.claim(refused[cause]),
        lambda claim: claim["status"] == "ready",
    )
    (received,) = await eventually(
        "the claim at the payer",
        lambda: practice.at_the_payer(claim["claim_id"]),
        lambda claims: [one["state"] for one in claims] == ["accepted"],
    )
    paid = await practice.client.post(
        practice.stack.urls["clearinghouse"] + "/v1/pay-day",
        json={"claim_id": received["claim_id"]},
    )
    assert paid.json() == {"claims": 1}
    page = await eventually(
        "the denial",
        lambda: practice.get("denials", "/v1/denials", claim_id=claim["claim_id"]),
        lambda page: bool(page["items"]),
    )
    (denial,) = page["items"]
    assert denial["root_cause"] == cause
    assert float(denial["denied_amount"]) > 0
