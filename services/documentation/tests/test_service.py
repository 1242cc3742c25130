"""Documentation through its doors: REST and signed webhooks, on PostgreSQL."""

import asyncio
import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import orjson
import pytest

import shared.contracts
from shared.bus.apply import apply
from shared.bus.stage import Heard
from shared.contracts.documentation_queried import DocumentationQueried
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.visit_classified import VisitClassified
from shared.db.migrations import differences
from shared.kernel.ids import case_id, new_id
from shared.testing.webhooks import SECRET, signed_headers

if TYPE_CHECKING:
    from services.documentation.tests.conftest import Service
else:
    Service = Any

EXAMPLES = Path(shared.contracts.__path__[0]) / "examples"
PRACTICE = "prairie"


def example(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return loaded


async def post_encounter(service: Service, document: dict[str, Any]) -> dict[str, Any]:
    answer = await service.client.post("/v1/encounters", json=document, headers=service.may())
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def documented(service: Service) -> list[EncounterDocumented]:
    return [each for each in await service.told() if isinstance(each, EncounterDocumented)]


async def queried(service: Service) -> list[DocumentationQueried]:
    return [each for each in await service.told() if isinstance(each, DocumentationQueried)]


async def test_an_encounter_is_told_once_without_its_prose(service: Service) -> None:
    document = example("1-encounter")
    first = await post_encounter(service, document)
    assert first == await post_encounter(service, document)
    assert (first["version"], first["blocks"]) == (1, False)
    (event,) = await documented(service)
    assert event.case_id == case_id(PRACTICE, "V-1001")
    assert (event.encounter_version, event.supersedes, event.changed) == (1, None, ())
    facts = event.encounter
    assert facts.note_present
    assert facts.evaluation is not None
    assert facts.evaluation.narrative_present
    assert [each.rationale_present for each in facts.lesions] == [True, False, False, False]
    assert {each.fact for each in facts.extracted} >= {"count", "site", "size", "technique"}
    kept = await service.stored_bytes()
    for prose in ("Acne flared", "retinoid strength", "Bleeds easily", "liquid nitrogen"):
        assert prose.encode() not in kept


async def test_an_addendum_is_a_version_with_its_changes_and_closes_its_question(
    service: Service,
) -> None:
    document = example("6-encounter")
    assert (await post_encounter(service, document))["blocks"] is True
    (opened, specimen) = await queried(service)
    assert (opened.rule, opened.state, opened.severity) == ("missing.lesion_size", "open", "block")
    assert opened.field == "/procedures/0/diameter_cm"
    assert opened.query.question
    assert specimen.rule == "missing.specimen"
    repaired = deepcopy(document)
    repaired["procedures"][0]["diameter_cm"] = 0.7
    answer = await post_encounter(service, repaired)
    assert (answer["version"], answer["blocks"]) == (2, False)
    _, second = await documented(service)
    assert (second.encounter_version, second.supersedes) == (2, 1)
    assert second.changed == ("/procedures/0/diameter_cm",)
    closed = (await queried(service))[-1]
    assert (closed.query_id, closed.state) == (opened.query_id, "closed")


async def test_reading_back_with_and_without_prose(service: Service) -> None:
    await post_encounter(service, example("1-encounter"))
    path = "/v1/encounters/E-1001"
    plain = await service.client.get(path, headers=service.may("encounters:read"))
    assert plain.json()["encounter"]["note_present"] is True
    assert "Acne flared" not in plain.text
    assert b"encounter.read" not in await service.stored_bytes()
    whole = await service.client.get(path, headers=service.may("encounters:read", "phi:read"))
    assert whole.json()["encounter"]["note"]["text"].startswith("Established patient. Acne")
    assert whole.json()["findings"] == []
    assert b"encounter.read" in await service.stored_bytes()


async def test_the_first_version_stays_readable(service: Service) -> None:
    document = example("6-encounter")
    await post_encounter(service, document)
    repaired = deepcopy(document)
    repaired["procedures"][0]["diameter_cm"] = 0.7
    await post_encounter(service, repaired)
    path = "/v1/encounters/E-1006"
    latest = await service.client.get(path, headers=service.may())
    assert [each["supersedes"] for each in latest.json()["versions"]] == [None, 1]
    assert [each["rule"] for each in latest.json()["queries"]] == ["missing.specimen"]
    first = await service.client.get(f"{path}?version=1", headers=service.may())
    assert first.json()["encounter"]["procedures"][0]["diameter_cm"] is None
    gone = await service.client.get(f"{path}?version=9", headers=service.may())
    assert gone.status_code == 404


async def test_an_encounter_cannot_move_to_another_visit(service: Service) -> None:
    document = example("2-encounter")
    await post_encounter(service, document)
    moved = {**document, "visit_id": "V-OTHER"}
    answer = await service.client.post("/v1/encounters", json=moved, headers=service.may())
    assert answer.status_code == 422
    assert len(await documented(service)) == 1


async def test_an_encounter_without_a_visit_has_a_case_of_its_own(service: Service) -> None:
    document = {**example("2-encounter"), "visit_id": None}
    answer = await post_encounter(service, document)
    assert answer["case_id"] == str(case_id(PRACTICE, None, "E-1002"))


async def test_another_practice_sees_nothing(service: Service) -> None:
    await post_encounter(service, example("2-encounter"))
    other = service.may(practice="elsewhere")
    answer = await service.client.get("/v1/encounters/E-1002", headers=other)
    assert answer.status_code == 404


async def test_lists_go_on_at_their_cursor_and_tell_what_blocks(service: Service) -> None:
    for number in range(1, 7):
        await post_encounter(service, example(f"{number}-encounter"))
    first = await service.client.get("/v1/encounters?limit=4", headers=service.may())
    cursor = first.json()["next_cursor"]
    rest = await service.client.get(f"/v1/encounters?cursor={cursor}", headers=service.may())
    listed = [*first.json()["items"], *rest.json()["items"]]
    assert [each["encounter_id"] for each in listed] == [f"E-100{n}" for n in range(1, 7)]
    blocking = await service.client.get("/v1/encounters?blocks=true", headers=service.may())
    assert [each["encounter_id"] for each in blocking.json()["items"]] == ["E-1006"]


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("check-*.json")))
async def test_check_answers_and_keeps_nothing(service: Service, name: str) -> None:
    case = example(name)
    answer = await service.client.post(
        "/v1/check", json=case["request"], headers=service.may("encounters:read")
    )
    assert answer.status_code == 200
    assert set(answer.json()) == set(case["response"])
    assert answer.json()["blocks"] is case["expect"]["blocks"]
    for given in answer.json()["findings"]:
        assert set(given) == set(case["response"]["findings"][0])
    assert await service.told() == []


