"""What operations answers about a case, a claim, a search and the books."""

import itertools
import random

from shared.db.migrations import differences


def recoded(story):
    """A claim coded, sent, accepted, then replaced after a corrected report."""
    visit = story.visit("arrived")
    encounter = story.encounter()
    first = story.result()
    coded = story.coded(cause=encounter)
    sent = story.submitted()
    accepted = story.accepted()
    corrected = story.result(2, "corrected", "malignant", "C44.519")
    again = story.coded(
        2,
        codes=(("11601", "240.00"),),
        cause=corrected,
        diagnoses=("C44.519",),
        frequency="7",
    )
    return [visit, encounter, first, coded, sent, accepted, corrected, again]


def between_topics(events, seed):
    """The events in another order; those of one topic stay in theirs, as the bus promises."""
    order = [event.data.topic for event in events]
    random.Random(seed).shuffle(order)
    rest = {topic: iter([e for e in events if e.data.topic == topic]) for topic in order}
    return [next(rest[topic]) for topic in order]


async def test_a_case_tells_its_story(client, hear, story):
    events = recoded(story)
    await hear(*events)
    case = (await client.get(f"/v1/cases/{story.case_id}")).json()
    assert case["visit_id"] == "V-1"
    assert case["encounter_ids"] == ["E-1"]
    assert [event["type"] for event in case["events"]] == [
        "VisitClassified",
        "EncounterDocumented",
        "PathologyReturned",
        "ClaimCoded",
        "ClaimSubmitted",
        "ClaimAccepted",
        "PathologyReturned",
        "ClaimCoded",
    ]
    ids = {event["event_id"]: event for event in case["events"]}
    last = case["events"][-1]
    assert ids[last["cause_id"]]["type"] == "PathologyReturned"
    assert "malignant, C44.519" in ids[last["cause_id"]]["says"]
    (claim,) = case["claims"]
    assert claim == {
        "claim_id": story.claim_id,
        "version": 2,
        "status": "ready",
        "state": "ready",
        "charge": "240.00",
        "paid": "0.00",
        "open": "240.00",
    }
    assert [(wait["on"], wait["who"]) for wait in case["waits"]] == [("to be sent", "submission")]
    assert case["denials"] == []


async def test_a_claim_shows_its_versions(client, hear, story):
    await hear(*recoded(story))
    claim = (await client.get(f"/v1/claims/{story.claim_id}")).json()
    assert [version["version"] for version in claim["versions"]] == [1, 2]
    assert [version["lines"][0]["code"] for version in claim["versions"]] == ["11401", "11601"]
    assert claim["versions"][1]["why"] == ["A corrected report came"]
    assert claim["payer_control_number"] == "PCN-9"
    assert len(claim["events"]) == 8


async def test_every_id_finds_the_case(client, hear, story):
    await hear(*recoded(story))
    for term, kind in (
        (story.claim_id, "claim"),
        (story.claim_id.lower(), "claim"),
        ("V-1", "visit"),
        ("E-1", "encounter"),
        ("ACC-77", "accession"),
        ("acc-7", "accession"),
        ("PCN-9", "payer_control_number"),
        (str(story.case_id), "case"),
    ):
        items = (await client.get("/v1/search", params={"q": term})).json()["items"]
        assert [item["kind"] for item in items] == [kind], term
        assert items[0]["case_id"] == str(story.case_id)
    for nothing in ("%", "_", "V-10", "\\"):
        answer = await client.get("/v1/search", params={"q": nothing})
        assert answer.json() == {"items": []}


async def test_another_practice_sees_nothing(client, hear, story, tokens):
    await hear(*recoded(story))
    other = tokens.bearer("beta")
    for path in (f"/v1/cases/{story.case_id}", f"/v1/claims/{story.claim_id}"):
        answer = await client.get(path, headers=other)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    found = await client.get("/v1/search?q=V-1", headers=other)
    assert found.json() == {"items": []}
    assert (await client.get("/v1/figures", headers=other)).json()["books"]["visits_in"] == 0


async def test_the_order_heard_changes_nothing(client, hear, story_of):
    """Topics are not ordered: any order of a case's events draws the same case."""
    shown = []
    for seed in range(6):
        story = story_of(f"V-{seed}")
        events = [*recoded(story), story.remitted(2, "240.00", "150.00"), story.denied(2)]
        await hear(*between_topics(events, seed), *events[:3])
        case = (await client.get(f"/v1/cases/{story.case_id}")).json()
        (claim,) = case["claims"]
        shown.append(
            (
                {key: value for key, value in claim.items() if key != "claim_id"},
                [event["type"] for event in case["events"]],
                [(wait["on"], wait["who"], wait["since"]) for wait in case["waits"]],
            )
        )
    assert all(each == shown[0] for each in shown)


