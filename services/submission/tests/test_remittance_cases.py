"""What an 835 means, derived by hand from the pages: one row a case, through the what-if."""

from decimal import Decimal
from typing import Any

import pytest

from services.submission.seed import read_code_tables
from services.submission.wire.remittance_check import check_remittance
from shared.kernel.refused import Refused

CODES = read_code_tables()
HEAD = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*US             *260330*0600*^*00501*"


def st(*body: str, paid: str = "0", number: str = "0001", trace: str = "EFT1") -> list[str]:
    """One 835 set: BPR and TRN, then the body."""
    inside = [f"BPR*I*{paid}*C*ACH************20260330", f"TRN*1*{trace}*1999999999", *body]
    return [f"ST*835*{number}", *inside, f"SE*{len(inside) + 2}*{number}"]


def file(*sets: list[str], isa: str = "000000001", group: str = "1") -> str:
    segments = [f"{HEAD}{isa}*0*P*:", f"GS*HP*PAYER*US*20260330*0600*{group}*X*005010X221A1"]
    for each in sets:
        segments += each
    return "~".join([*segments, f"GE*{len(sets)}*{group}", f"IEA*1*{isa}"]) + "~"


def check(text: str, expected: dict[tuple[str, str], str] | None = None) -> list[dict[str, Any]]:
    amounts = {key: Decimal(amount) for key, amount in (expected or {}).items()}
    read = check_remittance(text.encode(), amounts, CODES)
    return read.model_dump(mode="json")["transactions"]


