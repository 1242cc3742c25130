"""The clinic of a seed: the same every time, in the shares of a real dermatology schedule."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook

from deploy.simulators.clearinghouse.behaviours import Behaviour
from deploy.simulators.clinic.play import Player
from deploy.simulators.clinic.schedule import ZONE, plan
from deploy.simulators.ehr import Ehr
from deploy.simulators.lab import Lab
from deploy.simulators.tests.conftest import SECRET
from deploy.simulators.webhooks import Source

FIRST_DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def schedule():
    return plan(300, 7, FIRST_DAY)


def documents(schedule, kind):
    return [step.document for step in schedule.steps if step.kind == kind]


def share_with(schedule, holds):
    encounters = documents(schedule, "encounter")
    return sum(any(map(holds, one["procedures"])) for one in encounters) / 300


def test_a_seed_gives_the_same_clinic_and_another_seed_another(schedule):
    def text(one):
        return json.dumps([dict(step.document) for step in one.steps])

    assert text(plan(300, 7, FIRST_DAY)) == text(schedule)
    assert text(plan(300, 8, FIRST_DAY)) != text(schedule)


def test_the_mix_is_that_of_a_dermatology_schedule(schedule):
    assert share_with(schedule, lambda one: one["kind"] == "biopsy") == pytest.approx(
        1 / 6, abs=0.01
    )
    keratoses = share_with(schedule, lambda one: one.get("lesion_class") == "premalignant")
    assert keratoses == pytest.approx(1 / 5, abs=0.01)
    assert share_with(schedule, lambda one: one["kind"] == "mohs") == pytest.approx(0.04, abs=0.005)
    assert share_with(schedule, lambda one: one["kind"] == "cosmetic") > 0.06


@pytest.mark.parametrize("visits", [1, 7, 50, 300, 1000])
def test_every_visit_is_planned_once_on_a_weekday_in_office_hours(visits):
    schedule = plan(visits, 3, FIRST_DAY)
    assert len(schedule.scenes) == visits
    booked = [one for one in documents(schedule, "visit") if one["status"] == "booked"]
    assert len({one["visit_id"] for one in booked}) == visits
    for one in booked:
        at = datetime.fromisoformat(one["scheduled_at"]).astimezone(ZONE)
        assert at.weekday() < 5
        assert 8 <= at.hour < 17
        assert FIRST_DAY <= at.date() < FIRST_DAY + timedelta(weeks=3)


def test_documents_go_out_in_time_and_a_result_may_come_before_its_encounter(schedule):
    assert [step.at for step in schedule.steps] == sorted(step.at for step in schedule.steps)
    order = {}
    for step in schedule.steps:
        order.setdefault(step.visit_id, []).append(step.kind)
    assert all(kinds[0] == "visit" for kinds in order.values())
    assert sum(kinds[1:3] == ["result", "encounter"] for kinds in order.values()) >= 1


def test_reports_come_preliminary_corrected_and_twice(schedule):
    statuses = Counter(one["status"] for one in documents(schedule, "result"))
    assert {"preliminary", "final", "corrected"} <= set(statuses)
    sent = Counter(json.dumps(dict(one)) for one in documents(schedule, "result"))
    assert 2 in sent.values()


def test_the_payers_are_told_to_refuse_for_each_of_the_six_causes(schedule):
    asked = [Behaviour.model_validate(one) for one in schedule.refusals]
    reasons = {getattr(one.action, "carc", one.action.kind) for one in asked}
    assert {"50", "151", "97", "11", "197", "short_pay"} <= reasons
    assert all(one.match.member_id and one.times == 1 for one in asked)


async def test_a_played_schedule_is_posted_signed_whole_and_in_the_order_of_each_visit():
    heard, practice = [], FastAPI()

    @practice.post("/v1/webhooks/{source_id}", status_code=202)
    async def hear(source_id: str, request: Request) -> dict[str, str]:
        raw = await request.body()
        Webhook(SECRET).verify(raw, dict(request.headers), json_parse=False)
        heard.append((source_id, json.loads(raw), request.headers["webhook-id"]))
        return {"message_id": "m", "case_id": "c"}

    class PastEverything:
        def seconds_until(self, business):
            return (business - datetime(2027, 1, 1, tzinfo=UTC)).total_seconds()

    sources = [
        Source("visits", "eligibility", "dermis", SECRET),
        Source("encounters", "documentation", "dermis", SECRET),
        Source("results", "pathology", "dermis", SECRET),
    ]
    urls = {name: "http://practice" for name in ("eligibility", "documentation", "pathology")}
    schedule = plan(40, 1, FIRST_DAY)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(practice)) as client:
        told = []
        ehr, lab = Ehr(client, urls, sources), Lab(client, urls, sources)
        player = Player(ehr, lab, PastEverything(), lambda _, step: told.append(step))
        progress = await player.play(schedule)
    assert len(heard) == len(schedule.steps) == len(told)
    assert progress.refused == {}
    assert set(progress.cases) == set(schedule.scenes)
    assert len({webhook_id for _, _, webhook_id in heard}) == len(heard)
    by_visit = {}
    for step in told:
        by_visit.setdefault(step.visit_id, []).append(step.at)
    assert all(times == sorted(times) for times in by_visit.values())


async def test_a_partner_tries_again_with_the_same_id_until_it_is_taken():
    seen, practice = [], FastAPI()

    @practice.post("/v1/webhooks/{source_id}")
    async def hear(source_id: str, request: Request) -> Response:
        seen.append(request.headers["webhook-id"])
        return Response(status_code=503 if len(seen) < 3 else 202, content="{}")

    sources = [
        Source("visits", "eligibility", "dermis", SECRET),
        Source("encounters", "documentation", "dermis", SECRET),
    ]
    urls = {"eligibility": "http://practice", "documentation": "http://practice"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(practice)) as client:
        posted = await Ehr(client, urls, sources).visit({"visit_id": "V-1"})
    assert posted.status == 202
    assert len(seen) == 3
    assert len(set(seen)) == 1
