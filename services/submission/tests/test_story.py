"""One case through the service: coded, filed, acknowledged, corrected, paid; on a real database."""

from services.submission.tests.conftest import Service
from services.submission.tests.support import (
    BENIGN,
    CLAIM,
    MALIGNANT,
    Paid,
    answer_277ca,
    answer_835,
    answer_999,
    coded,
)
from shared.contracts.claim_held import ClaimHeld
from shared.contracts.claim_rejected import ClaimRejected
from shared.x12.guide import guide_objections


def paid_lines(version: int) -> list[Paid]:
    number = f"{CLAIM}-{version}"
    return [
        Paid(f"{number}-1", "12032", "520.00", "300.00", ["CAS*CO*45*220.00"]),
        Paid(f"{number}-2", "11402", "310.00", "138.00", ["CAS*CO*45*152.00", "CAS*PR*2*20.00"]),
    ]


async def accepted(service: Service) -> bytes:
    """A first version that the payer has accepted under ICN1."""
    await service.profiles()
    await service.story()
    await service.hear(coded(BENIGN))
    file = await service.send()
    await service.post(answer_999(file))
    await service.post(answer_277ca(file, f"{CLAIM}-1", payer_number="ICN1"))
    return file


async def test_a_ready_claim_becomes_a_file_that_passes_the_guide_and_is_told(service: Service):
    await service.profiles()
    await service.story()
    await service.hear(coded(BENIGN))
    assert (await service.claim())["state"] == "ready"
    file = await service.send()
    assert guide_objections(file.decode(), 1) == []
    assert f"CLM*{CLAIM}-1*830***11:B:1*Y*A*Y*Y~" in file.decode()
    assert f"REF*6R*{CLAIM}-1-2~" in file.decode()
    shown = await service.claim()
    assert shown["state"] == "sent"
    assert [step["state"] for step in shown["history"]] == ["coded", "ready", "batched", "sent"]
    (event,) = await service.told()
    assert (event.claim_id, event.version, event.interchange_control_number) == (
        CLAIM,
        1,
        "000000001",
    )


async def test_acknowledgements_move_the_claim_forward_and_each_acceptance_is_told_once(
    service: Service,
):
    file = await accepted(service)
    assert (await service.claim())["payer_control_number"] == "ICN1"
    for again in (
        answer_999(file),
        answer_277ca(file, f"{CLAIM}-1", source="AY"),
        answer_277ca(file, f"{CLAIM}-1", payer_number="ICN1", number=501),
    ):
        assert (await service.post(again))["state"] == "applied"
    shown = await service.claim()
    assert shown["state"] == "accepted_payer"
    told = [(type(event).__name__, getattr(event, "by", None)) for event in await service.told()]
    assert told == [
        ("ClaimSubmitted", None),
        ("ClaimAccepted", "payer"),
        ("ClaimAccepted", "clearinghouse"),
    ]


async def test_late_pathology_after_acceptance_leaves_as_a_replacement_with_the_payers_number(
    service: Service,
):
    await accepted(service)
    # Coding has not heard of the acceptance: its second version still says frequency 1.
    await service.hear(coded(MALIGNANT, version=2, diagnosis="D03.59"))
    file = (await service.send()).decode()
    assert f"CLM*{CLAIM}-2*980***11:B:7*Y*A*Y*Y~" in file
    assert "REF*F8*ICN1~" in file
    assert "HI*ABK:D0359~" in file
    assert guide_objections(file, 1) == []
    await service.post(answer_277ca(file.encode(), f"{CLAIM}-2", payer_number="ICN2", number=502))
    shown = await service.claim()
    assert [(each["version"], each["state"]) for each in shown["versions"]] == [
        (2, "accepted_payer"),
        (1, "replaced"),
    ]


async def test_a_second_version_waits_for_the_answer_to_the_first(service: Service):
    await service.profiles()
    await service.story()
    await service.hear(coded(BENIGN))
    file = await service.send()
    await service.hear(coded(MALIGNANT, version=2))
    shown = await service.claim()
    assert (shown["state"], shown["hold"]["reason"]) == ("held", "answer_awaited")
    assert await service.batcher.form("prairie") is None
    await service.post(answer_277ca(file, f"{CLAIM}-1", payer_number="ICN1"))
    shown = await service.claim()
    assert (shown["state"], shown["frequency_code"]) == ("ready", "7")
    kept = [event for event in await service.told() if isinstance(event, ClaimHeld)]
    assert [(event.version, event.held, event.reason) for event in kept] == [
        (2, True, "answer_awaited"),
        (2, False, "answer_awaited"),
    ]


async def test_what_the_practice_never_told_keeps_a_claim_and_says_what(service: Service):
    await service.story()
    await service.hear(coded(BENIGN))
    (event,) = await service.told()
    assert isinstance(event, ClaimHeld)
    assert (event.held, event.reason, event.field, event.fix_stage) == (
        True,
        "practice_profile_missing",
        "/v1/practice",
        "follow_up",
    )