def line(
    *adjustments: str,
    status: str = "1",
    charge: str = "100",
    paid: str = "0",
    expected: str | None = None,
    svc: str | None = None,
    more: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The one line of the one claim of a payment; `adjustments` as CAS without its name."""
    body = [
        f"CLP*C-1*{status}*{charge}*{paid}**12*ICN*11*1",
        svc or f"SVC*HC:11102*{charge}*{paid}**1",
        *(f"CAS*{each}" for each in adjustments),
        "REF*6R*C-1-1",
        *more,
    ]
    wanted = {("C-1", "C-1-1"): expected} if expected else None
    (read,) = check(file(st(*body, paid=paid)), wanted)
    assert read["balanced"] and not read["quarantined"], read["imbalances"]
    (claim,) = read["claims"]
    return {**claim["lines"][0], "post_as": claim["post_as"], "claim_denied": claim["denied"]}


DENIED, NOT = True, False


@pytest.mark.parametrize(
    ("adjustments", "paid", "denied", "allowed"),
    [
        (["CO*45*100"], "0", NOT, "0.00"),
        (["CO*45*40", "PR*1*60"], "0", NOT, "60.00"),
        (["CO*45*40", "PR*2*12"], "48", NOT, "60.00"),
        (["CO*45*40", "PR*3*60"], "0", NOT, "60.00"),
        (["CO*45*20*1*253*1.6", "PR*2*16"], "62.4", NOT, "80.00"),
        (["CO*45*20", "CO*237*2"], "78", NOT, "80.00"),
        (["CO*45*20", "CO*144*2"], "78", NOT, "80.00"),
        (["CO*45*20", "CO*104*2"], "78", NOT, "80.00"),
        (["OA*253*2"], "98", NOT, "98.00"),
        (["CO*59*50"], "50", NOT, "50.00"),
        (["PI*45*30"], "70", NOT, "70.00"),
        (["OA*23*80"], "20", NOT, "20.00"),
        (["OA*23*109*1*94*-9"], "0", NOT, "0.00"),
        (["CO*94*-5"], "105", NOT, "105.00"),
        (["CO*246*100"], "0", NOT, "0.00"),
        (["OA*101*100"], "0", NOT, "0.00"),
        (["CO*24*100"], "0", NOT, "0.00"),
        (["CO*131*100"], "0", NOT, "0.00"),
        (["CO*133*100"], "0", NOT, "0.00"),
        (["PR*35*100"], "0", NOT, "0.00"),
        (["PR*119*100"], "0", NOT, "0.00"),
        (["PR*149*100"], "0", NOT, "0.00"),
        (["PR*187*100"], "0", NOT, "0.00"),
        (["PR*275*100"], "0", NOT, "0.00"),
        (["CO*97*100"], "0", DENIED, None),
        (["CO*45*40", "CO*97*60"], "0", DENIED, None),
        (["CO*16*100"], "0", DENIED, None),
        (["CO*50*100"], "0", DENIED, None),
        (["CO*197*100"], "0", DENIED, None),
        (["CO*29*100"], "0", DENIED, None),
        (["OA*18*100"], "0", DENIED, None),
        (["OA*109*100"], "0", DENIED, None),
        (["PI*204*100"], "0", DENIED, None),
        (["PR*96*100"], "0", DENIED, None),
        (["PR*204*100"], "0", DENIED, None),
        (["PR*27*100"], "0", DENIED, None),
        (["PR*45*100"], "0", DENIED, None),
        (["CO*1*100"], "0", DENIED, None),
        (["CO*94*100"], "0", DENIED, None),
        (["CO*A7*100"], "0", DENIED, None),
        (["CO*9999*100"], "0", DENIED, None),
        (["CO*151*50"], "50", DENIED, "50.00"),
        (["CO*97*40", "PR*1*60"], "0", DENIED, "60.00"),
        (["CR*97*100"], "0", NOT, "0.00"),
        (["CO*45*10**97*10**16*10**50*10**151*10**252*10"], "40", DENIED, "40.00"),
        (["CO*45*10", "CO*45*10"], "80", NOT, "80.00"),
    ],
)
def test_what_an_adjustment_says_of_its_line(
    adjustments: list[str], paid: str, denied: bool, allowed: str | None
):
    found = line(*adjustments, paid=paid)
    assert (found["denied"], found["allowed"], found["claim_denied"]) == (denied, allowed, denied)


@pytest.mark.parametrize("modifier", ["GA", "GX", "GY"])
def test_a_signed_notice_makes_it_the_patients(modifier: str):
    svc = f"SVC*HC:11102:{modifier}*100*0**1"
    assert not line("PR*96*100", svc=svc)["denied"]
    assert line("CO*96*100", svc=svc)["denied"]


@pytest.mark.parametrize(
    ("status", "post_as", "denied"),
    [
        ("1", "payment", True), ("2", "payment", True), ("3", "payment", True),
        ("4", "payment", True), ("19", "forwarded", True), ("20", "forwarded", True),
        ("21", "forwarded", True), ("23", "forwarded", True), ("22", "reversal", False),
        ("25", "predetermination", False), ("7", "payment", True),
    ],
)  # fmt: skip
def test_the_status_says_how_it_is_posted(status: str, post_as: str, denied: bool):
    found = line("CO*97*100", status=status)
    assert (found["post_as"], found["denied"]) == (post_as, denied)


@pytest.mark.parametrize(
    ("status", "adjustment", "paid", "expected", "variance", "underpaid"),
    [
        ("1", "CO*45*20", "80", "80.00", "0.00", False),
        ("1", "CO*45*20.01", "79.99", "80.00", "-0.01", False),
        ("1", "CO*45*20.02", "79.98", "80.00", "-0.02", True),
        ("1", "CO*45*10", "90", "80.00", "10.00", False),
        ("1", "CO*97*50", "50", "80.00", "-30.00", False),
        ("1", "CO*97*100", "0", "80.00", None, False),
        ("1", "CO*45*20", "80", None, None, None),
        ("4", "CO*45*50", "50", "80.00", "-30.00", True),
        ("19", "CO*45*50", "50", "80.00", "-30.00", True),
        ("2", "OA*23*50", "50", "80.00", None, None),
        ("3", "OA*23*50", "50", "80.00", None, None),
        ("20", "OA*23*50", "50", "80.00", None, None),
        ("21", "OA*23*50", "50", "80.00", None, None),
        ("22", "CO*45*50", "50", "80.00", None, None),
        ("25", "CO*45*50", "50", "80.00", None, None),
    ],
)
def test_a_line_is_compared_with_what_the_contract_allows(
    status: str,
    adjustment: str,
    paid: str,
    expected: str | None,
    variance: str | None,
    underpaid: bool | None,
):
    found = line(adjustment, status=status, paid=paid, expected=expected)
    assert (found["expected_allowed"], found["variance"], found["underpaid"]) == (
        expected,
        variance,
        underpaid,
    )


def test_amt_b6_comes_before_what_can_be_computed():
    assert line("CO*45*20", paid="80", more=("AMT*B6*95",))["allowed"] == "95.00"


def test_ids_come_back_in_capitals():
    body = ["CLP*CL-1A*1*100*80**12*ICN", "SVC*HC:11102*100*80", "CAS*CO*45*20", "REF*6R*CL-1A-1"]
    (read,) = check(file(st(*body, paid="80")), {("cl-1a", "cl-1a-1"): "80.00"})
    assert read["claims"][0]["lines"][0]["variance"] == "0.00"


def test_a_reversal_keeps_every_sign_and_its_groups():
    body = [
        "CLP*C-1*22*-100*-72*-8*12*ICN",
        "SVC*HC:11102:59*-100*-72**-1",
        "CAS*CO*45*-20",
        "CAS*PR*2*-8",
        "CLP*C-1*1*100*64*16*12*ICN2",
        "SVC*HC:11102:59*100*64**1",
        "CAS*CO*45*20",
        "CAS*PR*2*16",
    ]
    (read,) = check(file(st(*body, paid="-8")))
    reversal, correction = read["claims"]
    assert read["balanced"] and not read["quarantined"]
    assert (reversal["post_as"], reversal["charge"], reversal["paid"]) == (
        "reversal", "-100.00", "-72.00")  # fmt: skip
    assert (reversal["patient_responsibility"], reversal["adjusted"]) == ("-8.00", "-20.00")
    assert reversal["lines"][0]["units"] == -1
    assert not reversal["denied"] and correction["post_as"] == "payment"


CLAIM = ["CLP*C-1*1*100*80*0*12*ICN", "SVC*HC:11102*100*80", "CAS*CO*45*20", "REF*6R*C-1-1"]


@pytest.mark.parametrize(
    ("body", "paid", "level", "claim_id", "line_id", "expected", "found", "difference"),
    [
        (CLAIM, "80.01", "transaction", None, None, "80.00", "80.01", "0.01"),
        (CLAIM, "79.99", "transaction", None, None, "80.00", "79.99", "-0.01"),
        ([*CLAIM[:2], "CAS*CO*45*19.99", CLAIM[3]], "80", "line", "C-1", "C-1-1", "80.01", "80.00",
         "-0.01"),
        (["CLP*C-1*1*100*80.01*0*12*ICN", *CLAIM[1:]], "80.01", "claim", "C-1", None, "80.00",
         "80.01", "0.01"),
        (["CLP*C-1*1*100.01*80*0*12*ICN", *CLAIM[1:]], "80", "claim", "C-1", None, "80.01",
         "80.00", "-0.01"),
        ([*CLAIM, "PLB*1*20261231*WO:X*5"], "80", "transaction", None, None, "75.00", "80.00",
         "5.00"),
        ([*CLAIM, "PLB*1*20261231*L6*-5"], "80", "transaction", None, None, "85.00", "80.00",
         "-5.00"),
        (["CLP*C-1*1*100*80", "CAS*CO*45*19"], "80", "claim", "C-1", None, "81.00", "80.00",
         "-1.00"),
    ],
)  # fmt: skip
def test_a_cent_at_any_level_holds_the_set_and_says_where(
    body: list[str],
    paid: str,
    level: str,
    claim_id: str | None,
    line_id: str | None,
    expected: str,
    found: str,
    difference: str,
):
    good = st("CLP*C-2*1*10*10", paid="10", number="0002", trace="EFT2")
    held, posted = check(file(st(*body, paid=paid), good))
    assert held["quarantined"] and not held["balanced"] and held["quarantine_reasons"]
    assert {
        "level": level, "claim_id": claim_id, "line": line_id,
        "expected": expected, "found": found, "difference": difference,
    } in held["imbalances"]  # fmt: skip
    assert posted["balanced"] and not posted["quarantined"]


def test_a_sum_of_lines_that_is_not_the_claims_is_one_of_its_claim():
    body = ["CLP*C-1*1*110*90", "SVC*HC:11102*100*80", "CAS*CO*45*20"]
    (read,) = check(file(st(*body, paid="90")))
    assert [(each["level"], each["expected"]) for each in read["imbalances"]] == [
        ("claim", "90.00")] or read["quarantined"]  # fmt: skip
    assert {each["level"] for each in read["imbalances"]} == {"claim"}


@pytest.mark.parametrize("reason", ["WO", "FB", "72", "CS", "J1", "IR", "LE", "B2", "50", "AP"])
@pytest.mark.parametrize(
    ("amount", "paid", "effect"),
    [("5", "75", "decreases_payment"), ("-5", "85", "increases_payment")],
)
def test_a_positive_plb_lowers_the_check(reason: str, amount: str, paid: str, effect: str):
    plb = f"PLB*1497758544*20261231*{reason}:C-9 ICN9*{amount}"
    (read,) = check(file(st(*CLAIM, plb, paid=paid)))
    assert read["balanced"]
    assert read["provider_adjustments"] == [
        {"reason": reason, "reference": "C-9 ICN9", "amount": f"{amount}.00", "effect": effect}
    ]


def test_six_pairs_of_a_plb_and_a_check_of_a_plb_alone():
    pairs = "*".join(f"WO:R{n}*{n}" for n in range(1, 7))
    (read,) = check(file(st(*CLAIM, f"PLB*1*20261231*{pairs}", paid="59")))
    assert read["balanced"] and len(read["provider_adjustments"]) == 6
    (alone,) = check(file(st("PLB*1*20261231*L6*-12.5", paid="12.5")))
    assert alone["balanced"] and alone["claims"] == []
    assert alone["provider_adjustments"][0]["reference"] is None


@pytest.mark.parametrize(
    ("was", "now", "reason"),
    [
        ("*100*80", "*100*8O", "amount_not_a_number"),
        ("*100*80", "*100*80,00", "amount_not_a_number"),
        ("*100*80", "*100*$80", "amount_not_a_number"),
        ("*100*80", "*100*8E1", "amount_not_a_number"),
        ("CO*45*20", "CO*45*+20", "amount_not_a_number"),
        ("CO*45*20", "CO*45", "amount_not_a_number"),
        ("CO*45*20", "CO*45*19.999*0*45*0.001", "amount_finer_than_a_cent"),
        ("BPR*I*80", "BPR*I*", "amount_not_a_number"),
        ("BPR*I*80", "BPR*I*99999999999999", "amount_too_large"),
        ("BPR*", "XXX*", "segment_missing"),
        ("TRN*", "XXX*", "segment_missing"),
    ],
)
def test_what_cannot_be_read_holds_the_set(was: str, now: str, reason: str):
    good = st("CLP*C-2*1*10*10", paid="10", number="0002", trace="EFT2")
    text = file(st(*CLAIM, paid="80"), good).replace(was, now, 1)
    held, posted = check(text)
    assert held["quarantined"] and not held["balanced"]
    assert reason in held["quarantine_reasons"]
    assert posted["balanced"] and not posted["quarantined"]


@pytest.mark.parametrize(
    ("was", "now", "rule"),
    [
        ("SE*8*0001", "SE*9*0001", "se_count"),
        ("SE*8*0001", "SE*8*0009", "se_control_number"),
        ("GE*1*1", "GE*7*1", "ge_count"),
        ("GE*1*1", "GE*1*7", "ge_control_number"),
        ("IEA*1*000000001", "IEA*1*000000002", "iea_control_number"),
        ("IEA*1*000000001~", "", "iea_missing"),
        ("*80*0*12", "*80*7*12", "clp05"),
        ("CO*45", "CO*8888", "carc_not_listed"),
        ("CO*45", "CR*45", "group_cr"),
        ("CO*45", "ZZ*45", "group_not_listed"),
        ("CLP*C-1*1", "CLP*C-1*13", "claim_status_not_listed"),
        ("REF*6R*C-1-1", "LQ*HE*N9999", "rarc_not_listed"),
    ],
)
def test_what_is_odd_is_said_and_still_posted(was: str, now: str, rule: str):
    (read,) = check(file(st(*CLAIM, paid="80")).replace(was, now, 1))
    assert read["balanced"] and not read["quarantined"]
    assert rule in {each["rule"] for each in read["warnings"]}


def test_wherever_a_file_is_cut_its_last_set_is_held_and_those_before_post():
    first = st(*CLAIM, paid="80")
    second = st("CLP*C-2*1*10*10", paid="10", number="0002", trace="EFT2")
    whole = file(first, second)
    begin, end = whole.index("ST*835*0002"), whole.index("SE*5*0002")
    for cut in range(begin + 12, end, 7):
        read = check(whole[:cut])
        assert [each["quarantined"] for each in read] == [False, True], cut
        assert "cut_off" in read[1]["quarantine_reasons"]


def test_what_stands_twice_in_a_file_is_said_or_held():
    whole = file(st(*CLAIM, paid="80"))
    first, second = check(whole + whole)
    assert not first["warnings"]
    assert "comes_again" in {each["rule"] for each in second["warnings"]}
    other = whole.replace("C-1", "C-7")
    _, held = check(whole + other)
    assert held["quarantined"]


@pytest.mark.parametrize("terminator", ["~", "\n", "\r", "\r\n", "\x1d", "\\", "'"])
@pytest.mark.parametrize("component", [":", ">", "<", "|", "^"])
def test_any_delimiters_read_the_same(terminator: str, component: str):
    text = file(st(*CLAIM, "PLB*1*20261231*WO:X*5", paid="75"))
    repetition = "U" if component == "^" else "^"
    text = text.replace("*^*", f"*{repetition}*").replace(":", component)
    (read,) = check("﻿" + text.replace("~", terminator))
    assert read["balanced"] and read["claims"][0]["lines"][0]["code"] == "11102"
    assert read["provider_adjustments"][0]["reference"] == "X"


def test_interchanges_of_a_file_may_differ_in_every_delimiter():
    plain = file(st(*CLAIM, paid="80"))
    other = file(st("CLP*C-2*1*10*10", paid="10"), isa="000000002")
    other = other.replace("*", "|").replace(":", ">").replace("~", "\n")
    assert [each["payment_amount"] for each in check(plain + "\r\n" + other + plain)] == [
        "80.00", "10.00", "80.00"]  # fmt: skip


def test_bundling_shows_the_code_that_was_sent():
    body = ["CLP*C-1*1*100*80", "SVC*HC:17004:59*100*80**1*HC:17003:59*4", "CAS*CO*45*20"]
    (read,) = check(file(st(*body, paid="80")))
    (found,) = read["claims"][0]["lines"]
    assert (found["code"], found["submitted_code"], found["units"]) == ("17004", "17003", 1)
    assert found["line"] is None


def test_remarks_stand_where_the_payer_put_them():
    body = [*CLAIM[:1], "MOA***MA01*MA130", *CLAIM[1:], "LQ*HE*N115", "LQ*RX*75"]
    (read,) = check(file(st(*body, paid="80")))
    assert read["claims"][0]["rarcs"] == ["MA01", "MA130"]
    assert read["claims"][0]["lines"][0]["rarcs"] == ["N115"]


def test_a_claim_is_denied_by_its_own_adjustment_or_by_every_line():
    lines = ["SVC*HC:1*50*0", "CAS*CO*97*50", "SVC*HC:2*50*50"]
    (read,) = check(file(st("CLP*C-1*1*100*50", *lines, paid="50")))
    assert [each["denied"] for each in read["claims"][0]["lines"]] == [True, False]
    assert not read["claims"][0]["denied"]
    (whole,) = check(file(st("CLP*C-1*4*100*0", "CAS*CO*31*100")))
    assert whole["claims"][0]["denied"] and whole["claims"][0]["lines"] == []
    assert whole["claims"][0]["claim_adjustments"][0]["carc"] == "31"


@pytest.mark.parametrize("text", ["", "ISA", "hello", "ISA*00*~", "﻿", "ST*835*0001~"])
def test_what_is_no_835_is_refused(text: str):
    with pytest.raises(Refused):
        check(text)


def test_a_file_without_an_835_is_refused_and_one_beside_others_is_read():
    with pytest.raises(Refused):
        check(file(["ST*999*0001", "AK1*HC*1", "AK9*A*1*1*1", "SE*4*0001"]))
    other = ["ST*999*0001", "AK1*HC*1", "AK9*A*1*1*1", "SE*4*0001"]
    assert len(check(file(other, st(*CLAIM, paid="80", number="0002")))) == 1


def test_bytes_that_no_database_holds_are_read_as_blanks():
    (read,) = check(file(st(*CLAIM, paid="80")).replace("ICN", "IC\x00N"))
    assert read["claims"][0]["payer_control_number"] == "IC N"
    assert read["balanced"]


def test_minus_nothing_is_nothing():
    (read,) = check(file(st("CLP*C-1*1*0*-0", "SVC*HC:1*0*-0.00", paid="0")))
    assert read["claims"][0]["paid"] == "0.00" == read["claims"][0]["lines"][0]["paid"]
