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
from services.submission.seed import read_code_tables
from shared.x12.claim_status import Status
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
