"""What TA1, 999, 277CA and 277 do to claims, derived by hand from the pages: one row a case."""

from typing import Any

import pytest

from services.submission.seed import read_code_tables
from services.submission.wire.acknowledgement_check import (
    AcknowledgementToCheck,
    check_acknowledgement,
)
from shared.kernel.refused import Refused

CODES = read_code_tables()
ISA = "ISA*00*          *00*          *ZZ*HOUSE          *ZZ*US             *260330*0600*^*00501*"
NPI, OTHER_NPI = "1497758544", "1234567893"


def interchange(*segments: str, ta1: str | None = None) -> str:
    lines = [f"{ISA}000000900*0*P*:", *([ta1] if ta1 else []), *segments, "IEA*1*000000900"]
    return "~".join(lines) + "~"


def group(guide: str, kind: str, *sets: list[str]) -> list[str]:
    """A GS of sets."""
    found = [f"GS*XX*HOUSE*US*20260330*0600*9*X*{guide}"]
    for number, body in enumerate(sets, 1):
        found += [f"ST*{kind}*{number:04d}", *body, f"SE*{len(body) + 2}*{number:04d}"]
    return [*found, f"GE*{len(sets)}*9"]


def ta1(code: str, note: str = "000", number: str = "000000019") -> str:
    return f"TA1*{number}*260316*0900*{code}*{note}"


def set_answers(ak9: str, *sets: str, number: str = "19") -> list[str]:
    """A 999: `sets` as `0001 A`, with `CLM` for an error in a claim."""
    body = [f"AK1*HC*{number}*005010X222A1"]
    for each in sets:
        name, code, *error = each.split()
        body.append(f"AK2*837*{name}*005010X222A1")
        if error:
            body += ["IK3*CLM*22**8", "CTX*CLM01:C-1", "IK4*2*782*1"]
        if code != "-":
            body.append(f"IK5*{code}" + ("*I5" if code != "A" else ""))
    body.append(f"AK9*{ak9}*2*2*1")
    return group("005010X231A1", "999", body)


def claims_of(*claims: str, source: str = "PR", batch: str = "B1", receiver: str = "A1:20",
              provider: str = "", npi: str = NPI) -> list[str]:  # fmt: skip
    """A 277CA; a claim as `C-1 A7:562:85 1K=ICN`."""
    body = [
        "BHT*0085*08*X*20260316*0900*TH",
        "HL*1**20*1",
        f"NM1*{source}*2*SOMEONE*****46*S1",
        "TRN*1*X",
        "HL*2*1*21*1",
        "NM1*41*2*US*****46*US",
        f"TRN*2*{batch}",
        f"STC*{receiver}*20260316*WQ*100",
        "HL*3*2*19*1",
        f"NM1*85*2*US*****XX*{npi}",
    ]
    if provider:
        body += ["TRN*1*0", f"STC*{provider}*20260316*U*100"]
    for number, each in enumerate(claims, 4):
        name, *said = each.split()
        body += [f"HL*{number}*3*PT", "NM1*QC*1*X*Y****MI*W", f"TRN*2*{name}"]
        for one in said:
            qualifier, _, value = one.partition("=")
            body.append(f"REF*{qualifier}*{value}" if value else f"STC*{one}*20260316*WQ*100")
    return group("005010X214", "277", body)


def statuses_of(*claims: str) -> list[str]:
    """A 277; a claim as `C-1 P3:317 1K=ICN`."""
    body = ["BHT*0010*08*X*20260316*0900*DG", "HL*1**20*1", "NM1*PR*2*PAYER*****PI*1",
            "HL*2*1*21*1", "NM1*41*2*US*****46*US", "HL*3*2*19*1",
            f"NM1*1P*2*US*****XX*{NPI}"]  # fmt: skip
    for number, each in enumerate(claims, 4):
        name, *said = each.split()
        body += [f"HL*{number}*3*22*0", "NM1*IL*1*X*Y****MI*W", f"TRN*2*ASKED{number}"]
        body += [f"STC*{one}*20260316" for one in said if "=" not in one]
        body += [f"REF*{one.replace('=', '*')}" for one in said if "=" in one]
        if name != "-":
            body.append(f"REF*EJ*{name}")
    return group("005010X212", "277", body)


