"""The six stories, posted as signed webhooks through the whole chain, give the examples' claims."""

import io
import logging
from typing import Any

import pytest
import pyx12.params
import pyx12.x12n_document

from tests.journeys.conftest import Practice, eventually, example


def content(claim: dict[str, Any]) -> dict[str, Any]:
    """What the examples fix: ids, versions, charges and wording are illustrative."""
    return {
        "status": claim["status"],
        "frequency_code": claim["frequency_code"],
        "diagnoses": claim["diagnoses"],
        "lines": [
            {
                key: line[key]
                for key in (
                    "number", "code", "modifiers", "units", "diagnosis_pointers",
                    "procedure_ids", "lesion_ids",
                )
            }
            for line in claim["lines"]
        ],
        "patient_pay": [line["procedure_id"] for line in claim["patient_pay_lines"]],
        "date_of_service": claim["date_of_service"],
        "place_of_service": claim["place_of_service"],
        "npi": claim["rendering_provider"]["npi"],
        "holds": len(claim["holds"]) > 0,
    }  # fmt: skip


@pytest.mark.parametrize("story", [1, 3, 4, 5, 6])
async def test_a_story_gives_the_coded_claim_of_its_example(practice: Practice, story: int) -> None:
    expected = content(example(f"{story}-coded-claim"))
    case_id = await practice.story(story)
    claim = await eventually(
        f"claim of story {story}",
        lambda: practice.claim(case_id),
        lambda claim: content(claim) == expected,
    )
    assert claim["case_id"] == case_id
    assert all(line["rationale"] for line in claim["lines"])
    await eventually(
        "the visit in the search",
        lambda: practice.get("operations", "/v1/search", q=f"V-100{story}"),
        lambda page: case_id in [item["case_id"] for item in page["items"]],
    )


async def test_a_corrected_report_after_acceptance_replaces_the_claim(practice: Practice) -> None:
    case_id = await practice.story(2)
    first = await eventually(
        "first version",
        lambda: practice.claim(case_id),
        lambda claim: content(claim) == content(example("2-coded-claim-v1")),
    )
    accepted = await eventually(
        "the payer's acceptance",
        lambda: practice.sent(first),
        lambda state: state["state"] == "accepted_payer",
    )
    number = accepted["payer_control_number"]
    assert number

    await practice.result(example("2-result-corrected"))
    second = await eventually(
        "second version",
        lambda: practice.claim(case_id),
        lambda claim: content(claim) == content(example("2-coded-claim-v2")),
    )
    assert second["claim_id"] == first["claim_id"]
    assert second["version"] > first["version"]
    assert second["changes"][-1]["event_id"]

    received = await eventually(
        "the replacement at the payer",
        lambda: practice.at_the_payer(first["claim_id"]),
        lambda claims: [one["frequency"] for one in claims] == ["1", "7"],
    )
    assert received[1]["payer_control_number_sent"] == number
    assert [line["code"] for line in received[1]["lines"]] == ["12032", "11602"]
    assert received[1]["diagnoses"] == ["D0359"]
    earlier = await practice.get(
        "coding", f"/v1/claims/{first['claim_id']}/versions/{first['version']}"
    )
    assert content(earlier) == content(first)


@pytest.mark.parametrize("story", [1, 3, 4])
async def test_what_is_ready_reaches_the_payer_once_and_is_paid(
    practice: Practice, story: int
) -> None:
    case_id = await practice.story(story)
    expected = content(example(f"{story}-coded-claim"))
    claim = await eventually(
        "the claim", lambda: practice.claim(case_id), lambda claim: content(claim) == expected
    )
    await eventually(
        "acceptance",
        lambda: practice.sent(claim),
        lambda state: state["state"] in ("accepted_payer", "paid", "partly_paid"),
    )
    (received,) = await practice.at_the_payer(claim["claim_id"])
    assert [
        (line["code"], line["modifiers"], float(line["units"]), line["pointers"])
        for line in received["lines"]
    ] == [
        (line["code"], line["modifiers"], float(line["units"]), line["diagnosis_pointers"])
        for line in claim["lines"]
    ]
    await practice.client.post(
        practice.stack.urls["clearinghouse"] + "/v1/pay-day",
        json={"claim_id": received["claim_id"]},
    )
    paid = await eventually(
        "payment",
        lambda: practice.sent(claim),
        lambda state: state["state"] in ("paid", "partly_paid"),
    )
    (settled,) = await practice.at_the_payer(claim["claim_id"])
    assert float(paid["paid"]) == float(settled["paid"])


@pytest.mark.parametrize("story", [5, 6])
async def test_what_is_held_or_in_review_is_not_sent(practice: Practice, story: int) -> None:
    case_id = await practice.story(story)
    claim = await eventually(
        "the claim", lambda: practice.claim(case_id), lambda claim: claim["status"] != "ready"
    )
    assert await practice.at_the_payer(claim["claim_id"]) == []
    case = await eventually(
        "what the case waits for",
        lambda: practice.get("operations", f"/v1/cases/{case_id}"),
        lambda case: bool(case["waits"]),
    )
    assert {"VisitClassified", "EncounterDocumented", "ClaimCoded"} <= {
        event["type"] for event in case["events"]
    }


async def test_every_file_sent_passes_the_guide(practice: Practice) -> None:
    for name in list(logging.root.manager.loggerDict):
        if name.startswith("pyx12"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    files = await practice.get("clearinghouse", "/v1/files")
    assert files
    for file in files:
        isa13 = file["interchange_control_number"]
        response = await practice.client.get(
            practice.stack.urls["clearinghouse"] + f"/v1/files/{isa13}/raw"
        )
        assert pyx12.x12n_document.x12n_document(
            pyx12.params.params(), io.StringIO(response.text), None, None, None, None
        ), isa13
