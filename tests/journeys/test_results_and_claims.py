"""What a result does to a claim, a journey for each row of the table (coding-rules 16).

Each row is a scenario of its own patient; they run side by side, and each test waits for its own.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.journeys.conftest import Practice, eventually, renumbered

Document = dict[str, Any]
TAKES_BACK = "2026-03-24T09:00:00-06:00"


@dataclass(frozen=True)
class Story:
    """A patient of an example, with a number of its own."""

    practice: Practice
    example: int
    number: int

    def document(self, what: str, **changes: Any) -> Document:
        return renumbered(f"{self.example}-{what}", self.number) | changes

    async def begin(self, **changes: Any) -> str:
        """The case, once visit and encounter are posted."""
        case_id = await self.practice.visit(self.document("visit"))
        await self.practice.encounter(self.document("encounter", **changes))
        return case_id

    async def result(self, what: str = "result", **changes: Any) -> None:
        await self.practice.result(self.document(what, **changes))

    async def behaves(self, action: Document) -> None:
        """The payer does so once with this patient's claims."""
        member = self.document("visit")["coverage"]["member_id"]
        told = await self.practice.client.post(
            f"{self.practice.stack.urls['clearinghouse']}/v1/behaviours",
            json={"match": {"member_id": member}, "action": action, "times": 1},
        )
        assert told.status_code == 201

    async def claim(self, case_id: str, holds: Callable[[Document], bool]) -> Document:
        return await eventually("the claim", lambda: self.practice.claim(case_id), holds)

    async def ready(self, case_id: str) -> Document:
        return await self.claim(case_id, lambda claim: claim["status"] == "ready")

    async def stands(self, claim: Document, *states: str) -> Document:
        """Submission's view, once the claim is in one of these states."""
        return await eventually(
            f"{states[0]} of {claim['claim_id']}",
            lambda: self.practice.sent(claim),
            lambda shown: shown["state"] in states,
        )

    async def accepted(self, case_id: str) -> tuple[Document, str]:
        """The first version at the payer, and the number it has there."""
        claim = await self.ready(case_id)
        return claim, (await self.stands(claim, "accepted_payer"))["payer_control_number"]

    async def paid(self, claim: Document) -> None:
        """The payer settles the version it has."""
        received = await self.received(claim, 1)
        house = self.practice.stack.urls["clearinghouse"]
        told = await self.practice.client.post(
            f"{house}/v1/pay-day", json={"claim_id": received[0]["claim_id"]}
        )
        assert told.json() == {"claims": 1}
        await self.stands(claim, "paid", "partly_paid", "denied", "closed")

    async def received(self, claim: Document, versions: int) -> list[Document]:
        """What the payer received of the claim, once it is so many versions."""
        return await eventually(
            f"{versions} versions of {claim['claim_id']} at the payer",
            lambda: self.practice.at_the_payer(claim["claim_id"]),
            lambda found: len(found) == versions,
        )

    async def replaced(self, case_id: str, first: Document, number: str, diagnosis: str) -> None:
        """The corrected claim: all lines, frequency 7, the payer's control number."""
        second = await self.claim(case_id, lambda claim: diagnosis in claim["diagnoses"])
        assert second["version"] == first["version"] + 1
        assert second["frequency_code"] == "7"
        sent = (await self.received(first, 2))[-1]
        assert (sent["frequency"], sent["payer_control_number_sent"]) == ("7", number)
        assert [line["code"] for line in sent["lines"]] == codes(second)
        await self.stands(second, "accepted_payer")


def codes(claim: Document) -> list[str]:
    return [line["code"] for line in claim["lines"]]


NEVUS = "Compound melanocytic nevus, margins clear."