async def test_a_claim_that_submission_keeps_is_held_and_says_what_it_waits_for(
    client, hear, story
):
    await hear(story.visit("arrived"), story.encounter(), story.coded(), story.kept())
    case = (await client.get(f"/v1/cases/{story.case_id}")).json()
    assert case["claims"][0]["state"] == "held"
    assert ("The payer has no profile.", "billing") in [(w["on"], w["who"]) for w in case["waits"]]
    await hear(story.kept(held=False))
    case = (await client.get(f"/v1/cases/{story.case_id}")).json()
    assert case["claims"][0]["state"] == "ready"


async def test_states_of_a_claim(client, hear, story_of):
    numbers = itertools.count()

    async def state(*make):
        story = story_of(f"S-{next(numbers)}", f"E-{next(numbers)}")
        await hear(*(getattr(story, name)(**fields) for name, fields in make))
        (claim,) = (await client.get(f"/v1/cases/{story.case_id}")).json()["claims"]
        return claim["state"], claim["paid"], claim["open"]

    coded, sent, taken = ("coded", {}), ("submitted", {}), ("accepted", {})
    held = ("coded", {"status": "held"})
    assert await state(held) == ("held", "0.00", "120.00")
    assert await state(coded) == ("ready", "0.00", "120.00")
    assert await state(coded, sent) == ("sent", "0.00", "120.00")
    assert await state(coded, sent, ("accepted", {"by": "clearinghouse"})) == (
        "accepted_clearinghouse",
        "0.00",
        "120.00",
    )
    assert await state(coded, sent, taken) == ("accepted_payer", "0.00", "120.00")
    paid = ("remitted", {})
    assert await state(coded, sent, taken, paid) == ("paid", "80.00", "0.00")


async def test_money_of_a_paid_and_of_a_denied_claim(client, hear, story_of):
    paid, denied = story_of("P-1", "EP-1"), story_of("D-1", "ED-1")
    for each in (paid, denied):
        await hear(each.visit(), each.encounter(), each.coded(), each.submitted(), each.accepted())
    await hear(paid.remitted())
    await hear(denied.remitted(paid="0.00", denied=True), denied.denied())
    (claim,) = (await client.get(f"/v1/cases/{paid.case_id}")).json()["claims"]
    assert (claim["state"], claim["paid"], claim["open"]) == ("paid", "80.00", "0.00")
    case = (await client.get(f"/v1/cases/{denied.case_id}")).json()
    (claim,) = case["claims"]
    assert (claim["state"], claim["paid"], claim["open"]) == ("denied", "0.00", "120.00")
    assert case["denials"] == [f"DN-{denied.claim_id}"]
    assert ("denials", "the denial's next step: corrected claim") in [
        (wait["who"], wait["on"]) for wait in case["waits"]
    ]
    figures = (await client.get("/v1/figures")).json()
    assert figures["money"]["billed"] == "240.00"
    assert figures["money"]["paid"] == "80.00"
    assert figures["denials"] == [
        {"root_cause": "modifier_error", "denials": 1, "amount": "120.00"}
    ]


async def test_the_books_close(client, hear, story_of):
    made = {
        "billed": ["coded", "submitted"],
        "held": ["coded:held"],
        "in_review": ["coded:needs_review"],
        "waiting": ["coded"],
        "patient_pay": ["coded:patient_pay"],
        "no_charge": ["coded:no_charge"],
    }
    for bucket, steps in made.items():
        story = story_of(f"B-{bucket}", f"E-{bucket}")
        await hear(story.visit())
        for step in steps:
            name, _, status = step.partition(":")
            await hear(getattr(story, name)(**({"status": status} if status else {})))
    await hear(story_of("B-gone").visit("no_show"))
    await hear(story_of("B-new").visit())
    await hear(story_of("B-alone").encounter())
    figures = (await client.get("/v1/figures")).json()
    assert figures["books"] == {
        "visits_in": 8,
        **dict.fromkeys(made, 1),
        "waiting": 2,
        "cancelled": 1,
        "adds_up": True,
    }
    assert figures["encounters_without_visit"] == 1
    assert figures["events"]["VisitClassified"] == 8


async def test_late_pathology_is_counted_with_before_and_after(client, hear, story):
    await hear(*recoded(story))
    (found,) = (await client.get("/v1/figures")).json()["recoded"]
    assert (found["before"], found["after"]) == (["11401"], ["11601"])
    assert (found["diagnoses_before"], found["diagnoses_after"]) == (["D22.5"], ["C44.519"])
    assert found["frequency_code"] == "7"


async def test_the_migrations_make_what_tables_says(postgres_url, service_template):
    from urllib.parse import urlsplit, urlunsplit

    name = await service_template("operations")
    url = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    assert await differences(url, "operations") == []