def check(text: str, *states: str, **batch: Any) -> dict[str, Any]:
    """`states` as `C-1 sent` or `C-1 accepted_payer ICN`; C-1, C-2 in set 0001, C-3 in 0002."""
    known = {}
    for each in states:
        claim_id, state, *number = each.split()
        known[claim_id] = {"state": state, "payer_control_number": number[0] if number else None}
    asked = {
        "x12": text,
        "batch": {
            "batch_id": "B1",
            "interchange_control_number": "000000019",
            "group_control_number": "19",
            "sets": [
                {
                    "control_number": "0001",
                    "claim_ids": ["C-1", "C-2"],
                    "claims": [
                        {"claim_id": "C-1", "billing_npi": NPI},
                        {"claim_id": "C-2", "billing_npi": OTHER_NPI},
                    ],
                },
                {"control_number": "0002", "claim_ids": ["C-3"], "claims": None},
            ],
            **batch,
        },
        "states": known,
    }
    told = check_acknowledgement(AcknowledgementToCheck.model_validate(asked), CODES)
    return told.model_dump(mode="json")


def shown(told: dict[str, Any]) -> dict[str, Any]:
    return {each["claim_id"]: each["state"] for each in told["claims"]}


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ("sent", ta1("A"), "sent"),
        ("sent", ta1("E", "024"), "sent"),
        ("sent", ta1("R", "001"), "rejected"),
        ("batched", ta1("R", "001"), "rejected"),
        ("sent", ta1("R", "001", "000000020"), "sent"),
        ("received", ta1("R", "025"), "received"),
        ("accepted_clearinghouse", ta1("R", "025"), "accepted_clearinghouse"),
        ("accepted_payer", ta1("R", "001"), "accepted_payer"),
        ("paid", ta1("R", "001"), "paid"),
        ("rejected", ta1("A"), "rejected"),
    ],
)
def test_a_ta1(before: str, said: str, after: str):
    told = check(interchange(ta1=said), f"C-1 {before}")
    assert told["kind"] == "ta1" and shown(told) == {"C-1": after}
    (claim,) = told["claims"]
    assert claim["changed"] == (before != after)
    if claim["changed"]:
        assert (claim["rejected_by"], claim["fix_stage"]) == ("interchange", "follow_up")
        assert "trailer" in claim["reasons"][0]["says"]


@pytest.mark.parametrize(
    ("answer", "first", "third"),
    [
        (set_answers("A", "0001 A", "0002 A"), "received", "received"),
        (set_answers("E", "0001 E CLM", "0002 A"), "received", "received"),
        (set_answers("P", "0001 R CLM", "0002 A"), "rejected", "received"),
        (set_answers("P", "0001 A", "0002 M"), "received", "rejected"),
        (set_answers("P", "0001 A", "0002 W"), "received", "rejected"),
        (set_answers("P", "0001 A", "0002 X"), "received", "rejected"),
        (set_answers("R", "0001 R", "0002 R"), "rejected", "rejected"),
        (set_answers("R"), "rejected", "rejected"),
        (set_answers("M"), "rejected", "rejected"),
        (set_answers("R", "0001 A", "0002 A"), "rejected", "rejected"),
        (set_answers("A"), "received", "received"),
        (set_answers("E"), "received", "received"),
        (set_answers("P", "0002 R"), "sent", "rejected"),
        (set_answers("A", "0001 -", "0002 -"), "received", "received"),
        (set_answers("A", "1 A", "2 A"), "received", "received"),
        (set_answers("A", "0001 A", number="000019"), "received", "received"),
        (set_answers("A", "0001 A", number="77"), "sent", "sent"),
    ],
)
def test_a_999_decides_set_by_set(answer: list[str], first: str, third: str):
    told = check(interchange(*answer), "C-1 sent", "C-2 sent", "C-3 sent")
    assert told["kind"] == "999"
    assert shown(told) == {"C-1": first, "C-2": first, "C-3": third}
    for claim in told["claims"]:
        if claim["state"] == "rejected":
            assert (claim["rejected_by"], claim["fix_stage"]) == ("group", "follow_up")
            assert claim["reasons"][0]["segment"]


