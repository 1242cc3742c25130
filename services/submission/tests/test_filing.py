"""Files: held claims, crash points between every two steps, what the route answers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from conftest import database_url
from services.submission.domain.cutoff import last_cut_off
from services.submission.tests.conftest import Service
from services.submission.tests.support import (
    BENIGN,
    CLAIM,
    ENCOUNTER,
    MALIGNANT,
    PAYER_PROFILE,
    PRACTICE,
    PRACTICE_PROFILE,
    VISIT,
    coded,
    documented,
)
from shared.bus.sweep import Sweep
from shared.contracts.claim_submitted import ClaimSubmitted
from shared.db.migrations import differences
from shared.kernel.ids import case_id, claim_id

OF_ANOTHER_VISIT = {"visit_id": "V-9", "encounter_id": "E-9"}


async def ready(service: Service) -> None:
    await service.profiles()
    await service.story()
    await service.hear(coded(BENIGN))


async def submitted(service: Service) -> int:
    return sum(isinstance(event, ClaimSubmitted) for event in await service.told())


async def states(service: Service) -> AsyncIterator[str]:
    """The state of the claim, again and again."""
    while True:
        yield (await service.claim())["state"]
        await asyncio.sleep(0.1)


async def make_due(service: Service) -> None:
    """Let every call that waits be due now."""
    async with service.parts.database.relay_transaction() as connection:
        await connection.execute(
            text("update outbound set next_at = clock_timestamp() where next_at is not null")
        )


async def test_a_claim_waits_for_its_visit_and_its_encounter(service: Service):
    sweep = Sweep(service.stage, service.parts.database, service.parts.clock)
    await service.profiles()
    outcome = await service.hear(coded(BENIGN))
    assert str(outcome.error) == "not yet: visit:V-1002"
    await service.hear(service.visit())
    await sweep.sweep_once()
    assert (
        await service.client.get(f"/v1/claims/{CLAIM}", headers=service.may())
    ).status_code == 404
    await service.hear(documented())
    await sweep.sweep_once()
    assert (await service.claim())["state"] == "ready"


@pytest.mark.parametrize(
    ("missing", "reason", "field"),
    [
        ("practice", "practice_profile_missing", "/v1/practice"),
        ("payer", "payer_unknown", "/v1/payers/60054"),
        ("fee", "fee_missing", "/lines/1/charge"),
        ("clia", "laboratory_number_missing", "/v1/practice/clia"),
        ("coverage", "coverage_missing", "/coverage"),
        ("name", "rendering_name_missing", "/v1/practice/providers"),
    ],
)
async def test_what_is_missing_holds_the_claim_and_names_the_field(
    service: Service, missing: str, reason: str, field: str
):
    headers = service.may("claims:work")
    if missing != "practice":
        body = {**PRACTICE_PROFILE, "clia": None} if missing == "clia" else PRACTICE_PROFILE
        await service.client.put("/v1/practice", json=body, headers=headers)
    if missing not in ("payer", "practice"):
        await service.client.put("/v1/payers/60054", json=PAYER_PROFILE, headers=headers)
    visit = {**VISIT, "coverage": None} if missing == "coverage" else VISIT
    if missing == "name":
        visit = {**VISIT, "rendering_provider": {"npi": "1234567893"}}
    await service.story(visit)
    lines = {"fee": [BENIGN[0], ("11402", "0.00")], "clia": [("88305", "200.00")]}
    await service.hear(coded(lines.get(missing, BENIGN)))
    shown = await service.claim()
    assert shown["state"] == "held"
    assert (shown["hold"]["reason"], shown["hold"]["field"]) == (reason, field)


async def test_a_profile_put_later_frees_the_claims_that_waited_for_it(service: Service):
    await service.story()
    await service.hear(coded([BENIGN[0], ("11402", "0.00")]))
    assert (await service.claim())["hold"]["reason"] == "practice_profile_missing"
    await service.profiles()
    assert (await service.claim())["hold"]["reason"] == "fee_missing"
    body = {**PRACTICE_PROFILE, "charges": {"11402": "310.00"}}
    await service.client.put("/v1/practice", json=body, headers=service.may())
    shown = await service.claim()
    assert (shown["state"], shown["charge"]) == ("ready", "830.00")


async def test_one_claim_that_cannot_be_written_never_stops_its_batch(service: Service):
    await ready(service)
    other = {**VISIT, "visit_id": "V-9", "coverage": {**VISIT["coverage"], "member_id": "W*1~"}}
    await service.story(other, {**ENCOUNTER, "visit_id": "V-9", "encounter_id": "E-9"})
    await service.hear(coded(BENIGN, visit_id="V-9", encounter_id="E-9"))
    file = (await service.send()).decode()
    bad = claim_id(case_id(PRACTICE, "V-9"), "E-9")
    assert bad not in file
    assert f"CLM*{CLAIM}-1" in file
    hold = (await service.claim(bad))["hold"]
    assert (hold["reason"], hold["field"]) == ("scrub", "/coverage/member_id")
    assert "W*1" not in hold["says"]


async def test_what_only_the_guide_refuses_is_held_and_the_rest_leaves(service: Service):
    await ready(service)
    other = {**VISIT, "visit_id": "V-9"}
    other["patient"] = {
        **VISIT["patient"],
        "address": {**VISIT["patient"]["address"], "state": "ZZ"},
    }
    await service.story(other, {**ENCOUNTER, "visit_id": "V-9", "encounter_id": "E-9"})
    await service.hear(coded(BENIGN, visit_id="V-9", encounter_id="E-9"))
    await service.send()
    bad = claim_id(case_id(PRACTICE, "V-9"), "E-9")
    assert (await service.claim(bad))["hold"]["reason"] == "scrub"
    assert (await service.claim())["state"] == "sent"


async def test_a_kill_before_the_file_is_delivered_loses_nothing(service: Service):
    await ready(service)
    assert await service.batcher.form(PRACTICE) is not None
    assert await service.batcher.form(PRACTICE) is None
    assert (await service.claim())["state"] == "batched"
    await service.deliver.deliver_once()
    await service.batcher.follow_up(PRACTICE)
    assert (await service.claim())["state"] == "sent"


async def test_a_kill_between_delivery_and_follow_up_tells_once(service: Service):
    await ready(service)
    await service.batcher.form(PRACTICE)
    await service.deliver.deliver_once()
    assert await submitted(service) == 0
    await service.batcher.follow_up(PRACTICE)
    await service.batcher.follow_up(PRACTICE)
    assert await submitted(service) == 1


async def test_a_lost_answer_is_asked_for_and_the_file_is_not_sent_again(service: Service):
    await ready(service)
    service.clearinghouse.lose_answers = 1
    await service.batcher.form(PRACTICE)
    await service.deliver.deliver_once()
    await make_due(service)
    await service.deliver.deliver_once()
    await service.batcher.follow_up(PRACTICE)
    assert service.clearinghouse.posts == 1
    assert (await service.claim())["state"] == "sent"
    assert await submitted(service) == 1


async def test_a_file_that_never_arrived_is_sent_again_with_the_same_bytes(service: Service):
    await ready(service)
    service.clearinghouse.unreachable = 1
    await service.batcher.form(PRACTICE)
    await service.deliver.deliver_once()
    assert service.clearinghouse.files == {}
    await make_due(service)
    await service.deliver.deliver_once()
    await service.batcher.follow_up(PRACTICE)
    assert list(service.clearinghouse.files) == ["000000001"]
    assert (await service.claim())["state"] == "sent"


async def test_a_file_the_route_refuses_holds_its_claims_until_somebody_acts(service: Service):
    await ready(service)
    service.clearinghouse.refuse_with = 400
    await service.batcher.form(PRACTICE)
    await service.deliver.deliver_once()
    await service.batcher.follow_up(PRACTICE)
    shown = await service.claim()
    assert (shown["state"], shown["hold"]["reason"]) == ("held", "route_refused")
    assert await submitted(service) == 0
    service.clearinghouse.refuse_with = None
    path = f"/v1/claims/{CLAIM}/release"
    answer = await service.client.post(path, headers=service.may("claims:work"))
    assert answer.json()["state"] == "ready", answer.text
    await service.send()
    assert (await service.claim())["state"] == "sent"
    answer = await service.client.post(path, headers=service.may("claims:work", "claims:read"))
    assert answer.json()["code"] == "claim-not-held"


async def test_control_numbers_are_never_given_twice_and_files_keep_practices_apart(
    service: Service,
):
    await ready(service)
    await service.send()
    await service.story(
        {**VISIT, "visit_id": "V-9"}, {**ENCOUNTER, "visit_id": "V-9", "encounter_id": "E-9"}
    )
    await service.hear(coded(BENIGN, visit_id="V-9", encounter_id="E-9"))
    await service.send()
    assert list(service.clearinghouse.files) == ["000000001", "000000002"]
    listed = await service.client.get("/v1/batches", headers=service.may("claims:read"))
    assert [each["status"] for each in listed.json()["items"]] == ["sent", "sent"]
    foreign = await service.client.get(
        "/v1/batches", headers=service.may("claims:read", practice="elsewhere")
    )
    assert foreign.json()["items"] == []


async def test_the_batcher_finds_its_work_by_itself(service: Service):
    await ready(service)
    work = [
        asyncio.create_task(service.batcher.run()),
        asyncio.create_task(service.deliver.deliver()),
    ]
    try:
        async with asyncio.timeout(30):
            async for state in states(service):
                if state == "sent":
                    break
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    assert service.clearinghouse.posts == 1


async def test_a_claim_that_changes_while_its_file_is_written_does_not_leave_as_it_was(
    service: Service, monkeypatch: pytest.MonkeyPatch
):
    """And keeps no other from leaving."""
    await ready(service)
    await service.story({**VISIT, "visit_id": "V-9"}, {**ENCOUNTER, **OF_ANOTHER_VISIT})
    await service.hear(coded(BENIGN, **OF_ANOTHER_VISIT))
    other = claim_id(case_id(PRACTICE, "V-9"), "E-9")
    store = service.batcher._store

    async def after_a_change(*arguments: object) -> frozenset[UUID]:
        await service.hear(coded(MALIGNANT, version=2))
        monkeypatch.undo()
        return await store(*arguments)

    monkeypatch.setattr(service.batcher, "_store", after_a_change)
    file = (await service.send()).decode()
    assert f"CLM*{other}-1*" in file
    assert CLAIM not in file
    assert f"CLM*{CLAIM}-2*980" in (await service.send()).decode()
    assert service.clearinghouse.posts == 2


async def test_the_migrated_schema_is_what_the_tables_say(
    service: Service, postgres_url: str, service_template
):
    name = await service_template("submission")
    assert await differences(database_url(postgres_url, name), "submission") == []


@pytest.mark.parametrize(
    ("now", "cut_off"),
    [
        ("2026-03-16T16:59:00-05:00", "2026-03-13T17:00:00-05:00"),
        ("2026-03-16T17:00:00-05:00", "2026-03-16T17:00:00-05:00"),
        ("2026-03-15T12:00:00-05:00", "2026-03-13T17:00:00-05:00"),
        ("2026-07-06T09:00:00-05:00", "2026-07-02T17:00:00-05:00"),
    ],
    ids=["before the cut-off", "at the cut-off", "on a Sunday", "after an observed holiday"],
)
def test_claims_leave_at_the_cut_off_of_a_business_day(now: str, cut_off: str):
    assert last_cut_off(datetime.fromisoformat(now)) == datetime.fromisoformat(cut_off)