async def changes_nothing_no_new_version(practice: Practice) -> None:
    """Margins only, an addendum, and a Mohs specimen that shows what was known."""
    story, mohs = Story(practice, 2, 4301), Story(practice, 3, 4311)
    specimen = {"specimen_id": "S-4311-A", "lesion_id": "L1", "procedure_id": "P1"}
    surgery = await mohs.begin(specimens=[specimen])
    case_id = await story.begin()
    await story.result("result-final")
    first, number = await story.accepted(case_id)
    for result_id, reported_at, changes in (
        ("R-4301-2", "2026-03-16T09:00:00-06:00", {"margins": "involved"}),
        ("R-4301-3", "2026-03-17T09:00:00-06:00", {"diagnosis_text": f"ADDENDUM: {NEVUS}"}),
    ):
        await story.result(
            "result-final",
            result_id=result_id,
            status="corrected",
            reported_at=reported_at,
            **changes,
        )
    operated = await mohs.ready(surgery)
    # the first example's report, of this patient
    bcc = renumbered("1-result", 4311)
    await practice.result(bcc)
    # what changes something comes last, and finds no version made by what came before
    await story.result(
        "result-corrected", result_id="R-4301-4", reported_at="2026-03-18T09:00:00-06:00"
    )
    await story.replaced(case_id, first, number, "D03.59")
    heard = await eventually(
        "the Mohs specimen's result",
        lambda: practice.get("pathology", f"/v1/results/{bcc['result_id']}"),
        lambda result: result["match"] is not None,
    )
    assert heard["interpretation"]["icd10"] == "C44.311"
    assert (await mohs.ready(surgery))["version"] == operated["version"]


async def unsent_a_new_original(practice: Practice) -> None:
    story = Story(practice, 2, 4302)
    case_id = await story.begin()
    held = await story.claim(case_id, lambda claim: claim["status"] == "held")
    await story.result("result-final")
    claim = await story.ready(case_id)
    assert (claim["version"], claim["frequency_code"]) == (held["version"] + 1, "1")
    await story.stands(claim, "accepted_payer")
    assert [each["frequency"] for each in await story.received(claim, 1)] == ["1"]


async def rejected_before_adjudication_a_new_original(practice: Practice) -> None:
    story = Story(practice, 1, 4303)
    await story.behaves({"kind": "reject_payer", "stc": ["A3:21"]})
    case_id = await story.begin()
    first = await story.ready(case_id)
    await story.stands(first, "rejected")
    await story.result()
    second = await story.claim(case_id, lambda claim: "C44.311" in claim["diagnoses"])
    assert (second["version"], second["frequency_code"]) == (first["version"] + 1, "1")
    sent = (await story.received(first, 2))[-1]
    assert (sent["frequency"], sent["payer_control_number_sent"]) == ("1", "")
    await story.stands(second, "accepted_payer")


async def sent_and_not_acknowledged_waits_for_the_answer(practice: Practice) -> None:
    story = Story(practice, 1, 4304)
    await story.behaves({"kind": "silent", "answer": "277ca_payer"})
    case_id = await story.begin()
    first = await story.ready(case_id)
    await story.stands(first, "accepted_clearinghouse")
    await story.result()
    second = await story.claim(case_id, lambda claim: "C44.311" in claim["diagnoses"])
    shown = await story.stands(second, "held")
    assert shown["hold"]["reason"] == "answer_awaited"
    assert len(await practice.at_the_payer(first["claim_id"])) == 1
    house = practice.stack.urls["clearinghouse"]
    (received,) = await story.received(first, 1)
    await practice.client.post(f"{house}/v1/pay-day", json={"claim_id": received["claim_id"]})
    sent = (await story.received(first, 2))[-1]
    assert sent["frequency"] == "7"
    assert sent["payer_control_number_sent"] == received["payer_control_number"]


async def accepted_a_replacement(practice: Practice) -> None:
    story = Story(practice, 1, 4305)
    case_id = await story.begin()
    first, number = await story.accepted(case_id)
    await story.result()
    await story.replaced(case_id, first, number, "C44.311")


async def paid_three_weeks_ago_a_replacement(practice: Practice) -> None:
    story = Story(practice, 1, 4306)
    case_id = await story.begin()
    first, number = await story.accepted(case_id)
    await story.paid(first)
    await story.result(reported_at="2026-04-06T15:40:00-06:00")
    await story.replaced(case_id, first, number, "C44.311")


async def denied_a_replacement(practice: Practice) -> None:
    story = Story(practice, 1, 4307)
    await story.behaves({"kind": "deny", "carc": "11", "rarcs": ["N569"]})
    case_id = await story.begin()
    first, number = await story.accepted(case_id)
    await story.paid(first)
    await story.result()
    await story.replaced(case_id, first, number, "C44.311")


async def no_billable_line_left_a_void(practice: Practice) -> None:
    """The removal turns out to have been for looks: the patient pays, the payer's claim is void."""
    story = Story(practice, 2, 4308)
    case_id = await story.begin()
    await story.result("result-final")
    first, number = await story.accepted(case_id)
    cosmetic = {"procedure_id": "P1", "kind": "cosmetic", "service": "other", "charge": "250.00"}
    await practice.encounter(story.document("encounter", procedures=[cosmetic]))
    last = await story.claim(case_id, lambda claim: claim["status"] == "patient_pay")
    assert last["frequency_code"] == "8"
    sent = (await story.received(first, 2))[-1]
    assert (sent["frequency"], sent["payer_control_number_sent"]) == ("8", number)