@pytest.mark.parametrize(
    ("before", "code", "after"),
    [
        ("received", "R", "rejected"), ("accepted_clearinghouse", "R", "accepted_clearinghouse"),
        ("accepted_payer", "R", "accepted_payer"), ("accepted_payer", "A", "accepted_payer"),
        ("accepted_clearinghouse", "A", "accepted_clearinghouse"), ("pended", "A", "pended"),
        ("denied", "R", "denied"), ("rejected", "A", "rejected"), ("ready", "A", "ready"),
    ],
)  # fmt: skip
def test_a_late_999_moves_nothing_back(before: str, code: str, after: str):
    told = check(interchange(*set_answers(code, f"0001 {code}")), f"C-1 {before}")
    assert shown(told) == {"C-1": after}


@pytest.mark.parametrize(
    ("source", "before", "said", "after"),
    [
        ("PR", "received", "A0:16", "received"),
        ("AY", "received", "A0:16", "accepted_clearinghouse"),
        ("PR", "sent", "A1:19", "received"),
        ("AY", "sent", "A1:19", "received"),
        ("AY", "accepted_clearinghouse", "A1:19", "accepted_clearinghouse"),
        ("PR", "accepted_payer", "A1:19", "accepted_payer"),
        ("AY", "received", "A2:20", "accepted_clearinghouse"),
        ("PR", "received", "A2:20", "accepted_payer"),
        ("PR", "sent", "A2:20", "accepted_payer"),
        ("41", "received", "A2:20", "accepted_clearinghouse"),
        ("AY", "accepted_payer", "A2:20", "accepted_payer"),
        ("PR", "received", "A5:20", "accepted_payer"),
        ("PR", "received", "A3:21", "rejected"),
        ("PR", "received", "A6:21", "rejected"),
        ("PR", "received", "A7:21", "rejected"),
        ("PR", "received", "A8:21", "rejected"),
        ("AY", "received", "A3:21", "rejected"),
        ("PR", "accepted_payer", "A7:21", "rejected"),
        ("PR", "accepted_clearinghouse", "A7:21", "rejected"),
        ("AY", "accepted_clearinghouse", "A7:21", "rejected"),
        ("AY", "accepted_payer", "A7:21", "accepted_payer"),
        ("PR", "pended", "A7:21", "rejected"),
        ("PR", "paid", "A7:21", "paid"),
        ("PR", "denied", "A2:20", "denied"),
        ("PR", "rejected", "A2:20", "accepted_payer"),
        ("AY", "rejected", "A2:20", "accepted_clearinghouse"),
        ("PR", "rejected", "A1:19", "rejected"),
        ("PR", "received", "A4:35", "received"),
        ("PR", "received", "F1:65", "received"),
        ("PR", "received", "P1:20", "received"),
        ("PR", "received", "R4:294", "received"),
        ("PR", "received", "Z9:1", "received"),
        ("PR", "received", "A2:20 A7:562:85", "rejected"),
        ("PR", "replaced", "A7:21", "replaced"),
        ("PR", "ready", "A2:20", "ready"),
    ],
)
def test_a_277ca_by_its_category_and_sender(source: str, before: str, said: str, after: str):
    told = check(interchange(*claims_of(f"C-1 {said}", source=source)), f"C-1 {before}")
    (claim,) = told["claims"]
    assert (claim["state"], claim["changed"]) == (after, before != after)
    if after == "rejected" != before:
        assert claim["rejected_by"] == ("payer" if source == "PR" else "clearinghouse")
    if said[0] in "FPRZ":
        assert told["problems"]


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ("A7:33", "intake"), ("A7:97", "intake"), ("A7:116", "intake"), ("A7:164", "intake"),
        ("A7:84", "intake"), ("A7:252", "intake"), ("A7:286", "intake"), ("A7:479", "intake"),
        ("A7:249", "coding"), ("A7:254", "coding"), ("A7:454", "coding"), ("A7:476", "coding"),
        ("A6:218", "coding"), ("A7:544", "coding"), ("A7:488", "coding"), ("A7:507", "coding"),
        ("A6:294", "documentation"), ("A6:301", "documentation"), ("A6:311", "documentation"),
        ("A3:24", "follow_up"), ("A7:496", "follow_up"), ("A7:54", "follow_up"),
        ("A7:464", "follow_up"), ("A7:535", "follow_up"), ("A7:178", "follow_up"),
        ("A7:511", "follow_up"), ("A8:684", "follow_up"), ("A7:21", "follow_up"),
        ("A7:7777", "follow_up"), ("A7:91:IL", "intake"), ("A7:125:85", "follow_up"),
        ("A7:125:QC", "intake"), ("A7:125:82", "coding"), ("A7:153:82", "coding"),
        ("A7:153:IL", "intake"), ("A7:562:85", "follow_up"), ("A7:562:DN", "coding"),
        ("A7:562:87", "follow_up"), ("A7:562:77", "coding"), ("A7:562", "follow_up"),
    ],
)  # fmt: skip
def test_the_status_says_which_stage_mends(said: str, stage: str):
    (claim,) = check(interchange(*claims_of(f"C-1 {said}")), "C-1 received")["claims"]
    assert (claim["state"], claim["fix_stage"]) == ("rejected", stage)
    reason = claim["reasons"][0]
    assert (reason["category"], reason["status"]) == tuple(said.split(":")[:2])


