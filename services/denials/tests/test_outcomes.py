"""Denial or not, what it is worth, until when, and who may be billed."""

from datetime import date
from decimal import Decimal

import pytest

from services.denials.tests.asking import (
    BCC,
    COSMETIC,
    N115,
    SEPARATE,
    judge,
    request,
)

NO_DENIALS = {
    "a deductible took all": (
        dict(
            charge="2400.00",
            allowed="750.00",
            expected_allowed="750.00",
            adjustments=(("CO", "45", "1650.00"), ("PR", "1", "750.00")),
        ),
        "patient_responsibility",
        "bill_patient",
        True,
    ),
    "a cent is rounding": (
        dict(
            charge="40.00",
            allowed="28.99",
            paid="28.99",
            expected_allowed="29.00",
            adjustments=(("CO", "45", "11.01"),),
        ),
        "paid_as_expected",
        "none",
        False,
    ),
    "no expectation is never paid right": (
        dict(charge="40.00", allowed="28.99", paid="28.99", adjustments=(("CO", "45", "11.01"),)),
        "contractual",
        "none",
        False,
    ),
    "a reversal": (
        dict(claim_status="22", charge="-72.00", paid="-72.00", adjustments=()),
        "reversal",
        "none",
        False,
    ),
    "pending": (dict(adjustments=(("OA", "133", "100.00"),)), "pending", "wait", False),
    "the prior payer's effect": (
        dict(adjustments=(("OA", "23", "100.00"),), claim_status="2"),
        "prior_payer",
        "none",
        False,
    ),
    "a reporting line": (
        dict(adjustments=(("CO", "246", "0.01"),)),
        "informational",
        "none",
        False,
    ),
    "a signed notice makes it the patient's": (
        dict(
            adjustments=(("PR", "50", "100.00"),),
            story={"classification": {"notice": "abn", "nature": "cosmetic"}},
        ),
        "patient_responsibility",
        "bill_patient",
        True,
    ),
    "capitation": (dict(adjustments=(("CO", "24", "100.00"),)), "contractual", "none", False),
}


@pytest.mark.parametrize("case", NO_DENIALS.values(), ids=NO_DENIALS)
def test_what_is_no_denial(case):
    asked, kind, action, patient = case
    found = judge(request(**asked))
    assert (found.denial, found.not_a_denial, found.next_action) == (False, kind, action)
    assert found.patient_may_be_billed is patient
    assert found.denied_amount == 0
    assert found.root_cause is found.stage is found.due_on is None


UNDERPAID = {
    "below the contract": (
        dict(
            charge="150.00",
            allowed="64.10",
            paid="64.10",
            expected_allowed="72.00",
            adjustments=(("CO", "45", "85.90"),),
        ),
        "7.90",
    ),
    "two cents are no rounding": (
        dict(
            charge="40.00",
            allowed="28.98",
            paid="28.98",
            expected_allowed="29.00",
            adjustments=(("CO", "45", "11.02"),),
        ),
        "0.02",
    ),
    "sequestration by a commercial payer": (
        dict(
            charge="100.00",
            paid="49.00",
            expected_allowed="50.00",
            adjustments=(("CO", "45", "50.00"), ("CO", "253", "1.00")),
        ),
        "1.00",
    ),
    "the dearest line was cut": (
        dict(
            charge="100.00",
            allowed="90.00",
            paid="45.00",
            expected_allowed="90.00",
            adjustments=(("CO", "45", "10.00"), ("CO", "59", "45.00")),
        ),
        "45.00",
    ),
}


@pytest.mark.parametrize("case", UNDERPAID.values(), ids=UNDERPAID)
def test_underpayments(case):
    asked, short = case
    found = judge(request(**asked))
    assert (found.root_cause, found.stage) == ("underpayment", "follow_up")
    assert (found.next_action, found.appealable) == ("payment_dispute", True)
    assert found.denied_amount == Decimal(short)
    assert found.due_on == date(2026, 10, 3)


def test_sequestration_is_medicares_own():
    found = judge(
        request(
            program="medicare",
            charge="100.00",
            paid="39.20",
            expected_allowed="40.00",
            adjustments=(("CO", "45", "60.00"), ("CO", "253", "0.80")),
        )
    )
    assert found.denial is False


def test_only_the_denying_adjustments_are_denied_money():
    found = judge(request(adjustments=(("CO", "45", "30.00"), ("CO", "97", "70.00"))))
    assert found.denied_amount == Decimal("70.00")


DUE = {
    "appeal": (dict(modifiers=("25",), story=SEPARATE), date(2026, 10, 3)),
    "Medicare's appeal is law": (
        dict(modifiers=("25",), story=SEPARATE, program="medicare", appeal_days=None),
        date(2026, 8, 4),
    ),
    "a new claim counts from the service": (
        dict(adjustments=(("CO", "16", "100.00"),), rarcs=("MA130", "N290")),
        date(2026, 6, 8),
    ),
    "no rule on file": (dict(story=SEPARATE, corrected_claim_days=None), None),
    "nothing to do has no day": (dict(adjustments=(("CO", "16", "100.00"),)), None),
}


@pytest.mark.parametrize("case", DUE.values(), ids=DUE)
def test_due_days(case):
    asked, due = case
    assert judge(request(**asked)).due_on == due


def test_after_the_last_day_nothing_can_be_appealed():
    found = judge(request(modifiers=("25",), story=SEPARATE, as_of="2026-10-04"))
    assert (found.appealable, found.next_action) == (False, "write_off")


PATIENT = {
    "an obligation of the contract": (dict(), False),
    "the patient's group": (dict(adjustments=(("PR", "27", "100.00"),)), True),
    "no authorization is never the patient's": (
        dict(adjustments=(("PR", "197", "100.00"),), story={"authorizations": []}),
        False,
    ),
    "late is never the patient's": (
        dict(adjustments=(("PR", "29", "100.00"),), story={"acknowledgements": []}),
        False,
    ),
    "GZ": (dict(adjustments=(("PR", "50", "100.00"),), modifiers=("GZ",)), False),
}


@pytest.mark.parametrize("case", PATIENT.values(), ids=PATIENT)
def test_whether_the_patient_pays(case):
    asked, patient = case
    found = judge(request(**asked))
    assert (found.denial, found.patient_may_be_billed) == (True, patient)


def test_the_originating_event_is_the_one_that_made_it_inevitable():
    assert judge(request(**N115, story=COSMETIC)).originating_event_id == "ev-1"
    late = judge(request(**N115, diagnoses=("D49.2",), story=BCC))
    assert late.originating_event_id == "ev-3"
    assert late.counterfactual
