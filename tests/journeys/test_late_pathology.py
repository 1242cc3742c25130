"""A report before the encounter, preliminary, corrected before sending, and twice.

Acceptances take their time: the scenarios run side by side, and each test waits for its own.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from tests.journeys.conftest import Practice, eventually, renumbered


def codes(claim: dict[str, Any]) -> list[str]:
    return [line["code"] for line in claim["lines"]]


async def is_accepted(practice: Practice, claim: dict[str, Any]) -> dict[str, Any]:
    return await eventually(
        "acceptance",
        lambda: practice.sent(claim),
        lambda state: state["state"] == "accepted_payer",
    )


async def a_report_before_its_encounter_waits_and_codes_the_claim(practice: Practice) -> None:
    case_id = await practice.visit(renumbered("2-visit", 4101))
    await practice.result(renumbered("2-result-final", 4101))
    await eventually(
        "the report without its specimen",
        lambda: practice.get("pathology", "/v1/results/R-4101-1"),
        lambda result: result.get("match") is None,
    )
    assert await practice.claim(case_id) is None
    await practice.encounter(renumbered("2-encounter", 4101))
    claim = await eventually(
        "the claim",
        lambda: practice.claim(case_id),
        lambda claim: claim["status"] == "ready",
    )
    assert codes(claim) == ["12032", "11402"]
    assert claim["diagnoses"] == ["D22.5"]


async def a_correction_before_sending_is_billed_once_as_an_original(
    practice: Practice,
) -> None:
    case_id = await practice.visit(renumbered("2-visit", 4104))
    await practice.encounter(renumbered("2-encounter", 4104))
    await practice.result(renumbered("2-result-final", 4104))
    await practice.result(renumbered("2-result-corrected", 4104))
    claim = await eventually(
        "the corrected claim",
        lambda: practice.claim(case_id),
        lambda claim: claim["diagnoses"] == ["D03.59"],
    )
    assert claim["frequency_code"] == "1"
    assert codes(claim) == ["12032", "11602"]
    await is_accepted(practice, claim)
    assert len(await practice.at_the_payer(claim["claim_id"])) == 1


async def the_same_report_again_changes_nothing(practice: Practice) -> None:
    case_id = await practice.visit(renumbered("2-visit", 4105))
    await practice.encounter(renumbered("2-encounter", 4105))
    await practice.result(renumbered("2-result-final", 4105))
    first = await eventually(
        "the claim", lambda: practice.claim(case_id), lambda claim: claim["status"] == "ready"
    )
    await is_accepted(practice, first)
    await practice.result(renumbered("2-result-final", 4105))
    await practice.result(renumbered("2-result-final", 4105), webhook_id="msg_4105_again")
    # a correction behind it proves that the repeats were handled and left no version of their own
    await practice.result(renumbered("2-result-corrected", 4105))
    second = await eventually(
        "the corrected claim",
        lambda: practice.claim(case_id),
        lambda claim: claim["diagnoses"] == ["D03.59"],
    )
    assert second["version"] == first["version"] + 1


async def a_preliminary_report_releases_nothing(practice: Practice) -> None:
    case_id = await practice.visit(renumbered("2-visit", 4106))
    await practice.encounter(renumbered("2-encounter", 4106))
    preliminary = renumbered("2-result-final", 4106) | {
        "status": "preliminary",
        "result_id": "R-4106-0",
        "reported_at": "2026-03-04T11:00:00-06:00",
    }
    await practice.result(preliminary)
    held = await eventually(
        "the held claim", lambda: practice.claim(case_id), lambda claim: claim["status"] == "held"
    )
    await practice.result(renumbered("2-result-final", 4106))
    ready = await eventually(
        "the released claim",
        lambda: practice.claim(case_id),
        lambda claim: claim["status"] == "ready",
    )
    assert ready["version"] == held["version"] + 1


SCENARIOS: dict[str, Callable[[Practice], Awaitable[None]]] = {
    scenario.__name__: scenario
    for scenario in (
        a_report_before_its_encounter_waits_and_codes_the_claim,
        a_correction_before_sending_is_billed_once_as_an_original,
        the_same_report_again_changes_nothing,
        a_preliminary_report_releases_nothing,
    )
}


@pytest_asyncio.fixture(scope="package")
async def playing(practice: Practice) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    tasks = {name: asyncio.ensure_future(play(practice)) for name, play in SCENARIOS.items()}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_late_pathology(playing: dict[str, asyncio.Task[None]], scenario: str) -> None:
    await playing[scenario]
