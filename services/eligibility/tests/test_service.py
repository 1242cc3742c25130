"""Eligibility through its doors: REST and signed webhooks, on PostgreSQL."""

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
from shared.contracts.authorization_changed import AuthorizationChanged
from shared.contracts.documents.encounter import Encounter, without_prose
from shared.contracts.documents.visit import Subject
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.visit_classified import VisitClassified
from shared.db.migrations import differences
from shared.kernel.ids import case_id, new_id
from shared.testing.webhooks import SECRET, signed_headers

if TYPE_CHECKING:
    from services.eligibility.tests.conftest import Service
else:
    Service = Any

EXAMPLES = Path(shared.contracts.__path__[0]) / "examples"
PRACTICE = "prairie"


def example(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return loaded


async def post_visit(service: Service, document: dict[str, Any]) -> dict[str, Any]:
    answer = await service.client.post("/v1/visits", json=document, headers=service.may())
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_visit_is_classified_told_once_and_read_back(service: Service) -> None:
    document = example("4-visit")
    first = await post_visit(service, document)
    again = await post_visit(service, document)
    assert first == again
    assert first["classification"] == "mixed"
    assert first["case_id"] == str(case_id(PRACTICE, "V-1004"))
    (event,) = await service.told()
    assert isinstance(event, VisitClassified)
    assert (event.visit_id, event.status, event.classification) == ("V-1004", "booked", "mixed")
    assert event.coverage is not None
    assert (event.coverage.payer_id, event.coverage.status) == ("60054", "not_asked")
    assert event.estimate is not None
    assert event.estimate.patient_amount is None
    read = await service.client.get("/v1/visits/V-1004", headers=service.may())
    assert read.json()["visit"]["patient"]["last_name"] == "Haddad"
    assert read.json()["classification"]["classification"] == "mixed"


async def test_the_subject_opens_for_who_holds_its_key_and_nothing_stands_in_the_clear(
    service: Service,
) -> None:
    document = example("5-visit")
    await post_visit(service, document)
    (event,) = await service.told()
    assert isinstance(event, VisitClassified)
    subject = Subject.model_validate_json(service.parts.subjects.open(PRACTICE, event.subject))
    assert subject.patient.last_name == "Varga"
    assert subject.coverage is not None
    assert subject.coverage.member_id == "W200500015"
    kept = await service.stored_bytes()
    for secret in ("Varga", "2011-08-30", "W200500015", "9 Orchard", "Growing, bleeding", "nodule"):
        assert secret.encode() not in kept


async def test_without_phi_read_ids_only_and_with_it_an_audit_row(service: Service) -> None:
    await post_visit(service, example("1-visit"))
    plain = await service.client.get("/v1/visits/V-1001", headers=service.may("visits:read"))
    assert plain.status_code == 200
    assert plain.json()["visit"]["patient"] == {"mrn": "MRN2001"}
    assert "Moreno" not in plain.text
    assert "Bleeding spot" not in plain.text
    assert b"visit.read" not in await service.stored_bytes()
    whole = await service.client.get(
        "/v1/visits/V-1001", headers=service.may("visits:read", "phi:read")
    )
    assert whole.json()["visit"]["patient"]["last_name"] == "Moreno"
    assert b"visit.read" in await service.stored_bytes()


async def test_another_practice_sees_nothing(service: Service) -> None:
    await post_visit(service, example("1-visit"))
    other = service.may(practice="elsewhere")
    assert (await service.client.get("/v1/visits/V-1001", headers=other)).status_code == 404
    assert (await service.client.get("/v1/visits", headers=other)).json()["items"] == []


async def test_a_later_document_of_the_visit_is_an_update(service: Service) -> None:
    document = example("2-visit")
    await post_visit(service, document)
    await post_visit(service, {**document, "status": "cancelled"})
    events = await service.told()
    assert [each.status for each in events if isinstance(each, VisitClassified)] == [
        "booked",
        "cancelled",
    ]
    listed = await service.client.get("/v1/visits?status=cancelled", headers=service.may())
    assert [each["visit_id"] for each in listed.json()["items"]] == ["V-1002"]


async def test_lists_go_on_at_their_cursor(service: Service) -> None:
    for number in range(1, 6):
        await post_visit(service, example(f"{number}-visit"))
    seen: list[str] = []
    cursor = ""
    while True:
        page = await service.client.get(f"/v1/visits?limit=2{cursor}", headers=service.may())
        seen += [each["visit_id"] for each in page.json()["items"]]
        if page.json()["next_cursor"] is None:
            break
        cursor = f"&cursor={page.json()['next_cursor']}"
    assert seen == ["V-1001", "V-1002", "V-1003", "V-1004", "V-1005"]


async def test_coverage_not_stated_is_the_last_known_one(service: Service) -> None:
    first = example("2-visit")
    await post_visit(service, first)
    second = {**deepcopy(first), "visit_id": "V-9"}
    del second["coverage"]
    await post_visit(service, second)
    unknown = deepcopy(second)
    unknown["visit_id"], unknown["patient"]["mrn"] = "V-10", "MRN-NEW"
    await post_visit(service, unknown)
    _, known, never_stated = await service.told()
    assert isinstance(known, VisitClassified)
    assert isinstance(never_stated, VisitClassified)
    assert known.coverage is not None
    assert known.coverage.payer_id == "60054"
    assert (never_stated.coverage, never_stated.coverage_known) == (None, False)


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("visit-*.json")))
async def test_classify_answers_and_keeps_nothing(service: Service, name: str) -> None:
    case = example(name)
    answer = await service.client.post(
        "/v1/classify", json=case["request"], headers=service.may("visits:read")
    )
    assert answer.status_code == 200
    assert set(answer.json()) == set(case["response"])
    for given, full in zip(answer.json()["services"], case["response"]["services"], strict=True):
        assert set(given) == set(full)
        assert (given["route"], given["nature"]) == (full["route"], full["nature"])
    assert await service.told() == []


