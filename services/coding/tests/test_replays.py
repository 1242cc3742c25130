"""Replays: the difference as a pure function, and a run on the real database."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from services.coding.domain.claim import Claim
from services.coding.domain.facts import Payer
from services.coding.domain.references import Tables
from services.coding.domain.releases import RELATIVE_VALUES
from services.coding.domain.replay import (
    ChosenRelease,
    Proposal,
    compared,
    proposed,
    replayed,
)
from services.coding.replaying import Replays
from services.coding.wire import Preview, preview_facts
from services.coding.wire.replays import csv_of
from shared.bus.apply import apply
from shared.bus.stage import Heard
from shared.contracts.documents.encounter import Encounter, without_prose
from shared.contracts.encounter_documented import EncounterDocumented
from shared.kernel.ids import case_id, derived_id

NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)


@pytest.fixture
def claim(write: Any, coded: Any) -> Claim:
    lesions = [write.lesion("L1"), write.lesion("L2", "cheek")]
    procedures = [
        {"kind": "biopsy", "technique": "punch", "lesion_id": each["lesion_id"]} for each in lesions
    ]
    found: Claim = coded(procedures, lesions).claim
    assert len(found.lines) == 2
    return found


def dearer(claim: Claim) -> Claim:
    first, *others = claim.lines
    return replace(claim, lines=(replace(first, charge=first.charge + 10), *others))


def shorter(claim: Claim) -> Claim:
    return replace(claim, lines=claim.lines[:1])


@pytest.mark.parametrize(
    ("change", "pairs"),
    [
        pytest.param(dearer, [(1, 1), (2, 2)], id="another charge"),
        pytest.param(shorter, [(1, 1), (2, None)], id="a line is gone"),
        pytest.param(lambda claim: replace(claim, status="held"), [(1, 1), (2, 2)], id="status"),
    ],
)
def test_a_difference_has_lines_and_money(claim: Claim, change: Any, pairs: Any) -> None:
    after = change(claim)
    found = compared(claim, after)
    assert found is not None
    numbers = [tuple(line and line.number for line in pair) for pair in found.lines]
    assert numbers == pairs
    assert found.charge_after - found.charge_before == sum(
        line.charge for line in after.lines
    ) - sum(line.charge for line in claim.lines)
    assert csv_of([("CL", found)]).count("\r\n") == len(pairs)


def test_the_same_decision_differs_in_nothing(claim: Claim) -> None:
    assert compared(claim, replace(claim, releases=())) is None


def test_a_chosen_release_is_read_for_every_day(tables: Tables) -> None:
    for edition in tables.relative_values:
        chosen = Proposal((ChosenRelease(RELATIVE_VALUES, edition.release.name),))
        changed = proposed(tables, chosen)
        assert [each.rows for each in changed.relative_values] == [edition.rows]
        day = tables.relative_values[0].release.since
        known = edition.rows.get(("11104", ""))
        assert changed.relative_value("11104", "11", day) == (known and known.non_facility)
        assert changed.pairs == tables.pairs


@pytest.mark.parametrize("self_pay", [False, True])
def test_a_proposed_payer_never_insures_who_pays_alone(
    write: Any, tables: Tables, self_pay: bool
) -> None:
    asked = Preview.model_validate({"encounter": write.example("1-encounter")})
    facts = replace(preview_facts(asked, {}), payer=Payer(self_pay=self_pay))
    proposal = Proposal(payer=Payer(payer_id="BC1", program="commercial"))
    assert (replayed(facts, tables, proposal, facts.day).lines == ()) is self_pay


async def test_a_replay_tells_what_new_fees_would_change(service: Any, write: Any) -> None:
    await documented(service, write)
    may = service.may("claims:work", "claims:read")
    before = (await service.client.get("/v1/claims", headers=may)).json()
    fees = {"fees": [{"code": before["items"][0]["lines"][0]["code"], "amount": "9999.00"}]}
    await service.client.put("/v1/fees", json=fees, headers=service.may())
    body = {"from": "2020-01-01", "to": "2030-01-01"}
    asked = await service.client.post("/v1/replays", json=body, headers=may)
    assert asked.status_code == 202, asked.text
    at = f"/v1/replays/{asked.json()['replay_id']}"
    await replay_all(service)
    stands = (await service.client.get(at, headers=may)).json()
    assert (stands["state"], stands["done"], stands["total"]) == ("done", 1, 1)
    found = (await service.client.get(f"{at}/claims", headers=may)).json()["items"]
    assert [each["lines"][0]["after"]["charge"] for each in found] == ["9999.00"]
    assert Decimal(stands["result"]["charges_up"]) == Decimal(found[0]["charge_difference"]) > 0
    text = (await service.client.get(f"{at}/claims.csv", headers=may)).text
    assert text.count("\r\n") == 1 + len(found[0]["lines"])
    assert (await service.client.get("/v1/claims", headers=may)).json() == before  # nothing told
    assert (await service.client.post(f"{at}/cancel", headers=may)).status_code == 409
    listed = await service.client.get("/v1/replays", headers=may)
    assert [each["replay_id"] for each in listed.json()["items"]] == [stands["replay_id"]]
    other = service.may("claims:read", practice="lakeside")
    assert (await service.client.get(at, headers=other)).status_code == 404


async def test_a_killed_replay_goes_on_and_lists_what_it_cannot_code(
    service: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in ("1", "2", "3"):
        await documented(service, write, number)
    may = service.may("claims:work", "claims:read")
    claims = (await service.client.get("/v1/claims", headers=may)).json()["items"]
    first, second, third = sorted(each["claim_id"] for each in claims)
    unreadable = text(
        "update case_state set state = '{}' where case_id ="
        " (select case_id from claim where claim_id = :claim)"
    )
    async with service.parts.database.transaction(["prairie"]) as connection:
        await connection.execute(unreadable, {"claim": second})
    monkeypatch.setattr("services.coding.replaying.PAGE", 1)
    payer = {"payer_id": "MEDB", "program": "medicare"}
    body = {"from": "2020-01-01", "to": "2030-01-01", "payer": payer, "as_of": "2030-01-01"}
    asked = await service.client.post("/v1/replays", json=body, headers=may)
    at = f"/v1/replays/{asked.json()['replay_id']}"
    killed = Replays(service.parts)
    assert await killed.turn()
    await killed.end()
    assert (await service.client.get(at, headers=may)).json()["done"] == 1
    await replay_all(service)  # as after a restart
    stands = (await service.client.get(at, headers=may)).json()
    assert (stands["state"], stands["done"], stands["total"]) == ("done", 3, 3)
    assert stands["result"]["claims_uncoded"] == 1
    listed = (await service.client.get(f"{at}/uncoded", headers=may)).json()["items"]
    assert [each["claim_id"] for each in listed] == [second]
    found = (await service.client.get(f"{at}/claims", headers=may)).json()["items"]
    assert {each["claim_id"] for each in found} <= {first, third}


async def replay_all(service: Any) -> None:
    """Work until no run is open."""
    work = Replays(service.parts)
    try:
        while await work.turn():
            pass
    finally:
        await work.end()


async def test_a_cancelled_replay_stops_and_hostile_ones_are_refused(service: Any) -> None:
    may = service.may("claims:work", "claims:read")
    body = {"from": "2026-01-01", "to": "2026-01-31"}
    asked = (await service.client.post("/v1/replays", json=body, headers=may)).json()
    at = f"/v1/replays/{asked['replay_id']}"
    ended = await service.client.post(f"{at}/cancel", headers=may)
    assert (ended.status_code, ended.json()["state"]) == (200, "cancelled")
    assert not await Replays(service.parts).turn()
    for wrong in (
        {"from": "2026-02-01", "to": "2026-01-31"},
        {"from": "2026-01-01"},
        {**body, "releases": [{"table": "NCCI pairs", "release": "never was"}]},
        {**body, "releases": [{"table": "anything", "release": "1"}]},
        {**body, "payer": {}},
    ):
        answer = await service.client.post("/v1/replays", json=wrong, headers=may)
        assert answer.status_code == 422, wrong


async def documented(service: Any, write: Any, number: str = "") -> None:
    """The fourth story's encounter, heard and coded; `number` makes it one of several."""
    example = write.example("4-encounter")
    for name in ("encounter_id", "visit_id"):
        example[name] += number
    encounter = Encounter.model_validate(example)
    case = case_id("prairie", encounter.visit_id, encounter.encounter_id)
    event = EncounterDocumented(
        case_id=case,
        practice_id="prairie",
        occurred_at=NOW,
        encounter_id=encounter.encounter_id,
        visit_id=encounter.visit_id,
        encounter_version=1,
        encounter=without_prose(encounter, ()),
        blocks=False,
    )
    heard = Heard(event, derived_id(event.topic, case, 1), 1)
    (await apply(service.parts.database, service.parts.stage, [(case, heard)], NOW)).result()