async def test_after_a_rejected_original_the_next_version_is_an_original_again(service: Service):
    await service.profiles()
    await service.story()
    await service.hear(coded(BENIGN))
    file = await service.send()
    await service.hear(coded(MALIGNANT, version=2))
    await service.post(answer_277ca(file, f"{CLAIM}-1", "A7:255", payer_number="EVIDENCE"))
    (event,) = [each for each in await service.told() if isinstance(each, ClaimRejected)]
    assert (event.rejected_by, event.fix_stage) == ("payer", "coding")
    text = (await service.send()).decode()
    assert f"CLM*{CLAIM}-2*980***11:B:1*" in text
    assert "REF*F8" not in text


async def test_a_rejected_set_rejects_its_claims_for_follow_up(service: Service):
    await service.profiles()
    await service.story()
    await service.hear(coded(BENIGN))
    file = await service.send()
    await service.post(answer_999(file, "R"))
    assert (await service.claim())["state"] == "rejected"
    event = (await service.told())[-1]
    assert (event.rejected_by, event.fix_stage) == ("group", "follow_up")
    assert event.reasons[0].segment == "CLM@20"


async def test_nothing_billable_after_acceptance_voids_what_stands(service: Service):
    await accepted(service)
    await service.hear(coded([], version=2, frequency="8", status="no_charge"))
    file = (await service.send()).decode()
    assert f"CLM*{CLAIM}-2*830***11:B:8*" in file
    assert "REF*F8*ICN1~" in file
    await service.post(answer_277ca(file.encode(), f"{CLAIM}-2", payer_number="ICN2", number=503))
    assert [each["state"] for each in (await service.claim())["versions"]][1] == "voided"


async def test_a_version_that_never_left_is_replaced_in_place(service: Service):
    await service.profiles()
    await service.story()
    await service.hear(coded(BENIGN))
    await service.hear(coded(MALIGNANT, version=2))
    shown = await service.claim()
    assert [(each["version"], each["state"]) for each in shown["versions"]] == [
        (2, "ready"),
        (1, "withdrawn"),
    ]
    assert f"CLM*{CLAIM}-2*980***11:B:1*" in (await service.send()).decode()


async def test_a_remittance_posts_to_the_cent_and_is_told_against_the_contract(service: Service):
    await accepted(service)
    told = await service.post(answer_835(f"{CLAIM}-1", paid_lines(1)))
    assert (told["kind"], told["state"]) == ("835", "applied")
    shown = await service.claim()
    assert shown["state"] == "paid"
    assert (shown["paid"], shown["adjusted"], shown["patient_responsibility"], shown["open"]) == (
        "438.00",
        "372.00",
        "20.00",
        "0.00",
    )
    event = (await service.told())[-1]
    assert [(line.number, line.expected_allowed, line.variance) for line in event.lines] == [
        (1, 300, 0),
        (2, 158, 0),
    ]
    assert (event.program, event.corrected_claim_days) == ("commercial", 180)


async def test_a_short_payment_is_written_off_only_as_far_as_expected(service: Service):
    await accepted(service)
    lines = paid_lines(1)
    lines[1] = Paid(f"{CLAIM}-1-2", "11402", "310.00", "140.50", ["CAS*CO*45*169.50"])
    await service.post(answer_835(f"{CLAIM}-1", lines))
    shown = await service.claim()
    assert (shown["state"], shown["open"], shown["adjusted"]) == ("partly_paid", "17.50", "372.00")
    event = (await service.told())[-1]
    assert (event.lines[1].variance, event.lines[1].underpaid) == (-17.5, True)


async def test_a_denied_line_stays_open(service: Service):
    await accepted(service)
    lines = paid_lines(1)
    lines[0] = Paid(f"{CLAIM}-1-1", "12032", "520.00", "0", ["CAS*CO*97*520.00"])
    await service.post(answer_835(f"{CLAIM}-1", lines))
    shown = await service.claim()
    assert (shown["state"], shown["open"]) == ("partly_paid", "520.00")


async def test_the_same_remittance_posts_once_however_often_and_under_whatever_number(
    service: Service,
):
    await accepted(service)
    file = answer_835(f"{CLAIM}-1", paid_lines(1))
    await service.post(file)
    await service.post(file)
    await service.post(answer_835(f"{CLAIM}-1", paid_lines(1), number=701))
    lines = paid_lines(1)
    other = answer_835(f"{CLAIM}-1", lines, number=702).replace(
        b"DTM*405*20260330", b"DTM*405*20260331"
    )
    await service.post(other)
    assert (await service.claim())["paid"] == "438.00"
    listed = await service.client.get("/v1/remittances", headers=service.may("claims:read"))
    assert sorted(item["status"] for item in listed.json()["items"]) == [
        "duplicate",
        "duplicate",
        "duplicate",
        "posted",
    ]


