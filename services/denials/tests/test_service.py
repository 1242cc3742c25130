"""Denials through its doors, on PostgreSQL: what is heard, judged, told and listed."""

import itertools
import json
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.denials.domain.case import Case
from services.denials.handlers import HANDLERS
from services.denials.reference import load_tables
from services.denials.tests import story
from services.denials.tests.conftest import event_id_of
from services.denials.tests.story import answered_line, remitted
from shared.bus.errors import NotYet
from shared.bus.outcome import Status
from shared.bus.stage import Heard
from shared.db.migrations import differences

VISIT, ENCOUNTER, CLAIM = "V-1001", "E-1001", "CL-1001"
BUNDLED = answered_line(2, "99213", "165.00", ("CO", "97", "165.00"), expected_allowed="90.00")


def bare_visit_line() -> list[dict]:
    """The lines of story 1 with modifier 25 forgotten."""
    lines = story.example("1-coded-claim")["lines"]
    return [
        {**each, "modifiers": [] if each["number"] == 2 else each["modifiers"]} for each in lines
    ]


def facts() -> list:
    """Everything the case tells before the payer answers."""
    return [
        story.visit(VISIT, {"kind": "evaluation"}, {"kind": "biopsy"}, {"kind": "destruction"}),
        story.encounter("1"),
        story.returned(VISIT, story.example("1-result")),
        story.coded("1", VISIT, ENCOUNTER, lines=bare_visit_line()),
        story.submitted(VISIT, CLAIM),
        story.accepted(VISIT, CLAIM),
    ]


async def test_a_denial_is_told_with_its_cause_from_the_case_s_own_story(service):
    for event in (*facts(), remitted(VISIT, CLAIM, BUNDLED)):
        await service.hear(event)
    (event,) = await service.told()
    denial = event.denial
    assert (denial.root_cause, denial.stage, event.next_action) == (
        "modifier_error",
        "coding",
        "corrected_claim",
    )
    assert (denial.carc, denial.group_code, denial.line) == ("97", "CO", 2)
    assert (denial.denied_amount, denial.expected, denial.billed) == (
        Decimal("165.00"),
        Decimal("90.00"),
        Decimal("165.00"),
    )
    assert denial.due_on.isoformat() == "2026-10-03"
    listed = (await service.get(f"/v1/denials?claim_id={CLAIM}")).json()["items"]
    assert [each["denial_id"] for each in listed] == [denial.denial_id]
    one = (await service.get(f"/v1/denials/{denial.denial_id}")).json()
    assert (one["next_action"], one["state"], one["rule"]) == (
        "corrected_claim",
        "suspected",
        "RC-3",
    )
    case = listed[0]["case_id"]
    for query, found in (
        (f"case_id={case}&root_cause=modifier_error", 1),
        ("root_cause=duplicate", 0),
    ):
        assert len((await service.get(f"/v1/denials?{query}")).json()["items"]) == found
    assert (await service.get("/v1/denials?root_cause=weather")).status_code == 422


async def test_a_claim_that_left_before_its_result(service):
    sent = story.example("1-result") | {"reported_at": "2026-03-17T09:00:00-05:00"}
    result = story.returned(VISIT, sent)
    claim = story.coded("1", VISIT, ENCOUNTER, diagnoses=["D49.2", "L70.0", "L57.0"])
    denied = answered_line(1, "11102", "185.00", ("CO", "11", "185.00"))
    for event in (
        story.encounter("1"),
        claim,
        story.submitted(VISIT, CLAIM),
        result,
        remitted(VISIT, CLAIM, denied),
    ):
        await service.hear(event)
    (event,) = await service.told()
    assert (event.denial.root_cause, event.denial.stage) == ("pathology_diagnosis", "coding")
    assert event.denial.originating_event_id == event_id_of(result, 1)


async def test_what_is_no_denial_makes_no_record(service):
    deductible = answered_line(
        1,
        "11102",
        "185.00",
        ("CO", "45", "105.00"),
        ("PR", "1", "80.00"),
        allowed="80.00",
        expected_allowed="80.00",
    )
    for event in (*facts(), remitted(VISIT, CLAIM, deductible)):
        await service.hear(event)
    reversal = remitted(
        VISIT, CLAIM, BUNDLED, remittance_id="RM-2", post_as="reversal", claim_status="22"
    )
    await service.hear(reversal)
    assert await service.told() == []
    assert (await service.get("/v1/denials")).json() == {"items": [], "next_cursor": None}


async def test_an_underpayment_is_a_record_with_its_shortfall(service):
    short = answered_line(
        1,
        "11102",
        "185.00",
        ("CO", "45", "120.90"),
        paid="64.10",
        allowed="64.10",
        expected_allowed="72.00",
    )
    for event in (*facts(), remitted(VISIT, CLAIM, short, paid="64.10")):
        await service.hear(event)
    (event,) = await service.told()
    assert (event.denial.root_cause, event.next_action) == ("underpayment", "payment_dispute")
    assert (event.denial.denied_amount, event.denial.carc) == (Decimal("7.90"), "45")


async def test_an_adjustment_of_the_whole_claim_is_one_denial(service):
    whole = remitted(
        VISIT, CLAIM, claim_adjustments=[{"group_code": "CO", "carc": "27", "amount": "100.00"}]
    )
    for event in (*facts(), whole):
        await service.hear(event)
    (event,) = await service.told()
    assert (event.denial.line, event.denial.root_cause) == (None, "eligibility")