async def test_an_unknown_field_is_refused(service: Service) -> None:
    document = {**example("1-visit"), "room": "4"}
    answer = await service.client.post("/v1/visits", json=document, headers=service.may())
    assert answer.status_code == 422
    assert "Moreno" not in answer.text


AUTHORIZATION = {
    "visit_id": "V-1006",
    "service_kind": "drug_administration",
    "number": "PA-77",
    "status": "pending",
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
    "units_approved": 12,
    "units_used": 3,
}


async def test_an_approval_meets_the_need_and_the_encounter_uses_a_unit(service: Service) -> None:
    visit = await post_visit(service, example("6-visit"))
    assert "prior_authorization" in visit["services"][1]["needs"]
    entered = await service.client.post(
        "/v1/authorizations", json=AUTHORIZATION, headers=service.may()
    )
    assert entered.status_code == 201
    named = entered.json()["authorization_id"]
    approved = {**AUTHORIZATION, "status": "approved"}
    del approved["visit_id"]
    put = await service.client.put(
        f"/v1/authorizations/{named}", json=approved, headers=service.may()
    )
    assert put.json()["status"] == "approved"
    await hear_encounter(service)
    await hear_encounter(service)
    listed = await service.client.get("/v1/authorizations?visit_id=V-1006", headers=service.may())
    (shown,) = listed.json()["items"]
    assert (shown["number"], shown["units_used"]) == ("PA-77", 4)
    events = await service.told()
    changes = [each.authorization for each in events if isinstance(each, AuthorizationChanged)]
    assert [(each.status, each.units_used) for each in changes] == [
        ("pending", 3),
        ("approved", 3),
        ("approved", 4),
    ]
    latest = [each for each in events if isinstance(each, VisitClassified)][-1]
    assert "prior_authorization" not in latest.services[1].needs


async def hear_encounter(service: Service) -> None:
    encounter = Encounter.model_validate(example("6-encounter"))
    event = EncounterDocumented(
        case_id=case_id(PRACTICE, encounter.visit_id),
        practice_id=PRACTICE,
        occurred_at=service.parts.clock.business(),
        encounter_id=encounter.encounter_id,
        visit_id=encounter.visit_id,
        encounter_version=1,
        encounter=without_prose(encounter, ()),
        blocks=False,
    )
    heard = Heard(event, new_id(), None)
    await apply(
        service.parts.database,
        service.parts.stage,
        [(event.case_id, heard)],
        service.parts.clock.business(),
    )