async def test_an_unbalanced_remittance_is_held_with_the_exact_difference(service: Service):
    await accepted(service)
    told = await service.post(answer_835(f"{CLAIM}-1", paid_lines(1), amount="437.00"))
    assert told["state"] == "review"
    assert (await service.claim())["state"] == "accepted_payer"
    listed = await service.client.get(
        "/v1/remittances?status=quarantined", headers=service.may("claims:read")
    )
    (item,) = listed.json()["items"]
    assert item["transaction"]["imbalances"][0]["difference"] == "-1.00"


async def test_a_reversal_and_its_correction_add_up_in_either_order(service: Service):
    await accepted(service)
    await service.post(answer_835(f"{CLAIM}-1", paid_lines(1)))
    reversal = [
        Paid(
            each.line,
            each.code,
            f"-{each.charge}",
            f"-{each.paid}",
            [cas.rpartition("*")[0] + "*-" + cas.rpartition("*")[2] for cas in each.adjustments],
        )
        for each in paid_lines(1)
    ]
    denied = [
        Paid(f"{CLAIM}-1-1", "12032", "520.00", "0", ["CAS*CO*97*520.00"]),
        paid_lines(1)[1],
    ]
    correction = answer_835(f"{CLAIM}-1", denied, trace="EFT2", number=711)
    back = answer_835(f"{CLAIM}-1", reversal, status="22", trace="EFT3", number=712)
    await service.post(correction)
    await service.post(back)
    shown = await service.claim()
    assert (shown["paid"], shown["open"], shown["state"]) == ("138.00", "520.00", "partly_paid")
    assert len({each["remittance_id"] for each in shown["postings"]}) == 3


async def test_a_claim_of_nobody_stays_visible(service: Service):
    await accepted(service)
    lines = [Paid("X", "11402", "10.00", "10.00")]
    told = await service.post(answer_835("NOT-OURS-9", lines, payer_number="ICN9"))
    assert told["state"] == "review"
    listed = await service.client.get(
        "/v1/remittances/unmatched", headers=service.may("claims:read")
    )
    (item,) = listed.json()["items"]
    assert item["claim_id"] == "NOT-OURS-9"


async def test_a_person_matches_what_nobody_knew_and_it_is_posted_once(service: Service):
    await accepted(service)
    lines = [
        Paid("", each.code, each.charge, each.paid, each.adjustments) for each in paid_lines(1)
    ]
    await service.post(answer_835("LOST", lines, payer_number="ICN9"))
    path = "/v1/remittances/unmatched"
    (item,) = (await service.client.get(path, headers=service.may("claims:read"))).json()["items"]
    match = f"/v1/remittances/{item['remittance_id']}/unmatched/{item['position']}/match"
    given = {"claim_id": CLAIM, "version": 1, "why": "same date, codes and charges"}
    may = service.may("claims:work")
    for body, status in (({**given, "version": 9}, 422), (given, 200), (given, 404)):
        answer = await service.client.post(match, json=body, headers=may)
        assert answer.status_code == status, answer.text
    assert (await service.claim())["paid"] == "438.00"
    assert not (await service.client.get(path, headers=service.may("claims:read"))).json()["items"]


async def test_a_held_set_is_repaired_by_a_person_and_posted_once(service: Service):
    await accepted(service)
    held = answer_835(f"{CLAIM}-1", paid_lines(1), amount="438.01")
    assert (await service.post(held))["state"] == "review"
    headers = service.may("claims:read")
    queue = "/v1/remittances?status=quarantined"
    (item,) = (await service.client.get(queue, headers=headers)).json()["items"]
    given = {"x12": held.decode().replace("438.01", "438.00"), "why": "the payer sent it again"}
    path = f"/v1/remittances/{item['remittance_id']}/repair"
    may = service.may("claims:work")
    answer = await service.client.post(path, json=given, headers=may)
    assert answer.status_code == 202, answer.text
    await service.until(answer.json()["status_url"], "applied")
    assert (await service.claim())["paid"] == "438.00"
    assert not (await service.client.get(queue, headers=headers)).json()["items"]
    answer = await service.client.post(path, json=given, headers=may)
    assert answer.status_code == 409


async def test_a_remittance_finds_its_claim_by_the_payers_number(service: Service):
    await accepted(service)
    lines = [
        Paid("", each.code, each.charge, each.paid, each.adjustments) for each in paid_lines(1)
    ]
    await service.post(answer_835("CUTOFF", lines))
    event = (await service.told())[-1]
    assert [line.number for line in event.lines] == [1, 2]
    assert (await service.claim())["paid"] == "438.00"


async def test_nothing_of_the_patient_is_kept_or_told_in_the_clear(service: Service):
    await accepted(service)
    await service.post(answer_835(f"{CLAIM}-1", paid_lines(1)))
    stored = await service.stored_bytes()
    for word in (b"Lindqvist", b"LINDQVIST", b"1979-11-03", b"19791103", b"402 M", b"W200200012"):
        assert word not in stored
