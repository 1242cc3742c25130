"""Coding over HTTP and on the real database: what-ifs, versions, fees, practices apart."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.coding import wire
from services.coding.handlers import HANDLERS
from shared.bus.apply import apply
from shared.bus.stage import Heard
from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.documents.encounter import Encounter, without_prose
from shared.contracts.documents.result import Interpretation, Match, PathologyResult
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.pathology_returned import PathologyReturned
from shared.db.migrations import differences
from shared.kernel.ids import case_id, claim_id, derived_id

STORIES = {
    "biopsy, keratoses and a separate visit": (1, ["1-result"], "1-coded-claim"),
    "excision, benign report": (2, ["2-result-final"], "2-coded-claim-v1"),
    "excision, corrected report": (
        2,
        ["2-result-final", "2-result-corrected"],
        "2-coded-claim-v2",
    ),
    "Mohs surgery and a flap": (3, [], "3-coded-claim"),
    "wart to insurance, filler to the patient": (4, [], "4-coded-claim"),
    "excision without a report": (5, [], "5-coded-claim"),
    "a size is missing": (6, [], "6-coded-claim"),
}
PRACTICE = "prairie"
NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)


def expected(document: dict[str, Any]) -> dict[str, Any]:
    """What the examples fix: codes, modifiers, units, pointers, order, status."""
    lines = [
        {key: line[key] for key in ("code", "modifiers", "units", "diagnosis_pointers")}
        for line in document["lines"]
    ]
    paid = [
        {key: line[key] for key in ("procedure_id", "charge")}
        for line in document["patient_pay_lines"]
    ]
    return {
        "status": document["status"],
        "diagnoses": document["diagnoses"],
        "lines": lines,
        "patient_pay_lines": paid,
        "release_on": [hold.get("release_on") for hold in document["holds"]],
        "date_of_service": document["date_of_service"],
        "rendering_provider": document["rendering_provider"]["npi"],
    }


@pytest.mark.parametrize("story", STORIES)
async def test_preview_gives_the_examples(service: Any, write: Any, story: str) -> None:
    number, results, want = STORIES[story]
    body = {
        "encounter": write.example(f"{number}-encounter"),
        "results": [write.example(each) for each in results],
    }
    answer = await service.client.post("/v1/preview", json=body, headers=service.may("claims:read"))
    assert answer.status_code == 200, answer.text
    assert expected(answer.json()) == expected(write.example(want))
    assert answer.json()["frequency_code"] == "1"


async def test_preview_compares_what_was_charged(service: Any, write: Any) -> None:
    body = {
        "encounter": write.example("1-encounter"),
        "results": [write.example("1-result")],
        "charged": [{"code": "11102"}, {"code": "11104"}],
    }
    answer = await service.client.post("/v1/preview", json=body, headers=service.may("claims:read"))
    assert answer.status_code == 200, answer.text
    claim = answer.json()
    coded = {line["code"] for line in claim["lines"]}
    charged = {"11102", "11104"}
    assert {each["code"] for each in claim["missed"]} == coded - charged
    assert {each["code"] for each in claim["unsupported"]} == charged - coded
    assert claim["unsupported"][0]["evidence"][0].startswith("/charged/")
    refused = {**body, "charged": [{"code": "11102", "units": 0}]}
    answer = await service.client.post("/v1/preview", json=refused, headers=service.may())
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/charged/0/units"]


async def test_preview_stores_and_tells_nothing(service: Any, write: Any) -> None:
    body = {"encounter": write.example("4-encounter")}
    await service.client.post("/v1/preview", json=body, headers=service.may())
    async with service.parts.database.transaction([PRACTICE]) as connection:
        for table in ("claim", "outbox", "case_state"):
            assert await connection.scalar(text(f"select count(*) from {table}")) == 0


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"unknown": 1}, "/unknown"),
        ({"as_of": "yesterday"}, "/as_of"),
        ({"encounter": None}, "/encounter"),
        ({"payer_id": ""}, "/payer_id"),
    ],
)
async def test_a_request_that_does_not_fit_names_the_field(
    service: Any, write: Any, change: dict[str, Any], pointer: str
) -> None:
    body = {"encounter": write.example("4-encounter"), **change}
    answer = await service.client.post("/v1/preview", json=body, headers=service.may())
    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]


async def test_every_rationale_points_into_the_request(service: Any, write: Any) -> None:
    body = {
        "encounter": write.example("1-encounter"),
        "results": [write.example("1-result")],
    }
    answer = await service.client.post("/v1/preview", json=body, headers=service.may())
    pointers = {
        pointer
        for line in answer.json()["lines"]
        for reason in line["rationale"]
        for pointer in reason["evidence"]
    }
    assert pointers
    for pointer in pointers:
        here: Any = body
        for step in pointer.split("/")[1:]:
            here = here[int(step)] if isinstance(here, list) else here[step]


class Story:
    """Story 2 as events, told to the stage."""

    def __init__(self, service: Any, write: Any) -> None:
        self.parts = service.parts
        document = Encounter.model_validate(write.example("2-encounter"))
        self.case = case_id(PRACTICE, "V-1002")
        self.claim = claim_id(self.case, "E-1002")
        common = {"case_id": self.case, "practice_id": PRACTICE, "occurred_at": NOW}
        self.encounter = EncounterDocumented(
            **common,
            encounter_id="E-1002",
            visit_id="V-1002",
            encounter_version=1,
            encounter=without_prose(document, ()),
            blocks=False,
        )
        encounter = wire.encounter_of(document)
        self.results = []
        for revision, name in enumerate(("2-result-final", "2-result-corrected"), start=1):
            result = PathologyResult.model_validate(write.example(name))
            read = wire.interpreted(result, encounter)
            self.results.append(
                PathologyReturned(
                    **common,
                    result=result.without_text(),
                    match=Match(
                        encounter_id="E-1002",
                        specimen_id="S-1002-A",
                        lesion_id="L1",
                        procedure_id="P1",
                        by="specimen",
                    ),
                    interpretation=Interpretation(
                        decision="automatic",
                        confirmed=True,
                        behavior=read.behavior,
                        icd10=read.icd10,
                        confidence="high",
                    ),
                    behavior=read.behavior,
                    icd10=read.icd10,
                    revision=revision,
                    material_change=revision > 1,
                )
            )
        self.accepted = ClaimAccepted(
            **common,
            claim_id=self.claim,
            version=2,
            payer_control_number="PCN-1",
            accepted_at=NOW,
            by="payer",
        )

    async def tell(self, *events: Any, now: datetime = NOW) -> None:
        counts: dict[str, int] = getattr(self, "counts", {})
        for event in events:
            counts[event.topic] = counts.get(event.topic, 0) + 1
            heard = Heard(event, derived_id(event.topic, counts[event.topic]), counts[event.topic])
            applied = await apply(self.parts.database, self.parts.stage, [(self.case, heard)], now)
            applied.result()
        self.counts = counts


async def test_late_pathology_recodes_an_accepted_claim(service: Any, write: Any) -> None:
    story = Story(service, write)
    await story.tell(story.encounter, story.results[0], story.accepted, story.results[1])
    may = service.may("claims:read")
    versions = [
        (await service.client.get(f"/v1/claims/{story.claim}/versions/{n}", headers=may)).json()
        for n in (1, 2, 3)
    ]
    assert [each["frequency_code"] for each in versions] == ["1", "1", "7"]
    assert [each["status"] for each in versions] == ["held", "ready", "ready"]
    assert expected(versions[1]) == expected(write.example("2-coded-claim-v1"))
    assert expected(versions[2]) == expected(write.example("2-coded-claim-v2"))
    change = versions[2]["changes"][-1]
    assert change["from_version"] == 2
    assert "11402 -> 11602" in change["what"] and "frequency 1 -> 7" in change["what"]
    assert UUID(change["event_id"]) == derived_id(story.results[1].topic, 2)
    latest = await service.client.get(f"/v1/claims/{story.claim}", headers=may)
    assert latest.json() == versions[2]
    listed = await service.client.get(f"/v1/claims?case_id={story.case}", headers=may)
    assert listed.json() == {"items": [versions[2]], "next_cursor": None}


async def test_every_line_of_every_version_is_explained(service: Any, write: Any) -> None:
    story = Story(service, write)
    await story.tell(story.encounter, story.results[0], story.accepted, story.results[1])

    async def line(version: int, number: int = 2) -> Any:
        path = f"/v1/claims/{story.claim}/versions/{version}/lines/{number}/explanation"
        return await service.client.get(path, headers=service.may("claims:read"))

    waiting, coded = (await line(1)).json(), (await line(3)).json()
    assert (waiting["code"], waiting["diagnoses"]) == ("11402", ["D49.2"])
    weighed = {each["code"]: each["rule"] for each in waiting["considered"]}
    assert weighed["11602"] == "EX-4"
    assert (coded["code"], coded["version"], coded["number"]) == ("11602", 3, 2)
    assert {each["code"]: each["rule"] for each in coded["considered"]}["11402"] == "EX-4"
    size = next(each for each in coded["rationale"] if each["rule"] == "EX-1")
    assert size["evidence"][1] == "/encounter/procedures/0/margin_cm"
    assert size["rule_says"].startswith("Greatest lesion diameter")
    assert (size["verified"], size["since"]) == (True, "2000-01-01")
    used = {each["table"]: each for each in coded["releases"]}
    assert used["NCCI pairs"]["name"] == "2024Q3" and used["NCCI pairs"]["carried"]
    for missing in (await line(3, 9), await line(9)):
        assert missing.status_code == 404
    assert (await line(0)).status_code == 422


async def test_two_versions_side_by_side(service: Any, write: Any) -> None:
    story = Story(service, write)
    await story.tell(story.encounter, story.results[0], story.accepted, story.results[1])

    async def diff(query: str = "", **who: Any) -> Any:
        path = f"/v1/claims/{story.claim}/diff{query}"
        return await service.client.get(path, headers=service.may("claims:read", **who))

    found = (await diff("?from=2&to=3")).json()
    closure, line = found["lines"]["changed"]
    assert (closure["code"], [each["field"] for each in closure["fields"]]) == (
        "12032",
        ["diagnoses"],
    )
    assert (found["lines"]["added"], found["lines"]["removed"]) == ([], [])
    changed = {each["field"]: (each["before"], each["after"]) for each in line["fields"]}
    assert changed["code"] == ("11402", "11602")
    assert found["diagnoses"]["removed"] + found["diagnoses"]["added"] == [
        changed["diagnoses"][0][0],
        changed["diagnoses"][1][0],
    ]
    assert line["charge_difference"] == found["charge"]["difference"]
    assert float(found["charge"]["difference"]) > 0
    assert {each["field"] for each in found["fields"]} == {"frequency_code"}
    (cause,) = found["changes"]
    assert UUID(cause["event_id"]) == derived_id(story.results[1].topic, 2)
    assert (await diff()).json() == found

    whole = (await diff("?from=1&to=3")).json()
    assert [each["reason"] for each in whole["holds"]["removed"]] == ["pathology_pending"]
    assert [each["from_version"] for each in whole["changes"]] == [1, 2]
    back = (await diff("?from=3&to=2")).json()
    assert back["charge"]["difference"] == f"-{found['charge']['difference']}"
    assert back["changes"] == found["changes"]
    assert (await diff("?from=1&to=4")).status_code == 404
    assert (await diff("?from=0&to=1")).status_code == 422
    assert (await diff(practice="coastal")).status_code == 404


async def test_the_rule_book_is_listed_found_and_filtered(service: Any) -> None:
    may = service.may("claims:read")

    async def listed(query: str) -> Any:
        answer = await service.client.get(f"/v1/rules{query}", headers=may)
        assert answer.status_code == 200, answer.text
        return answer.json()

    first = await listed("?limit=3")
    then = await listed(f"?limit=2&cursor={first['next_cursor']}")
    every = await listed("?limit=200")
    assert first["items"] + then["items"] == every["items"][:5]
    biopsies = await listed("?section=biopsy")
    assert [each["rule"] for each in biopsies["items"]] == [f"BX-{n}" for n in range(1, 9)]
    assert biopsies["next_cursor"] is None
    doubtful = await listed("?verified=false")
    assert "DS-7" in [each["rule"] for each in doubtful["items"]]
    assert not any(each["verified"] for each in doubtful["items"])
    frozen = await listed("?q=FROZEN")
    assert "BX-6" in [each["rule"] for each in frozen["items"]]
    one = (await service.client.get("/v1/rules/NC-2", headers=may)).json()
    assert (one["section"], one["sources"]) == ("NCCI pairs", ["NCCI PTP"])
    assert one["cases"]
    assert (await service.client.get("/v1/rules/XX-1", headers=may)).status_code == 404


async def test_a_result_before_the_encounter_is_kept_and_used(service: Any, write: Any) -> None:
    story = Story(service, write)
    await story.tell(story.results[1], story.encounter)
    answer = await service.client.get(f"/v1/claims/{story.claim}", headers=service.may())
    assert answer.json()["version"] == 1
    assert expected(answer.json()) == expected(write.example("2-coded-claim-v2"))


async def test_what_changes_nothing_is_not_told(service: Any, write: Any) -> None:
    story = Story(service, write)
    await story.tell(story.encounter, *story.results)
    again = story.results[1].model_copy(
        update={"revision": 3, "margins": "involved", "supersedes": "R-1002-2"}
    )
    await story.tell(again)
    answer = await service.client.get(f"/v1/claims/{story.claim}", headers=service.may())
    assert answer.json()["version"] == 3


async def test_a_hold_is_looked_at_on_day_7_and_asks_a_person_on_day_14(
    service: Any, write: Any
) -> None:
    story = Story(service, write)
    await story.tell(story.encounter, now=datetime(2026, 3, 3, 15, 0, tzinfo=UTC))
    async with service.parts.database.transaction([PRACTICE]) as connection:
        rows = await connection.execute(text("select kind, due_at from timer order by due_at"))
        timers = [(row.kind, row.due_at) for row in rows]
    assert timers == [
        ("pathology_alert:E-1002", datetime(2026, 3, 9, 5, 0, tzinfo=UTC)),
        ("pathology_review:E-1002", datetime(2026, 3, 16, 5, 0, tzinfo=UTC)),
    ]
    from shared.bus.stage import Due

    statuses = []
    for kind, due_at in timers:
        due = Due(kind, due_at)
        await apply(
            service.parts.database,
            service.parts.stage,
            [(story.case, due)],
            due_at + timedelta(minutes=1),
            practice_id=PRACTICE,
        )
        answer = await service.client.get(f"/v1/claims/{story.claim}", headers=service.may())
        statuses.append((answer.json()["version"], answer.json()["status"]))
    assert statuses == [(2, "held"), (3, "needs_review")]


async def test_another_practice_sees_no_claim(service: Any, write: Any) -> None:
    story = Story(service, write)
    await story.tell(story.encounter)
    stranger = service.may(practice="coastal")
    for path in (f"/v1/claims/{story.claim}", f"/v1/claims/{story.claim}/versions/1"):
        assert (await service.client.get(path, headers=stranger)).status_code == 404
    listed = await service.client.get("/v1/claims", headers=stranger)
    assert listed.json()["items"] == []


async def test_fees_price_the_next_claims_of_the_practice_alone(service: Any, write: Any) -> None:
    schedule = {
        "fees": [
            {"code": "17110", "amount": "215.00"},
            {"code": "17110", "amount": "230.00", "effective_from": "2026-07-01"},
        ]
    }
    put = await service.client.put("/v1/fees", json=schedule, headers=service.may("claims:work"))
    assert put.json() == {"fees": 2}
    body = {"encounter": write.example("4-encounter")}
    charges = {}
    for practice in (PRACTICE, "coastal"):
        answer = await service.client.post(
            "/v1/preview", json=body, headers=service.may(practice=practice)
        )
        charges[practice] = answer.json()["lines"][0]["charge"]
    assert charges == {PRACTICE: "215.00", "coastal": "274.95"}
    listed = await service.client.get("/v1/fees?limit=1", headers=service.may())
    assert listed.json()["items"][0]["amount"] == "215.00"
    cursor = listed.json()["next_cursor"]
    rest = await service.client.get(f"/v1/fees?limit=1&cursor={cursor}", headers=service.may())
    assert rest.json()["items"][0]["effective_from"] == "2026-07-01"


async def test_a_fee_for_an_unknown_code_is_refused_with_its_place(service: Any) -> None:
    schedule = {"fees": [{"code": "11100", "amount": "10.00"}]}
    answer = await service.client.put("/v1/fees", json=schedule, headers=service.may())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/fees/0/code"


async def test_recode_after_new_fees_gives_a_new_version_once(service: Any, write: Any) -> None:
    story = Story(service, write)
    await story.tell(story.encounter)
    await service.client.put(
        "/v1/fees",
        json={"fees": [{"code": "12032", "amount": "520.00"}]},
        headers=service.may(),
    )
    versions = []
    for key in ("one", "two"):
        answer = await service.client.post(
            f"/v1/claims/{story.claim}/recode",
            headers={**service.may("claims:work"), "Idempotency-Key": key},
        )
        assert answer.status_code == 200, answer.text
        versions.append((answer.json()["version"], answer.json()["lines"][0]["charge"]))
    assert versions == [(2, "520.00"), (2, "520.00")]


async def test_reference_tables_are_loaded_once(service: Any, write: Any) -> None:
    from services.coding.store import ReferenceTables

    async def loaded() -> list[Any]:
        async with service.parts.database.transaction([PRACTICE]) as connection:
            await ReferenceTables().snapshot(connection)
            rows = await connection.execute(text("select * from reference_load order by load_id"))
            pairs = await connection.scalar(text("select count(*) from ncci_pair"))
            return [*(tuple(row) for row in rows), pairs]

    first = await loaded()
    assert first[-1] == 20_412
    assert await loaded() == first


async def test_history_of_the_patient_reaches_the_next_case(service: Any, write: Any) -> None:
    """A ten-day period of one case makes a related visit of the next one no charge."""
    story = Story(service, write)
    await story.tell(story.encounter, *story.results)
    later = Encounter.model_validate(
        write.encounter(
            encounter_id="E-2",
            visit_id="V-2",
            date_of_service="2026-03-10",
            patient={"mrn": "MRN2002"},
            evaluation=write.visit(separately_identifiable=False, diagnoses=["Z48.02"]),
        )
    )
    other = case_id(PRACTICE, "V-2")
    event = EncounterDocumented(
        case_id=other,
        practice_id=PRACTICE,
        occurred_at=NOW,
        encounter_id="E-2",
        visit_id="V-2",
        encounter_version=1,
        encounter=without_prose(later, ()),
        blocks=False,
    )
    heard = Heard(event, derived_id("other"), 1)
    (await apply(service.parts.database, service.parts.stage, [(other, heard)], NOW)).result()
    answer = await service.client.get(f"/v1/claims/{claim_id(other, 'E-2')}", headers=service.may())
    assert answer.json()["status"] == "no_charge"
    assert [edit["kind"] for edit in answer.json()["edits"]] == ["global"]


async def test_migrations_and_tables_agree(postgres_url: str, service_template: Any) -> None:
    name = await service_template("coding")
    url = postgres_url.rsplit("/", 1)[0] + f"/{name}"
    assert await differences(url, "coding") == []


def test_every_event_coding_hears_has_a_handler() -> None:
    from shared.contracts.events import EVENTS

    heard = {event for event in EVENTS if "coding" in event.consumers}
    assert heard <= set(HANDLERS)
