"""Pathology through its doors, on PostgreSQL: matching, the queue, revisions, what is told."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from services.pathology import store, wire
from services.pathology.tests.conftest import PRACTICE, documented, example
from shared.bus.apply import apply
from shared.bus.stage import Heard
from shared.bus.sweep import Sweep
from shared.contracts.documents.result import PathologyResult
from shared.db.migrations import differences
from shared.kernel.clock import Clock
from shared.kernel.ids import new_id
from shared.testing.webhooks import SECRET, signed_headers

NOW = datetime(2026, 3, 5, 22, tzinfo=UTC)


async def test_a_result_of_a_known_specimen_is_told_without_its_text(service, biopsy):
    await service.hear(documented(biopsy))
    answer = await service.post(example("1-result"))
    assert answer.status_code == 201
    assert answer.json()["state"] == "matched"
    (event,) = await service.told()
    assert (event.behavior, event.icd10, event.revision) == ("malignant", "C44.311", 1)
    assert (event.match.lesion_id, event.match.procedure_id, event.match.by) == (
        "L1",
        "P1",
        "specimen",
    )
    assert (event.supersedes, event.prior_status, event.material_change) == (None, None, True)
    assert "nodular" not in event.model_dump_json()


async def test_a_result_before_its_encounter_waits_and_is_found(service, biopsy):
    waiting = (await service.post(example("1-result"))).json()
    assert (waiting["state"], waiting["why"]) == ("unmatched", "specimen-unknown")
    listed = (await service.get("/v1/results?state=unmatched")).json()["items"]
    assert [each["result"]["result_id"] for each in listed] == ["R-1001"]
    assert listed[0]["diagnosis_text"] is None
    await service.hear(documented(biopsy))
    (event,) = await service.told()
    assert event.icd10 == "C44.311"
    assert (await service.get("/v1/results?state=unmatched")).json()["items"] == []
    found = (await service.get("/v1/results/R-1001")).json()
    assert (found["state"], found["match"]["specimen_id"]) == ("matched", "S-1001-A")
    assert found["interpretation"]["icd10"] == "C44.311"
    assert "nodular" in found["diagnosis_text"]


async def test_result_and_encounter_at_the_same_moment_find_each_other(service, biopsy):
    """Whichever commits second sees the first: no lost wake-up, however they interleave."""
    for round_ in range(15):
        body = json.loads(json.dumps(biopsy).replace("1001", f"R{round_}"))
        sent = json.loads(json.dumps(example("1-result")).replace("1001", f"R{round_}"))
        sent["accession"] = f"ACC-{round_}"
        answer, _ = await asyncio.gather(service.post(sent), service.hear(documented(body)))
        assert answer.status_code == 201
    assert len(await service.told()) == 15
    assert (await service.get("/v1/results?state=unmatched")).json()["items"] == []


async def test_a_result_waits_for_the_encounter_that_is_about_to_commit(service, biopsy):
    event = documented(biopsy)
    async with service.parts.database.transaction([PRACTICE]) as connection:
        heard = Heard(event, new_id(), 1)
        await apply(connection, service.parts.stage, [(event.case_id, heard)], NOW)
        posted = asyncio.create_task(service.post(example("1-result")))
        await asyncio.sleep(0.3)
        assert not posted.done()
    assert (await posted).json()["state"] == "matched"
    assert len(await service.told()) == 1


async def test_an_encounter_waits_for_the_result_that_is_about_to_be_kept(service, biopsy):
    seal = await service.parts.sealer(PRACTICE)
    sent = PathologyResult.model_validate_json(json.dumps(example("1-result")))
    async with service.parts.database.transaction([PRACTICE]) as connection:
        await store.route(connection, PRACTICE, wire.report(sent, seal, NOW))
        heard = asyncio.create_task(service.hear(documented(biopsy)))
        await asyncio.sleep(0.3)
        assert not heard.done()
    await heard
    assert len(await service.told()) == 1


async def test_a_corrected_result_supersedes_and_repeats_say_nothing(service, excision):
    await service.hear(documented(excision))
    for name in ("2-result-final", "2-result-final", "2-result-corrected", "2-result-corrected"):
        assert (await service.post(example(name))).status_code == 201
    first, second = await service.told()
    assert (first.behavior, first.icd10, first.margins) == ("benign", "D22.5", "clear")
    assert (second.behavior, second.icd10, second.revision) == ("in_situ", "D03.59", 2)
    assert (second.supersedes, second.prior_status) == ("R-1002-1", "final")
    assert second.material_change
    found = (await service.get("/v1/results/R-1002-2")).json()
    assert [(each["result_id"], each["revision"]) for each in found["revisions"]] == [
        ("R-1002-1", 1),
        ("R-1002-2", 2),
    ]


async def test_an_older_result_is_kept_and_never_applied(service, excision):
    await service.hear(documented(excision))
    await service.post(example("2-result-corrected"))
    await service.post(example("2-result-final"))
    assert [each.icd10 for each in await service.told()] == ["D03.59"]
    assert (await service.get("/v1/results/R-1002-1")).json()["revision"] is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"mrn": "MRN9"}, "patient-disagrees"),
        ({"mrn": None}, "patient-not-stated"),
        ({"site": "back"}, "site-conflict"),
        ({"specimen_id": "S-X"}, "specimen-unknown"),
        ({"specimen_id": None, "collected_on": None}, "specimen-unknown"),
    ],
    ids=["another patient", "no patient", "another site", "another specimen", "neither id nor day"],
)
async def test_what_is_not_certain_waits_for_a_person(service, biopsy, change, why):
    await service.hear(documented(biopsy))
    answer = (await service.post({**example("1-result"), **change})).json()
    assert (answer["state"], answer["why"], answer["case_id"]) == ("unmatched", why, None)
    assert await service.told() == []
    matched = await service.post({"specimen_id": "S-1001-A"}, "/v1/results/R-1001/match")
    assert (matched.status_code, matched.json()["state"]) == (200, "matched")
    (event,) = await service.told()
    assert (event.match.by, event.icd10) == ("person", "C44.311")
    again = await service.post({"specimen_id": "S-1001-A"}, "/v1/results/R-1001/match")
    assert again.status_code == 409
    repeated = await service.post({**example("1-result"), **change})
    assert repeated.json()["state"] == "matched"
    assert len(await service.told()) == 1


async def test_the_queue_says_what_stands_in_the_way_once_the_encounter_is_there(service, biopsy):
    await service.post({**example("1-result"), "mrn": "MRN9"})
    await service.hear(documented(biopsy))
    found = (await service.get("/v1/results/R-1001")).json()
    assert (found["why"], found["alert"]) == ("patient-disagrees", False)
    (candidate,) = found["candidates"]
    assert (candidate["specimen_id"], candidate["encounter_id"]) == ("S-1001-A", "E-1001")
    assert candidate["agrees"] == ["specimen", "collected", "site", "lab", "open"]
    assert candidate["disagrees"] == ["patient"]


async def test_a_hand_made_match_is_audited_and_needs_a_specimen(service, biopsy):
    await service.post({**example("1-result"), "mrn": None})
    missing = await service.post({"specimen_id": "S-1001-A"}, "/v1/results/R-1001/match")
    assert missing.status_code == 404
    await service.hear(documented(biopsy))
    await service.post({"specimen_id": "S-1001-A", "reason": "phoned"}, "/v1/results/R-1001/match")
    async with service.parts.database.transaction([PRACTICE]) as connection:
        rows = await connection.execute(text("select actor, action, object_id, reason from audit"))
        assert ("tester", "result.match", "R-1001", "phoned") in [tuple(row) for row in rows]


async def test_an_accession_already_linked_brings_its_other_results(service, excision):
    """An addendum without a specimen id waits until its accession is linked."""
    late = {**example("2-result-corrected"), "specimen_id": None, "collected_on": None}
    assert (await service.post(late)).json()["why"] == "specimen-unknown"
    await service.hear(documented(excision))
    await service.post(example("2-result-final"))
    (event,) = await service.told()
    assert (event.icd10, event.match.by) == ("D03.59", "accession")


async def test_another_lab_is_a_second_opinion(service, excision):
    await service.hear(documented(excision))
    await service.post(example("2-result-final"))
    other = {**example("2-result-corrected"), "lab_id": "LAB2", "accession": "X-1"}
    assert (await service.post(other)).json()["why"] == "second-opinion"
    assert len(await service.told()) == 1


@pytest.mark.parametrize(
    ("status", "behavior"), [("cancelled", None), ("retracted", None), ("unknown", None)]
)
async def test_a_result_taken_back_goes_to_a_person(service, excision, status, behavior):
    await service.hear(documented(excision))
    await service.post(example("2-result-final"))
    await service.post({**example("2-result-corrected"), "status": status})
    _, event = await service.told()
    assert (event.result.status, event.behavior, event.icd10) == (status, behavior, None)
    assert (event.prior_status, event.interpretation.decision) == ("final", "review")
    asked = (await service.get("/v1/results?state=review")).json()["items"]
    assert len(asked) == (status == "unknown"), "what is taken back leaves nothing to decide"


async def test_a_preliminary_result_tells_nothing_and_never_replaces(service, excision):
    await service.hear(documented(excision))
    await service.post({**example("2-result-final"), "status": "preliminary"})
    assert await service.told() == []
    assert set(await service.timers()) == {"reminder:S-1002-A", "escalation:S-1002-A"}
    await service.post(example("2-result-final"))
    await service.post({**example("2-result-corrected"), "status": "preliminary"})
    assert [each.icd10 for each in await service.told()] == ["D22.5"]


async def test_uncertain_wording_is_told_unconfirmed(service, biopsy):
    await service.hear(documented(biopsy))
    sent = {**example("1-result"), "diagnosis_text": "Consistent with basal cell carcinoma."}
    assert (await service.post(sent)).json()["state"] == "review"
    (event,) = await service.told()
    assert (event.behavior, event.icd10) == (None, None)
    assert (event.interpretation.confirmed, event.interpretation.decision) == (False, "review")
    assert len((await service.get("/v1/results?state=review")).json()["items"]) == 1


async def test_an_addendum_that_moves_the_lesion_is_told_again(service, biopsy):
    """The code follows the lesion; where the report names the old site, a person decides."""
    await service.hear(documented(biopsy))
    sent = {**example("1-result"), "site": None, "diagnosis_text": "Basal cell carcinoma."}
    await service.post(sent)
    moved = json.loads(json.dumps(biopsy))
    moved["lesions"][0]["site"] = "cheek"
    await service.hear(documented(moved, version=2))
    first, second = await service.told()
    assert (first.icd10, second.icd10, second.revision) == ("C44.311", "C44.319", 2)


async def test_a_specimen_without_result_is_overdue_after_five_and_seven_business_days(
    service, biopsy
):
    await service.hear(documented(biopsy))
    assert await service.timers() == {
        "reminder:S-1001-A": "2026-03-09",
        "escalation:S-1001-A": "2026-03-11",
    }
    await Sweep(service.parts.stage, service.parts.database, Clock()).sweep_once()
    assert [each.level for each in await service.told()] == ["reminder", "escalation"]
    await service.hear(documented(biopsy, version=2))
    assert await service.timers() == {}, "an addendum does not begin the wait again"


async def test_a_result_ends_the_wait(service, biopsy):
    await service.hear(documented(biopsy))
    await service.post(example("1-result"))
    assert await service.timers() == {}


async def test_specimens_say_what_they_wait_for(service, biopsy):
    await service.hear(documented(biopsy))
    (waiting,) = (await service.get("/v1/specimens?state=waiting")).json()["items"]
    assert (waiting["specimen_id"], waiting["site"]) == ("S-1001-A", "nose")
    await service.post(example("1-result"))
    assert (await service.get("/v1/specimens?state=waiting")).json()["items"] == []


@pytest.mark.parametrize("name", ["part", "placer_order"])
async def test_a_name_longer_than_an_id_is_refused_with_its_field(service, name):
    refused = await service.post({**example("1-result"), name: "x" * 201})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/{name}")


async def test_lists_go_on_by_cursor(service):
    for n in range(3):
        await service.post({**example("1-result"), "result_id": f"R-{n}", "specimen_id": f"S-{n}"})
    first = (await service.get("/v1/results?limit=2")).json()
    second = (await service.get(f"/v1/results?limit=2&cursor={first['next_cursor']}")).json()
    ids = [each["result"]["result_id"] for each in (*first["items"], *second["items"])]
    assert (sorted(ids), second["next_cursor"]) == (["R-0", "R-1", "R-2"], None)


async def test_a_signed_message_is_kept_waiting_and_told_later(service, biopsy):
    source = await service.client.put(
        "/v1/sources/lab-1",
        json={"format": "dermis", "secrets": [SECRET]},
        headers=service.may("sources:admin"),
    )
    assert source.status_code in (200, 201)
    body = json.dumps(example("1-result")).encode()
    accepted = await service.client.post(
        "/v1/webhooks/lab-1", content=body, headers=signed_headers(body)
    )
    assert accepted.status_code == 202
    status = accepted.json()["status_url"]
    seen = await _until(service, status, "unmatched")
    assert seen["kind"] == "result"
    await service.hear(documented(biopsy))
    seen = await _until(service, status, "applied")
    assert (seen["case_id"], len(seen["events"])) == (str(documented(biopsy).case_id), 1)


async def test_a_message_with_an_unknown_field_fails_visibly(service):
    await service.client.put(
        "/v1/sources/lab-1",
        json={"format": "dermis", "secrets": [SECRET]},
        headers=service.may("sources:admin"),
    )
    body = json.dumps({**example("1-result"), "grade": 3}).encode()
    accepted = await service.client.post(
        "/v1/webhooks/lab-1", content=body, headers=signed_headers(body)
    )
    seen = await _until(service, accepted.json()["status_url"], "failed")
    assert seen["problems"][0]["place"] == "/grade"
    for nameless in (b'{"status": "final"}', b"[1]"):
        refused = await service.client.post(
            "/v1/webhooks/lab-1", content=nameless, headers=signed_headers(nameless)
        )
        assert refused.status_code == 422


async def _until(service, path: str, state: str) -> dict:
    for _ in range(100):
        seen = (await service.get(path)).json()
        if seen["state"] == state:
            return seen
        await asyncio.sleep(0.05)
    raise AssertionError(f"the message stays {seen['state']}: {seen['problems']}")


async def test_interpret_answers_as_the_contract_says(service):
    answer = await service.post(
        {
            "text": "Basal cell carcinoma, nodular type, margins free of tumor.",
            "codes": [{"system": "icdo", "code": "8090/3"}],
            "site": "cheek",
            "laterality": "left",
        },
        "/v1/interpret",
    )
    found = answer.json()
    assert {key: found[key] for key in found if key not in ("reasons", "spans")} == {
        "decision": "automatic",
        "confirmed": True,
        "behavior": "malignant",
        "diagnosis": "basal cell carcinoma",
        "icd10": "C44.319",
        "margins": "clear",
        "confidence": "high",
    }
    assert set(found["reasons"][0]) == {"rule", "says", "source"}
    assert set(found["spans"][0]) == {"start", "end", "role"}
    assert (
        await service.post({"text": "Nevus", "colour": "x"}, "/v1/interpret")
    ).status_code == 422


async def test_a_practice_sees_its_own_results_alone(service, biopsy):
    await service.post(example("1-result"))
    stranger = service.may(practice="other")
    assert (await service.get("/v1/results/R-1001", **stranger)).status_code == 404
    assert (await service.get("/v1/results", **stranger)).json()["items"] == []
    plain = service.may("results:read")
    assert (await service.get("/v1/results/R-1001", **plain)).json()["diagnosis_text"] is None


async def test_no_text_stands_in_the_clear(service, biopsy):
    await service.hear(documented(biopsy))
    secret = "Basal cell carcinoma. Quixotic zebra."
    await service.post({**example("1-result"), "diagnosis_text": secret})
    await service.post({**example("2-result-final"), "diagnosis_text": secret})
    async with service.parts.database.transaction([PRACTICE]) as connection:
        for table in ("case_state", "outbox", "result", "specimen"):
            rows = await connection.execute(text(f"select to_jsonb(t)::text as row from {table} t"))
            assert not any("uixotic" in row.row for row in rows), table
        rows = await connection.execute(text("select payload from outbox"))
        assert not any(b"uixotic" in bytes(row.payload) for row in rows)


async def test_tables_and_migrations_agree(postgres_url, service_template):
    name = await service_template("pathology")
    owner = postgres_url.rsplit("/", 1)[0] + f"/{name}"
    assert await differences(owner, "pathology") == []
