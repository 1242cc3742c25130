"""The rules alone: changes, adjustments, stages, scrub, order of facts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.submission.domain.acknowledgement import Verdict
from services.submission.domain.adjustments import class_of, denies
from services.submission.domain.change import decide_change
from services.submission.domain.change_facts import ChangeFacts, ClaimFacts, PayerFacts
from services.submission.domain.fix_stages import fix_stage
from services.submission.domain.lifecycle import moved
from services.submission.domain.scrub import is_npi, stops
from services.submission.seed import read_code_tables
from shared.x12.claim_status import Status
from shared.x12.professional import (
    Address,
    BillingProvider,
    Coverage,
    Drug,
    Payer,
    Person,
    ProfessionalClaim,
    Provider,
    ServiceLine,
)
from shared.x12.remittance import Adjustment

CODES = read_code_tables()
COMMERCIAL = PayerFacts(
    "commercial", True, filing_days=90, corrected_claim_days=180, appeal_days=180
)
MEDICARE = PayerFacts("medicare", False)
NO_REPLACEMENTS = replace(COMMERCIAL, accepts_replacement=False)
SERVICE = date(2026, 3, 2)
PAID = {"remittance_on": date(2026, 4, 1), "payer_control_number": "ICN", "paid": Decimal("100")}


@pytest.mark.parametrize(
    ("state", "kind", "claim", "payer", "action", "frequency", "rule"),
    [
        ("ready", "result", {}, COMMERCIAL, "amend", "1", "CH-1"),
        ("held", "no_billable_line", {}, COMMERCIAL, "withdraw", None, "CH-1"),
        ("sent", "result", {}, COMMERCIAL, "wait", None, "CH-2"),
        ("accepted_clearinghouse", "codes", {}, COMMERCIAL, "wait", None, "CH-2"),
        ("rejected", "codes", {}, COMMERCIAL, "new_claim", "1", "CH-3"),
        ("rejected", "duplicate_sent", {}, COMMERCIAL, "wait", None, "CH-3"),
        ("rejected", "codes", {"frequency_code": "7", "payer_control_number": "ICN"}, COMMERCIAL,
         "replace", "7", "CH-3a"),
        ("rejected", "codes", {"frequency_code": "8", "payer_control_number": "ICN"}, COMMERCIAL,
         "void", "8", "CH-3a"),
        ("accepted_payer", "result", {"payer_control_number": "ICN"}, COMMERCIAL, "replace", "7",
         "CH-4"),
        ("accepted_payer", "result", {"payer_control_number": "ICN"}, NO_REPLACEMENTS, "wait", None,
         "CH-4"),
        ("accepted_payer", "result", {}, COMMERCIAL, "wait", None, "CH-5"),
        ("pended", "codes", {"payer_control_number": "ICN", "pending_replacement": True},
         COMMERCIAL, "wait", None, "CH-6"),
        ("paid", "result", PAID, COMMERCIAL, "replace", "7", "CH-7"),
        ("denied", "dispute", PAID, COMMERCIAL, "appeal", None, "CH-7"),
        ("paid", "result", PAID, MEDICARE, "reopening", None, "CH-8"),
        ("denied", "dispute", PAID, MEDICARE, "appeal", None, "CH-8"),
        ("denied", "codes", {**PAID, "unprocessable": True}, MEDICARE, "new_claim", "1", "CH-9"),
        ("paid", "patient", PAID, COMMERCIAL, "void_and_new_claim", "8", "CH-10"),
        ("paid", "duplicate_sent", PAID, COMMERCIAL, "void", "8", "CH-10"),
        ("paid", "duplicate_sent", PAID, MEDICARE, "refund", None, "CH-10"),
        ("paid", "secondary_payer", PAID, COMMERCIAL, "new_claim", "1", "CH-11"),
        ("paid", "paid_twice", PAID, COMMERCIAL, "refund", None, "CH-12"),
        ("appealed", "codes", PAID, COMMERCIAL, "wait", None, "CH-6"),
        ("replaced", "codes", PAID, COMMERCIAL, "none", None, "CH-16"),
        ("voided", "result", {}, COMMERCIAL, "new_claim", "1", "CH-17"),
        ("withdrawn", "no_billable_line", {}, COMMERCIAL, "none", None, "CH-17"),
        ("closed", "dispute", PAID, COMMERCIAL, "review", None, "CH-18"),
    ],
)  # fmt: skip
def test_what_a_change_sends(
    state: str,
    kind: str,
    claim: dict,
    payer: PayerFacts,
    action: str,
    frequency: str | None,
    rule: str,
):
    facts = ClaimFacts(
        **{"state": state, "frequency_code": "1", "date_of_service": SERVICE, **claim}
    )
    change = ChangeFacts(kind, True, date(2026, 4, 5))
    answer = decide_change(facts, payer, change, date(2026, 4, 6))
    assert (answer.action, answer.frequency_code, answer.rule) == (action, frequency, rule)


def test_a_result_that_changes_no_code_sends_nothing_wherever_the_claim_is():
    for state in ("ready", "sent", "rejected", "accepted_payer", "paid", "closed"):
        facts = ClaimFacts(state, "1", SERVICE)
        change = ChangeFacts("result", False, SERVICE)
        assert decide_change(facts, COMMERCIAL, change, SERVICE).rule == "CH-13"


@pytest.mark.parametrize(
    ("before", "after", "as_of", "action", "overpayment"),
    [
        ("300", "200", date(2026, 4, 6), "replace", True),
        ("200", "300", date(2026, 4, 6), "replace", False),
        ("300", "200", date(2026, 12, 1), "refund", True),
        ("200", "300", date(2026, 12, 1), "none", False),
    ],
    ids=["lower", "higher", "lower, window over", "higher, window over"],
)
def test_a_lower_code_after_payment_is_money_owed_back_even_late(
    before: str, after: str, as_of: date, action: str, overpayment: bool
):
    facts = ClaimFacts("paid", "1", SERVICE, **PAID)
    change = ChangeFacts("result", True, date(2026, 4, 5), Decimal(before), Decimal(after))
    answer = decide_change(facts, COMMERCIAL, change, as_of)
    assert (answer.action, answer.overpayment) == (action, overpayment)
    assert answer.refund_due_on == (date(2026, 6, 4) if overpayment else None)


@pytest.mark.parametrize(
    ("group", "carc", "amount", "expected"),
    [
        ("PR", "1", "10", "patient_responsibility"),
        ("PR", "96", "10", "denied"),
        ("CO", "45", "10", "contractual"),
        ("PR", "45", "10", "denied"),
        ("OA", "23", "10", "prior_payer"),
        ("OA", "94", "-9", "informational"),
        ("OA", "94", "9", "denied"),
        ("CO", "133", "10", "pending"),
        ("CO", "97", "10", "denied"),
    ],
)
def test_who_an_adjustment_belongs_to(group: str, carc: str, amount: str, expected: str):
    assert class_of(Adjustment(group, carc, Decimal(amount))) == expected


def test_a_reversal_an_announcement_and_a_signed_notice_make_no_denial():
    denial = Adjustment("CO", "97", Decimal(10))
    assert denies(denial, "1")
    assert not denies(denial, "22")
    assert not denies(denial, "25")
    assert not denies(Adjustment("PR", "50", Decimal(10)), "1", ["GA"])
    assert not denies(Adjustment("CO", "97", Decimal(-10)), "1")


@pytest.mark.parametrize(
    ("statuses", "stage"),
    [
        ([("A7", "255", None)], "coding"),
        ([("A3", "21", None), ("A3", "164", None)], "intake"),
        ([("A7", "562", "85")], "follow_up"),
        ([("A7", "562", "82")], "coding"),
        ([("A7", "125", "IL")], "intake"),
        ([("A6", "311", None)], "documentation"),
        ([("A7", "54", None)], "follow_up"),
        ([("A7", "99999", None)], "follow_up"),
        ([("A7", "21", None)], "follow_up"),
    ],
)
def test_the_status_names_the_stage_that_mends_it(statuses: list, stage: str):
    assert fix_stage([Status(*each) for each in statuses], CODES) == stage


@pytest.mark.parametrize(
    ("state", "finding", "by", "after"),
    [
        ("sent", "received", "group", "received"),
        ("accepted_payer", "received", "group", "accepted_payer"),
        ("received", "accepted", "clearinghouse", "accepted_clearinghouse"),
        ("accepted_payer", "accepted", "clearinghouse", "accepted_payer"),
        ("accepted_clearinghouse", "rejected", "payer", "rejected"),
        ("accepted_payer", "rejected", "payer", "rejected"),
        ("accepted_payer", "rejected", "group", "accepted_payer"),
        ("rejected", "accepted", "payer", "accepted_payer"),
        ("rejected", "received", "group", "rejected"),
        ("paid", "rejected", "payer", "paid"),
        ("accepted_payer", "pended", "payer", "pended"),
        ("ready", "received", "group", "ready"),
    ],
)
def test_states_move_forward_only(state: str, finding: str, by: str, after: str):
    assert moved(state, Verdict("C-1", "277ca", finding, by)).state == after


ADDRESS = Address("1 MAIN ST", "SPRINGFIELD", "IL", "627010001")
BILLING = BillingProvider("DERM", "1497758544", "311234567", "207N00000X", ADDRESS)
PATIENT = Person("ADA", "MORENO", date(1956, 7, 19), "F", ADDRESS)
LINE = ServiceLine(1, "C-1-1", "11102", [], Decimal("185"), 1, [1], SERVICE)
GOOD = ProfessionalClaim(
    "C-1",
    Coverage(Payer("PLAN", "60054", "CI"), "W1234", PATIENT),
    "1",
    "11",
    ["C44.311"],
    [LINE],
    rendering=Provider("1234567893", "OKAFOR", "RUTH"),
)


def line(**changes: object) -> dict:
    return {"lines": [replace(LINE, **changes)]}


def person(**changes: object) -> dict:
    return {"coverage": replace(GOOD.coverage, subscriber=replace(PATIENT, **changes))}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"rendering": Provider("1234567890", "X")}, "2310B NM109"),
        ({"frequency_code": "2"}, "2300 CLM05-3"),
        ({"frequency_code": "7"}, "2300 REF02"),
        ({"payer_control_number": "ICN"}, "2300 REF02"),
        (line(pointers=[2]), "2400 SV107"),
        (line(pointers=[]), "2400 SV107"),
        (line(pointers=[1, 1]), "2400 SV107"),
        (line(charge=Decimal(-1)), "2400 SV102"),
        (line(charge=Decimal("1.001")), "2400 SV102"),
        (line(units=0), "2400 SV104"),
        (line(service_on=date(2027, 1, 1)), "2400 DTP03"),
        (line(modifiers=["25", "59", "76", "77", "78"]), "2400 SV101-3"),
        (line(code="1110"), "2400 SV101-2"),
        (line(number=2), "2400 LX01"),
        (line(drug=Drug("123", Decimal(1), "ML")), "2410 LIN03"),
        ({"lines": [LINE, replace(LINE, number=2)]}, "2400 REF02"),
        ({"lines": []}, "2400 LX"),
        ({"diagnoses": []}, "2300 HI"),
        ({"diagnoses": ["C44311X9"]}, "2300 HI"),
        (person(birth_date=date(2026, 3, 3)), "2010BA DMG02"),
        (person(sex="X"), "2010BA DMG03"),
        (person(address=None), "2010BA N301"),
        (person(address=replace(ADDRESS, state="Illinois")), "2010BA N402"),
        (person(address=replace(ADDRESS, postal_code="6270")), "2010BA N403"),
        ({"coverage": replace(GOOD.coverage, member_id="W 1*")}, "2010BA NM109"),
        ({"coverage": replace(GOOD.coverage, relationship_code="19")}, "2000B SBR02"),
        ({"id": "C" * 21}, "2300 CLM01"),
        ({"laboratory_number": "123"}, "2300 REF02"),
        ({"referring": Provider("1234567893")}, "2310A NM103"),
    ],
)
def test_what_the_guide_misses_is_stopped_with_its_place(changes: dict, place: str):
    found = stops(replace(GOOD, **changes), BILLING, date(2026, 3, 16))
    assert place in {stop.place for stop in found}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"npi": "1497758545"}, "2010AA NM109"),
        ({"tax_id": "31-1234567"}, "2010AA REF02"),
        ({"taxonomy": "207N"}, "2000A PRV03"),
        ({"address": replace(ADDRESS, postal_code="62701")}, "2010AA N403"),
        ({"address": replace(ADDRESS, line1="P.O. Box 12")}, "2010AA N301"),
    ],
)
def test_the_billing_identity_is_checked(changes: dict, place: str):
    found = stops(GOOD, replace(BILLING, **changes), date(2026, 3, 16))
    assert [stop.place for stop in found] == [place]


def test_a_good_claim_is_not_stopped():
    assert stops(GOOD, BILLING, date(2026, 3, 16)) == []
    assert is_npi("1234567893") and not is_npi("123456789") and not is_npi("12345678\uff193")