def test_the_second_and_third_reason_are_read():
    stc = "STC*A7:21*20260316*U*100******A7:254*A7:562:85"
    text = interchange(*claims_of("C-1 A1:19")).replace("STC*A1:19*20260316*WQ*100", stc)
    (claim,) = check(text, "C-1 received")["claims"]
    assert (claim["state"], claim["fix_stage"]) == ("rejected", "coding")
    assert [each["status"] for each in claim["reasons"]] == ["21", "254", "562"]


@pytest.mark.parametrize(
    ("source", "said", "number"),
    [
        ("PR", "A2:20 1K=ICN7", "ICN7"), ("PR", "A5:20 1K=ICN7", "ICN7"),
        ("AY", "A2:20 1K=ICN7", None), ("PR", "A1:19 1K=ICN7", None),
        ("PR", "A7:21 1K=ICN7", None), ("PR", "A2:20", None),
    ],
)  # fmt: skip
def test_whose_number_counts(source: str, said: str, number: str | None):
    text = interchange(*claims_of(f"C-1 {said}", source=source))
    (claim,) = check(text, "C-1 received")["claims"]
    assert claim["payer_control_number"] == number
    (held,) = check(text, "C-1 received OLD")["claims"]
    assert held["payer_control_number"] == (number or "OLD")


def test_a_level_above_rejects_what_stands_below_it():
    batch = interchange(*claims_of(receiver="A3:24"))
    told = check(batch, "C-1 received", "C-2 received", "C-3 received")
    assert set(shown(told).values()) == {"rejected"}
    provider = interchange(*claims_of(provider="A7:562:85"))
    told = check(provider, "C-1 received", "C-2 received", "C-3 received")
    assert shown(told) == {"C-1": "rejected", "C-2": "received", "C-3": "received"}
    spared = interchange(*claims_of("C-1 A2:20", receiver="A3:24"))
    assert shown(check(spared, "C-1 received", "C-2 received")) == {
        "C-1": "accepted_payer", "C-2": "rejected"}  # fmt: skip


def test_a_level_above_that_names_no_batch_of_ours_changes_nothing():
    told = check(interchange(*claims_of(receiver="A3:24", batch="OTHER")), "C-1 received")
    assert shown(told) == {"C-1": "received"} and told["problems"]
    told = check(interchange(*claims_of("C-1 A2:20", batch="OTHER")), "C-1 received")
    assert shown(told) == {"C-1": "accepted_payer"} and told["problems"]
    unnamed = interchange(*claims_of(provider="A7:562:85", npi=""))
    told = check(unnamed, "C-1 received", "C-3 received")
    assert shown(told) == {"C-1": "received", "C-3": "received"} and told["problems"]


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ("accepted_payer", "P1:20", "pended"), ("accepted_payer", "P3:317", "pended"),
        ("accepted_clearinghouse", "P0:20", "pended"), ("received", "P1:20", "pended"),
        ("pended", "F1:65", "pended"), ("accepted_payer", "F0:3", "accepted_payer"),
        ("accepted_payer", "F1:65", "accepted_payer"),
        ("accepted_payer", "F2:88", "accepted_payer"),
        ("accepted_payer", "R4:294", "accepted_payer"),
        ("accepted_payer", "D0:35", "accepted_payer"),
        ("accepted_payer", "E1:0", "accepted_payer"), ("accepted_payer", "A7:21", "accepted_payer"),
        ("paid", "P1:20", "paid"), ("denied", "P1:20", "denied"), ("rejected", "P1:20", "rejected"),
    ],
)  # fmt: skip
def test_a_277_only_pends(before: str, said: str, after: str):
    told = check(interchange(*statuses_of(f"C-1 {said}")), f"C-1 {before}")
    assert told["kind"] == "277" and shown(told) == {"C-1": after}
    reason = told["claims"][0]["reasons"][0]
    assert f"{reason['category']}:{reason['status']}" == said