async def test_a_question_quotes_the_record_at_the_screen_and_never_on_the_bus(
    service: Service,
) -> None:
    request = example("check-count-conflict")["request"]
    asked = await service.client.post("/v1/check", json=request, headers=service.may())
    (finding,) = asked.json()["findings"]
    assert "'7 actinic keratoses'" in finding["query"]["question"]
    await post_encounter(service, request)
    assert b"actinic keratoses'" not in await service.stored_bytes()
    (question,) = await queried(service)
    assert question.query.options == ("7", "9", "other", "unable to determine")


async def test_what_was_booked_is_shown_beside_what_was_documented(service: Service) -> None:
    event = VisitClassified(
        case_id=case_id(PRACTICE, "V-1002"),
        practice_id=PRACTICE,
        occurred_at=service.parts.clock.business(),
        visit_id="V-1002",
        status="booked",
        scheduled_at=service.parts.clock.business(),
        rendering_provider={"npi": "1234567893"},
        classification="medical",
        coverage_known=True,
        subject="s1.sealed",
    )
    await apply(
        service.parts.database,
        service.parts.stage,
        [(event.case_id, Heard(event, new_id(), None))],
        service.parts.clock.business(),
    )
    await post_encounter(service, example("2-encounter"))
    shown = await service.client.get("/v1/encounters/E-1002", headers=service.may())
    assert shown.json()["visit"] == {
        "visit_id": "V-1002",
        "status": "booked",
        "classification": "medical",
    }


async def post_webhook(service: Service, document: object) -> dict[str, Any]:
    await service.client.put(
        "/v1/sources/ehr", json={"format": "dermis", "secrets": [SECRET]}, headers=service.may()
    )
    body = orjson.dumps(document)
    answer = await service.client.post(
        "/v1/webhooks/ehr", content=body, headers=signed_headers(body)
    )
    assert answer.status_code == 202, answer.text
    for _ in range(100):
        told = await service.client.get(answer.json()["status_url"], headers=service.may())
        message: dict[str, Any] = told.json()
        if message["state"] != "stored":
            return message
        await asyncio.sleep(0.05)
    raise AssertionError("the message was not interpreted")


async def test_a_signed_encounter_is_applied(service: Service) -> None:
    message = await post_webhook(service, example("3-encounter"))
    assert (message["state"], message["kind"]) == ("applied", "encounter")
    assert message["case_id"] == str(case_id(PRACTICE, "V-1003"))
    assert len(await documented(service)) == 1


async def test_an_encounter_that_cannot_be_read_fails_visibly(service: Service) -> None:
    broken = example("3-encounter")
    broken["procedures"][0]["kind"] = "spell"
    message = await post_webhook(service, broken)
    assert message["state"] == "failed"
    assert message["problems"][0]["place"].startswith("/procedures/0")
    assert await service.told() == []


async def test_an_encounter_without_an_id_is_refused_at_the_door(service: Service) -> None:
    await service.client.put(
        "/v1/sources/ehr", json={"format": "dermis", "secrets": [SECRET]}, headers=service.may()
    )
    body = orjson.dumps({"visit_id": "V-1"})
    answer = await service.client.post(
        "/v1/webhooks/ehr", content=body, headers=signed_headers(body)
    )
    assert answer.status_code == 422


async def test_migrations_and_tables_agree(postgres_url: str, service_template: Any) -> None:
    name = await service_template("documentation")
    url = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    assert await differences(url, "documentation") == []