async def test_a_remittance_waits_for_the_version_it_answers(service):
    answer = remitted(VISIT, CLAIM, BUNDLED)
    outcome = await service.hear(answer)
    assert (outcome.status, type(outcome.error)) == (Status.PARKED, NotYet)
    assert await service.told() == []
    for event in facts():
        await service.hear(event)
    told = await service.told()
    assert told[-1].denial.root_cause == "modifier_error"
    assert {each.denial.denial_id for each in told} == {told[0].denial.denial_id}


async def test_a_later_fact_judges_the_same_denial_again(service):
    """The note comes after the denial: the record changes, it is not doubled."""
    known = [each for each in facts() if type(each).__name__ != "EncounterDocumented"]
    for event in (*known, remitted(VISIT, CLAIM, BUNDLED)):
        await service.hear(event)
    await service.hear(story.encounter("1"))
    first, second = await service.told()
    assert (first.next_action, second.next_action) == ("review", "corrected_claim")
    assert first.denial.denial_id == second.denial.denial_id
    assert len((await service.get("/v1/denials")).json()["items"]) == 1


async def test_lists_go_on_by_cursor(service):
    lines = [
        answered_line(n, code, "10.00", ("CO", "16", "10.00"))
        for n, code in ((1, "11102"), (2, "99213"), (3, "17000"))
    ]
    for event in (*facts(), remitted(VISIT, CLAIM, *lines)):
        await service.hear(event)
    first = (await service.get("/v1/denials?limit=2")).json()
    second = (await service.get(f"/v1/denials?limit=2&cursor={first['next_cursor']}")).json()
    assert len({each["denial_id"] for each in (*first["items"], *second["items"])}) == 3
    assert second["next_cursor"] is None


async def test_classify_answers_the_examples_and_refuses_what_it_does_not_know(service):
    body = story.example("denial-1-missing-25")
    answer = await service.client.post("/v1/classify", json=body["request"], headers=service.may())
    assert answer.status_code == 200
    assert {key: answer.json()[key] for key in body["expect"]} == body["expect"]
    assert set(answer.json()) == set(body["response"])
    wrong = {**body["request"], "mood": "bad"}
    refused = await service.client.post("/v1/classify", json=wrong, headers=service.may())
    assert refused.status_code == 422
    assert (await service.client.post("/v1/classify", json=body["request"])).status_code == 401
    assert (await service.get("/v1/denials")).json()["items"] == []


async def test_a_practice_sees_its_own_denials_alone(service):
    for event in (*facts(), remitted(VISIT, CLAIM, BUNDLED)):
        await service.hear(event)
    denial_id = (await service.told())[0].denial.denial_id
    stranger = service.may(practice="other")
    assert (await service.get(f"/v1/denials/{denial_id}", **stranger)).status_code == 404
    assert (await service.get("/v1/denials", **stranger)).json()["items"] == []


async def test_tables_and_migrations_agree(postgres_url, service_template):
    name = await service_template("denials")
    owner = postgres_url.rsplit("/", 1)[0] + f"/{name}"
    assert await differences(owner, "denials") == []


TABLES = load_tables()
CASE = story.thread(VISIT)["case_id"]


def hear_all(events: list) -> dict:
    """Pure handlers over events in this order; what must wait comes again at the end."""
    case, waiting = Case(CASE, story.PRACTICE), []
    ids: dict[int, UUID] = {}
    queue = list(events)
    while queue:
        event = queue.pop(0)
        heard = Heard(event, ids.setdefault(id(event), event_id_of(event, 1)), 1)
        try:
            decision = HANDLERS[type(event)](case, heard, story.NOW, TABLES)
        except NotYet:
            waiting.append(event)
            continue
        case = decision.state
        if decision.met:
            queue += waiting
            waiting = []
    return {each.denial_id: (each.state, json.dumps(str(each.answer))) for each in case.denials}


ALL = [
    *facts(),
    remitted(
        VISIT,
        CLAIM,
        BUNDLED,
        answered_line(4, "17003", "44.00", ("CO", "151", "44.00")),
        answered_line(1, "11102", "185.00", ("CO", "197", "185.00")),
    ),
]


EXPECTED = hear_all(ALL)


@settings(deadline=None, max_examples=50)
@given(st.permutations(ALL), st.lists(st.sampled_from(range(len(ALL))), max_size=5))
def test_any_order_and_repetition_of_a_case_s_events_gives_the_same_denials(order, repeated):
    events = [*order, *(ALL[place] for place in repeated)]
    assert hear_all(events) == EXPECTED
    assert len(EXPECTED) == 3


@pytest.mark.parametrize("days", [0, 400])
def test_judging_again_later_changes_nothing_by_itself(days):
    case = Case(CASE, story.PRACTICE)
    emitted = []
    for event in (*ALL, ALL[0]):
        heard = Heard(event, event_id_of(event, 1), 1)
        decision = HANDLERS[type(event)](case, heard, story.NOW + timedelta(days=days), TABLES)
        case, emitted = decision.state, [*emitted, *decision.emit]
    assert len(emitted) == 3
    assert len(list(itertools.groupby(emitted, key=lambda each: each.denial.denial_id))) == 3