def test_a_277_is_matched_by_our_number_then_by_the_payers():
    told = check(interchange(*statuses_of("C-1 F1:65 1K=ICN5")), "C-1 accepted_payer")
    assert told["claims"][0]["payer_control_number"] == "ICN5"
    told = check(interchange(*statuses_of("- P1:20 1K=ICN5")), "C-9 accepted_payer ICN5")
    assert shown(told) == {"C-9": "pended"}
    told = check(interchange(*statuses_of("NONE P1:20")), "C-9 accepted_payer ICN5")
    assert shown(told) == {"C-9": "accepted_payer"} and told["unmatched"] == ["NONE"]


def test_a_refused_question_is_a_problem_and_moves_nothing():
    text = interchange(*statuses_of("C-1 F0:3")).replace(
        "HL*3*2*19*1", "STC*E4:0*20260316~HL*3*2*19*1"
    )
    told = check(text, "C-1 accepted_payer")
    assert told["problems"] and shown(told) == {"C-1": "accepted_payer"}


def test_one_file_may_hold_every_kind_and_answers_for_all():
    text = interchange(
        *set_answers("P", "0001 A", "0002 R"), *claims_of("C-1 A2:20 1K=I1"), ta1=ta1("A")
    )
    told = check(text, "C-1 sent", "C-2 sent", "C-3 sent", "C-4 sent")
    assert told["kind"] == "277ca"
    assert shown(told) == {
        "C-1": "accepted_payer", "C-2": "received", "C-3": "rejected", "C-4": "sent"
    }  # fmt: skip


def test_in_one_file_a_lesser_acceptance_does_not_lift_the_payers_rejection():
    payer, house = claims_of("C-1 A7:562:85"), claims_of("C-1 A2:20", source="AY")
    for order in ([*payer, *house], [*house, *payer]):
        (claim,) = check(interchange(*order), "C-1 received")["claims"]
        assert (claim["state"], claim["rejected_by"]) == ("rejected", "payer")


def test_two_senders_in_one_set_speak_each_for_itself():
    both = claims_of("C-1 A2:20", source="AY")
    again = [each.replace("NM1*AY", "NM1*PR").replace("TRN*2*C-1", "TRN*2*C-2") for each in both]
    text = interchange(*both[:-2], *again[3:-2], *both[-2:])
    told = check(text, "C-1 received", "C-2 received")
    assert shown(told) == {"C-1": "accepted_clearinghouse", "C-2": "accepted_payer"}


def test_ids_in_capitals_are_ours_and_strangers_are_named():
    told = check(interchange(*claims_of("CL-AB-1 A2:20", "XX A2:20")), "cl-ab-1 received")
    assert shown(told) == {"cl-ab-1": "accepted_payer"}
    assert told["unmatched"] == ["XX"]


def test_the_guide_tells_a_277ca_from_a_277_and_bht01_where_no_guide_stands():
    text = interchange(*claims_of("C-1 A2:20"))
    assert check(text, "C-1 received")["kind"] == "277ca"
    assert check(text.replace("*005010X214", "*"), "C-1 received")["kind"] == "277ca"
    assert check(text.replace("X214", "X212"), "C-1 received")["kind"] == "277"


def test_a_cut_off_answer_is_read_to_the_cut_and_says_so():
    text = interchange(*claims_of("C-1 A2:20", "C-2 A7:562:85"))
    told = check(text[: text.index("HL*5*3")], "C-1 received", "C-2 received")
    assert shown(told) == {"C-1": "accepted_payer", "C-2": "received"} and told["problems"]


def test_a_file_of_ten_thousand_claims_is_read_in_one_pass():
    text = interchange(*claims_of(*(f"X-{n} A2:20" for n in range(10_000))))
    told = check(text, "X-9999 received")
    assert shown(told) == {"X-9999": "accepted_payer"} and len(told["unmatched"]) == 9_999


@pytest.mark.parametrize(
    "text", ["", "ISA", "hello", interchange(), interchange("GS*HP", "ST*835*1")]
)
def test_what_is_no_acknowledgement_is_refused(text: str):
    with pytest.raises(Refused):
        check(text, "C-1 sent")