async def lower_after_payment_a_replacement(practice: Practice) -> None:
    story = Story(practice, 2, 4309)
    case_id = await story.begin()
    await story.result("result-corrected", result_id="R-4309-0", status="final")
    first, number = await story.accepted(case_id)
    assert "11602" in codes(first)
    await story.paid(first)
    await story.result("result-final", status="corrected", reported_at=TAKES_BACK)
    await story.replaced(case_id, first, number, "D22.5")
    before, after = await practice.at_the_payer(first["claim_id"])
    assert float(after["charge"]) < float(before["charge"]), "the overpayment is returned"


async def cancelled_after_use_back_to_a_person(practice: Practice) -> None:
    story = Story(practice, 2, 4310)
    case_id = await story.begin()
    await story.result("result-final")
    first, _ = await story.accepted(case_id)
    await story.result(
        "result-final", result_id="R-4310-9", status="cancelled", reported_at=TAKES_BACK
    )
    second = await story.claim(case_id, lambda claim: claim["version"] > first["version"])
    assert second["status"] == "needs_review"
    assert "pathology_withdrawn" in {hold["reason"] for hold in second["holds"]}
    assert len(await practice.at_the_payer(first["claim_id"])) == 1


async def another_site_waits_for_a_person_and_codes_nothing(practice: Practice) -> None:
    story = Story(practice, 2, 4312)
    case_id = await story.begin()
    held = await story.claim(case_id, lambda claim: claim["status"] == "held")
    await story.result("result-final", site="scalp")
    path = "/v1/results/R-4312-1"
    waiting = await eventually(
        "the result in the queue",
        lambda: practice.get("pathology", path),
        lambda result: result["state"] == "unmatched",
    )
    assert waiting["why"] == "site-conflict"
    assert [each["specimen_id"] for each in waiting["candidates"]] == ["S-4312-A"]
    assert (await practice.claim(case_id) or {})["version"] == held["version"]
    matched = await practice.client.post(
        f"{practice.stack.urls['pathology']}{path}/match",
        json={"specimen_id": "S-4312-A", "reason": "the site was mistyped, the lab says"},
    )
    assert matched.status_code == 200, matched.text
    decided = await story.claim(case_id, lambda claim: claim["version"] > held["version"])
    assert decided["frequency_code"] == "1"


async def worded_as_uncertain_until_a_person_decides(practice: Practice) -> None:
    story = Story(practice, 2, 4313)
    case_id = await story.begin()
    await story.result("result-final", diagnosis_text="Consistent with melanoma in situ.", codes=[])
    asked = await story.claim(case_id, lambda claim: claim["status"] == "needs_review")
    assert not {"D03.59", "C43.59"} & set(asked["diagnoses"])
    settled = await practice.client.post(
        f"{practice.stack.urls['pathology']}/v1/results/R-4313-1/settle",
        json={"behavior": "in_situ", "icd10": "D03.59", "reason": "the pathologist confirms"},
    )
    assert settled.status_code == 200, settled.text
    claim = await story.ready(case_id)
    assert (claim["diagnoses"], codes(claim)) == (["D03.59"], ["12032", "11602"])
    assert claim["frequency_code"] == "1"


SCENARIOS: dict[str, Callable[[Practice], Awaitable[None]]] = {
    scenario.__name__: scenario
    for scenario in (
        changes_nothing_no_new_version,
        unsent_a_new_original,
        rejected_before_adjudication_a_new_original,
        sent_and_not_acknowledged_waits_for_the_answer,
        accepted_a_replacement,
        paid_three_weeks_ago_a_replacement,
        denied_a_replacement,
        no_billable_line_left_a_void,
        lower_after_payment_a_replacement,
        cancelled_after_use_back_to_a_person,
        another_site_waits_for_a_person_and_codes_nothing,
        worded_as_uncertain_until_a_person_decides,
    )
}


@pytest_asyncio.fixture(scope="package")
async def played(practice: Practice) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    tasks = {name: asyncio.ensure_future(play(practice)) for name, play in SCENARIOS.items()}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_a_result_and_its_claim(played: dict[str, asyncio.Task[None]], scenario: str) -> None:
    await played[scenario]