async def test_an_authorization_needs_its_visit_and_its_service(service: Service) -> None:
    unknown = await service.client.post(
        "/v1/authorizations", json=AUTHORIZATION, headers=service.may()
    )
    assert unknown.status_code == 422
    await post_visit(service, example("6-visit"))
    nothing = {**AUTHORIZATION, "service_kind": None}
    refused = await service.client.post("/v1/authorizations", json=nothing, headers=service.may())
    assert refused.status_code == 422


async def post_webhook(service: Service, document: object) -> dict[str, Any]:
    await service.client.put(
        "/v1/sources/ehr", json={"format": "dermis", "secrets": [SECRET]}, headers=service.may()
    )
    body = orjson.dumps(document)
    answer = await service.client.post(
        "/v1/webhooks/ehr", content=body, headers=signed_headers(body)
    )
    assert answer.status_code == 202, answer.text
    return await settled(service, answer.json())


async def settled(service: Service, accepted: dict[str, Any]) -> dict[str, Any]:
    for _ in range(100):
        answer = await service.client.get(accepted["status_url"], headers=service.may())
        message: dict[str, Any] = answer.json()
        if message["state"] != "stored":
            return message
        await asyncio.sleep(0.05)
    raise AssertionError("the message was not interpreted")


async def test_a_signed_visit_is_applied(service: Service) -> None:
    message = await post_webhook(service, example("3-visit"))
    assert (message["state"], message["kind"]) == ("applied", "visit")
    (event,) = await service.told()
    assert isinstance(event, VisitClassified)
    assert event.visit_id == "V-1003"
    assert len(message["events"]) == 1


async def test_a_visit_that_cannot_be_read_fails_visibly(service: Service) -> None:
    message = await post_webhook(service, {**example("3-visit"), "room": "4"})
    assert message["state"] == "failed"
    assert message["problems"][0]["place"] == "/room"
    assert await service.told() == []


SIU = rb"""MSH|^~\&|EHR|CLINIC|||20260301||SIU^S12|%s|P|2.5
SCH|1|V-77||||Add|ROUTINE^Rash||||||||||||||||||%s
PID|1||7^^^X^PI~MRN77^^^C^MR||STONE^Ida||19700102|F|||1 Elm^^Peoria^IL^61602
PV1|1|O|||||%s^Okafor^Ruth
AIS|1||EVAL|202603020930"""


async def test_scheduling_in_hl7_books_and_cancels(service: Service) -> None:
    setting = {
        "format": "hl7v2",
        "secrets": [SECRET],
        "reading": {"providers": {"D7": "1234567893"}},
    }
    put = await service.client.put("/v1/sources/hl7", json=setting, headers=service.may())
    assert put.status_code == 200
    adt = b"MSH|^~\\&|EHR|CLINIC|||202603020930||ADT^A08|9|P|2.5\rPID|1"
    expected = [
        (adt, ("ignored", "format-not-read")),
        (SIU % (b"1", b"Booked", b"1234567893"), ("applied", None)),
        (SIU % (b"2", b"Booked", b"XX"), ("failed", "provider-unknown")),
        (SIU % (b"3", b"Cancelled", b"D7"), ("applied", None)),
    ]
    for body, outcome in expected:
        headers = signed_headers(body, media_type="application/hl7-v2")
        answer = await service.client.post("/v1/webhooks/hl7", content=body, headers=headers)
        message = await settled(service, answer.json())
        rule = message["problems"][0]["rule"] if message["problems"] else None
        assert (message["state"], rule) == outcome, message
    told = await service.told()
    assert [(each.visit_id, each.status, each.coverage_known) for each in told] == [
        ("V-77", "booked", False),
        ("V-77", "cancelled", False),
    ]


async def test_migrations_and_tables_agree(postgres_url: str, service_template: Any) -> None:
    name = await service_template("eligibility")
    url = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    assert await differences(url, "eligibility") == []
