"""What waits for somebody: the unmatched queue, the review queue, late specimens."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime

import pytest
from sqlalchemy import text

from services.pathology import store
from services.pathology.domain.commands import MergePatient
from services.pathology.domain.orders import Order
from services.pathology.domain.people import Patient
from services.pathology.domain.waiting import due
from services.pathology.tests.conftest import PRACTICE, Service, documented, example
from shared.bus.apply import apply
from shared.bus.errors import Transient
from shared.bus.stage import Asked
from shared.bus.sweep import Sweep
from shared.kernel.business_days import PRACTICE_ZONE
from shared.kernel.clock import Clock
from shared.kernel.ids import practice_key
from shared.testing.webhooks import SECRET, signed_headers

NAMELESS = {"specimen_id": None, "mrn": "MRN2001"}


async def sweep(service: Service) -> None:
    await Sweep(service.parts.stage, service.parts.database, Clock()).sweep_once()


async def audited(service: Service) -> list[tuple[str, str, str, str | None]]:
    async with service.parts.database.transaction([PRACTICE]) as connection:
        rows = await connection.execute(text("select actor, action, object_id, reason from audit"))
        return [tuple(row) for row in rows]


async def ordered(service: Service, *orders: Order) -> None:
    """What the interpreter of orders does, in one transaction."""
    async with service.parts.database.transaction([PRACTICE]) as connection:
        asked = await store.keep_orders(connection, PRACTICE, orders)
        inputs = [(case_id, Asked(command)) for case_id, command in asked]
        await apply(connection, service.parts.stage, inputs, service.parts.clock.business())


async def merged(service: Service, old: str, new: str) -> None:
    """What the interpreter of merges does, in one transaction."""
    async with service.parts.database.transaction([PRACTICE]) as connection:
        cases = await store.keep_merge(connection, PRACTICE, old, new)
        inputs = [(case_id, Asked(MergePatient(old, new))) for case_id in cases]
        await apply(connection, service.parts.stage, inputs, service.parts.clock.business())


async def matched_by(service: Service) -> list[str]:
    return [event.match.by for event in await service.told()]


async def test_a_result_finds_its_specimen_by_patient_day_and_site_whichever_comes_first(
    service, biopsy
):
    await service.post({**example("1-result"), **NAMELESS})
    await service.hear(documented(biopsy))
    assert await matched_by(service) == ["patient_and_site"]


async def test_an_order_leads_a_waiting_result_to_its_specimen(service, biopsy):
    await service.hear(documented(biopsy))
    sent = {**example("1-result"), **NAMELESS, "site": None, "placer_order": "O-77"}
    assert (await service.post(sent)).json()["why"] == "specimen-unknown"
    await ordered(service, Order("O-77", None, "S-1001-A"))
    assert await matched_by(service) == ["order"]


async def test_an_order_before_its_result_and_encounter_is_known(service, biopsy):
    await ordered(service, Order("O-77", None, None, "MRN2001", "nose", None, date(2026, 3, 2)))
    sent = {**example("1-result"), **NAMELESS, "site": None, "placer_order": "O-77"}
    await service.post(sent)
    await service.hear(documented(biopsy))
    assert await matched_by(service) == ["patient_and_site"]


async def test_a_merge_brings_results_under_the_old_number_to_the_patient(service, biopsy):
    await service.hear(documented(biopsy))
    sent = {**example("1-result"), "mrn": "OLD-1"}
    assert (await service.post(sent)).json()["why"] == "patient-disagrees"
    await merged(service, "OLD-1", "MRN2001")
    assert await matched_by(service) == ["specimen"]


async def test_merges_may_come_in_any_order_and_before_everything_else(service, biopsy):
    await merged(service, "MRN2001", "NEW-2")
    await merged(service, "OLD-0", "MRN2001")
    await service.hear(documented(biopsy))
    await service.post({**example("1-result"), "mrn": "OLD-0"})
    await service.post({**example("1-result"), "mrn": "NEW-2", "status": "corrected"})
    assert len(await service.told()) == 2
    await merged(service, "NEW-2", "MRN2001")  # and back again
    assert (await service.post({**example("1-result"), "mrn": "NEW-2"})).json()["case_id"]


async def test_a_person_with_another_birthday_under_the_number_is_not_believed(service, biopsy):
    async with service.parts.database.transaction([PRACTICE]) as connection:
        await store.keep_patient(connection, PRACTICE, Patient("MRN2001", None, "f", "b-1960"))
        await store.keep_patient(connection, PRACTICE, Patient("MRN2001", None, "g", None))
        people, _ = await store.load_people(connection, PRACTICE, ["MRN2001"])
    assert people.patients["MRN2001"] == Patient("MRN2001", None, "g", "b-1960")


async def test_an_unmatched_result_is_an_alert_after_three_business_days(service, biopsy):
    await service.post({**example("1-result"), "specimen_id": "S-?"})
    assert set(await service.timers()) == {"unmatched:R-1001"}
    await hasten(service)
    await sweep(service)
    (event,) = await service.told()
    assert (event.case_id, event.result_id) == (practice_key(PRACTICE), "R-1001")
    (listed,) = (await service.get("/v1/results?state=unmatched")).json()["items"]
    assert (listed["waiting_days"], listed["alert"]) == (0, False), "the timer alone was hastened"


async def test_a_result_matched_in_time_is_no_alert(service, biopsy):
    await service.post(example("1-result"))
    await service.hear(documented(biopsy))
    await hasten(service)
    await sweep(service)
    assert [type(each).__name__ for each in await service.told()] == ["PathologyReturned"]


async def hasten(service: Service) -> None:
    async with service.parts.database.transaction([PRACTICE]) as connection:
        await connection.execute(
            text("update timer set due_at = now() - interval '1 minute' where kind like 'unm%'")
        )


async def test_a_person_settles_what_was_not_understood(service, biopsy):
    await service.hear(documented(biopsy))
    sent = {**example("1-result"), "diagnosis_text": "Consistent with basal cell carcinoma."}
    sent["codes"] = []
    assert (await service.post(sent)).json()["state"] == "review"
    decided = {"behavior": "malignant", "icd10": "C44.311", "reason": "asked Dr. Path"}
    answer = await service.post(decided, "/v1/results/R-1001/settle")
    assert (answer.status_code, answer.json()["state"]) == (200, "matched")
    first, second = await service.told()
    assert (first.behavior, second.behavior, second.icd10) == (None, "malignant", "C44.311")
    found = (await service.get("/v1/results/R-1001")).json()
    assert (found["settled"]["by"], found["revision"]) == ("tester", 2)
    assert found["interpretation"]["decision"] == "person"
    assert ("tester", "result.settle", "R-1001", "asked Dr. Path") in await audited(service)
    later = {**sent, "result_id": "R-1001-2", "status": "corrected"}
    later["reported_at"] = "2026-03-09T15:40:00-06:00"
    assert (await service.post(later)).json()["state"] == "review"
    stale = await service.post(decided, "/v1/results/R-1001/settle")
    assert (stale.status_code, stale.json()["code"]) == (409, "result-superseded")


async def test_a_wrong_match_goes_back_to_the_queue(service, biopsy):
    await service.hear(documented(biopsy))
    await service.post(example("1-result"))
    path = "/v1/results/R-1001/unmatch"
    assert (await service.post({}, path)).status_code == 422
    taken = await service.post({"reason": "the vials were swapped"}, path)
    assert (taken.status_code, taken.json()["state"], taken.json()["case_id"]) == (
        200,
        "unmatched",
        None,
    )
    assert [each.result.status for each in await service.told()] == ["final", "retracted"]
    assert (await service.post({"reason": "again"}, path)).status_code == 409
    await service.hear(documented(biopsy, version=2))
    assert len(await service.told()) == 2, "no rule makes the match again"
    await service.post({"specimen_id": "S-1001-A"}, "/v1/results/R-1001/match")
    assert [each.result.status for each in await service.told()] == ["final", "retracted", "final"]
    actions = {action for _, action, _, _ in await audited(service)}
    assert {"result.unmatch", "result.match"} <= actions


async def test_a_message_says_what_became_of_it(service, biopsy):
    source = {"format": "dermis", "secrets": [SECRET]}
    await service.client.put("/v1/sources/m", json=source, headers=service.may("sources:admin"))
    unsure = {**example("1-result"), "codes": []}
    unsure["diagnosis_text"] = "Consistent with basal cell carcinoma."
    body = json.dumps(unsure).encode()
    posted = await service.client.post("/v1/webhooks/m", content=body, headers=signed_headers(body))
    status = posted.json()["status_url"]
    seen = await settled(service, status)
    assert seen["state"] == "unmatched"
    (carried,) = seen["results"]
    assert (carried["revision"], carried["patient_agrees"]) == (None, False)
    assert carried["diagnosis_text"] == unsure["diagnosis_text"]
    await service.hear(documented(biopsy))
    seen = await settled(service, status)
    assert seen["state"] == "review"
    (carried,) = seen["results"]
    assert (carried["revision"], carried["patient_agrees"]) == (1, True)
    assert {name: carried[name] for name in unsure if name != "codes"} == {
        name: value for name, value in unsure.items() if name != "codes"
    }
    decided = {"behavior": "malignant", "icd10": "C44.311"}
    await service.post(decided, "/v1/results/R-1001/settle")
    seen = await settled(service, status)
    assert (seen["state"], seen["problems"], len(seen["events"])) == ("applied", [], 2)


async def test_what_is_no_decision_is_refused_with_its_field(service, biopsy):
    assert (await service.post({"behavior": "benign"}, "/v1/results/R-9/settle")).status_code == 404
    await service.post({**example("1-result"), "mrn": "MRN9"})
    path = "/v1/results/R-1001/settle"
    assert (await service.post({"behavior": "benign"}, path)).status_code == 409
    await service.hear(documented(biopsy))
    await service.post({"specimen_id": "S-1001-A"}, "/v1/results/R-1001/match")
    for body, pointer in (
        ({}, "/behavior"),
        ({"behavior": "wild"}, "/behavior"),
        ({"behavior": "malignant", "icd10": "c44"}, "/icd10"),
        ({"behavior": "malignant", "diagnosis": "Mr Miller's nose"}, "/diagnosis"),
        ({"behavior": "benign", "icd10": "C44.311"}, "/behavior"),
    ):
        refused = await service.post(body, path)
        assert refused.status_code == 422, body
        assert refused.json()["errors"][0]["pointer"] == pointer


async def test_waiting_times_are_the_practices_and_the_labs(service, biopsy, excision):
    usual = {"expected": 3, "reminder": 5, "escalation": 7}
    assert (await service.get("/v1/waiting-times")).json() == {"default": usual, "labs": {}}
    slow = {"expected": 5, "reminder": 8, "escalation": 10}
    put = await service.client.put(
        "/v1/waiting-times", json={"labs": {"LAB1": slow}}, headers=service.may()
    )
    assert put.json() == {"default": usual, "labs": {"LAB1": slow}}
    wrong = {"default": {"expected": 9}}
    refused = await service.client.put("/v1/waiting-times", json=wrong, headers=service.may())
    assert refused.status_code == 422
    body = json.loads(json.dumps(biopsy))
    body["specimens"][0]["lab_id"] = "LAB1"
    await service.hear(documented(body))
    assert await service.timers() == {
        "reminder:S-1001-A": "2026-03-12",
        "escalation:S-1001-A": "2026-03-16",
    }
    (waiting,) = (await service.get("/v1/specimens?state=waiting")).json()["items"]
    assert waiting["expected_at"].startswith("2026-03-09")
    figures = (await service.get("/v1/turnaround?from=2026-03-02&to=2026-03-02")).json()["items"]
    assert [(each["lab_id"], each["waiting"], each["late"]) for each in figures] == [("LAB1", 1, 1)]
    await service.post(example("1-result"))
    (figure,) = (await service.get("/v1/turnaround")).json()["items"]
    assert (figure["returned"], figure["in_time"], figure["late"]) == (1, 1, 0)
    assert 3 < figure["median_days"] < 3.5
    none = await service.get("/v1/turnaround?from=2026-03-03")
    assert none.json()["items"] == []


async def test_a_test_message_is_read_and_nothing_of_it_remains(service, biopsy):
    await service.hear(documented(biopsy))
    source = {"format": "dermis", "secrets": [SECRET], "test": True}
    await service.client.put("/v1/sources/t", json=source, headers=service.may("sources:admin"))
    for changes in ({}, {"specimen_id": "S-?"}):
        body = json.dumps({**example("1-result"), **changes}).encode()
        posted = await service.client.post(
            "/v1/webhooks/t", content=body, headers=signed_headers(body)
        )
        seen = await settled(service, posted.json()["status_url"])
        assert (seen["state"], seen["test"], seen["events"]) == ("ignored", True, [])
        assert seen["problems"][-1]["rule"] == "test-message"
    assert await service.told() == []
    assert (await service.get("/v1/results")).json()["items"] == []


async def settled(service: Service, path: str) -> dict:
    """A message, once it is read."""
    for _ in range(100):
        seen = (await service.get(path)).json()
        if seen["state"] != "stored":
            return seen
        await asyncio.sleep(0.05)
    raise AssertionError("the message is not read")


async def test_result_encounter_order_and_merge_at_the_same_moment_find_each_other(service, biopsy):
    """However they interleave, the last to commit sees what the others left."""

    async def round_(number: int) -> None:
        def own(document: dict) -> dict:
            return json.loads(json.dumps(document).replace("1001", f"N{number}"))

        old, new = f"OLD-{number}", f"MRN-{number}"
        encounter = own(biopsy) | {"patient": {"mrn": new}}
        sent = own(example("1-result")) | {"specimen_id": None, "mrn": old, "site": None}
        sent |= {"accession": f"ACC-{number}", "placer_order": f"O-{number}"}
        order = Order(f"O-{number}", None, None, new, "nose", None, date(2026, 3, 2))
        await asyncio.gather(
            service.post(sent),
            service.hear(documented(encounter)),
            until_taken(lambda: ordered(service, order)),
            until_taken(lambda: merged(service, old, new)),
        )

    await asyncio.gather(*(round_(number) for number in range(12)))
    assert (await service.get("/v1/results?state=unmatched")).json()["items"] == []
    assert await matched_by(service) == ["patient_and_site"] * 12


async def until_taken(ask: Callable[[], Awaitable[None]]) -> None:
    """As the interpreter does with what must be looked at again."""
    while True:
        try:
            return await ask()
        except Transient:
            continue


@pytest.mark.parametrize(
    ("changes", "collected"),
    [
        ({}, "2026-03-02"),
        ({"collected_at": None}, "2026-03-02"),
        ({"collected_at": "0001-01-01T00:00:00Z"}, "2026-03-02"),
        ({"collected_at": "9999-12-31T23:59:00Z"}, "2026-03-02"),
        ({"collected_at": "2025-12-30T09:00:00-06:00"}, "2025-12-30"),
    ],
)
def test_when_a_specimen_was_collected(biopsy, changes, collected):
    biopsy["specimens"][0] |= changes
    (specimen,) = store.specimens_of(documented(biopsy))
    assert specimen.collected_at.astimezone(PRACTICE_ZONE).date().isoformat() == collected


def test_no_wait_outlasts_the_calendar():
    last = datetime(9999, 12, 31, 12, tzinfo=PRACTICE_ZONE)
    assert due(last, 5) == last


async def test_two_results_of_one_accession_at_the_same_moment_both_arrive(service, biopsy):
    await service.hear(documented(biopsy))
    corrected = {**example("1-result"), "result_id": "R-2", "status": "corrected"}
    corrected["reported_at"] = "2026-03-06T15:40:00-06:00"
    answers = await asyncio.gather(service.post(example("1-result")), service.post(corrected))
    assert [each.json()["state"] for each in answers] == ["matched", "matched"]
    assert (await service.told())[-1].result.result_id == "R-2"
