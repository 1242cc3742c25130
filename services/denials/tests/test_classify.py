"""Denials judged: the known answers, the contract's examples, and a table per family."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.denials.domain.classify import classify
from services.denials.reference import load_tables
from services.denials.wire import what_if as wire

TABLES = load_tables()
EXAMPLES = Path(__file__).parents[3] / "shared/contracts/examples"
REMITTED = "2026-04-06"


def judge(request):
    asked = wire.ClassifyRequest.model_validate_json(json.dumps(request))
    return wire.answer(
        classify(
            wire.payer(asked.payer),
            asked.as_of,
            wire.line(asked.line),
            wire.claim(asked.claim),
            wire.story(asked.story),
            TABLES,
        )
    )


@pytest.mark.parametrize(
    "example", sorted(EXAMPLES.glob("denial-*.json")), ids=lambda path: path.stem
)
def test_examples_of_the_contract(example):
    body = json.loads(example.read_text())
    found = judge(body["request"]).model_dump(mode="json")
    assert {key: found[key] for key in body["expect"]} == body["expect"]
    for key in ("originating_event_id", "evidence", "rule", "expected"):
        assert found[key] == body["response"][key]


def request(
    code="99213",
    adjustments=(("CO", "97", "100.00"),),
    rarcs=(),
    story=None,
    diagnoses=("L82.1",),
    modifiers=(),
    lines=None,
    program="commercial",
    number=1,
    **claim_or_line,
):
    charge = claim_or_line.pop("charge", "100.00")
    line = {
        "claim_status": claim_or_line.pop("claim_status", "1"),
        "number": number,
        "code": code,
        "submitted_code": None,
        "modifiers": list(modifiers),
        "units": claim_or_line.pop("units", 1),
        "paid_units": claim_or_line.pop("paid_units", None),
        "charge": charge,
        "allowed": claim_or_line.pop("allowed", None),
        "paid": claim_or_line.pop("paid", "0.00"),
        "adjustments": [
            {"group_code": group, "carc": carc, "amount": amount}
            for group, carc, amount in adjustments
        ],
        "rarcs": list(rarcs),
        "received_on": REMITTED,
    }
    sent = {
        "number": number,
        "code": code,
        "modifiers": list(modifiers),
        "units": line["units"],
        "diagnosis_pointers": [1],
        "charge": charge,
        "expected_allowed": claim_or_line.pop("expected_allowed", None),
    }
    return {
        "payer": {
            "program": program,
            "filing_days": claim_or_line.pop("filing_days", 90),
            "corrected_claim_days": claim_or_line.pop("corrected_claim_days", 180),
            "appeal_days": claim_or_line.pop("appeal_days", 180),
        },
        "as_of": claim_or_line.pop("as_of", "2026-04-07"),
        "line": line,
        "claim": {
            "claim_id": "CL-1",
            "version": 1,
            "frequency_code": "1",
            "date_of_service": "2026-03-10",
            "place_of_service": "11",
            "submitted_on": "2026-03-11",
            "authorization_number": None,
            "diagnoses": list(diagnoses),
            "lines": lines or [sent],
            **claim_or_line,
        },
        "story": story or {},
    }


def sent_line(number, code, **more):
    return {
        "number": number,
        "code": code,
        "modifiers": [],
        "units": 1,
        "diagnosis_pointers": [1],
        "charge": "100.00",
        "expected_allowed": None,
        **more,
    }


COSMETIC = {"classification": {"event_id": "ev-1", "nature": "cosmetic", "route": "insurance"}}
MEDICAL = {"classification": {"event_id": "ev-1", "nature": "medical", "route": "insurance"}}
ITCHING = {"documentation": {"event_id": "ev-2", "symptoms": ["inflamed", "itching"]}}
SILENT = {"documentation": {"event_id": "ev-2", "symptoms": [], "necessity_documented": False}}
BCC = {
    "pathology": [
        {
            "event_id": "ev-3",
            "status": "final",
            "behavior": "malignant",
            "icd10": "C44.519",
            "reported_at": "2026-03-17T09:00:00-05:00",
        }
    ]
}
SEPARATE = {"documentation": {"event_id": "ev-2", "separately_identifiable": True}}
N115 = dict(code="11301", adjustments=(("CO", "50", "100.00"),), rarcs=("N115",))
AUTH = (("CO", "197", "100.00"),)
APPROVED = {
    "event_id": "ev-4",
    "number": "A1",
    "codes": ["99213"],
    "status": "approved",
    "valid_from": "2026-03-01",
    "valid_to": "2026-03-31",
    "units_approved": 2,
    "units_used": 0,
}
GLOBAL = {
    "earlier_services": [
        {"event_id": "ev-0", "code": "11602", "date_of_service": "2026-03-03", "global_days": 10}
    ]
}
ACCEPTED = {
    "acknowledgements": [
        {
            "event_id": "ev-5",
            "occurred_at": "2026-03-13T10:00:00-05:00",
            "kind": "277ca",
            "state": "accepted_payer",
            "by": "payer",
        }
    ]
}

CAUSES = {
    # known answers of the page
    "necessity, classified cosmetic": (
        request(**N115, story=COSMETIC),
        "cosmetic_vs_medical",
        "intake",
        "write_off",
        False,
    ),
    "the note knew better": (
        request(**N115, story={**COSMETIC, **ITCHING}),
        "cosmetic_vs_medical",
        "coding",
        "corrected_claim",
        False,
    ),
    "a carcinoma reported after sending": (
        request(**N115, diagnoses=("D49.2",), story=BCC),
        "pathology_diagnosis",
        "coding",
        "corrected_claim",
        False,
    ),
    "25 left off": (request(story=SEPARATE), "modifier_error", "coding", "corrected_claim", False),
    "25 there and supported": (
        request(modifiers=("25",), story=SEPARATE),
        "modifier_error",
        "follow_up",
        "appeal",
        True,
    ),
    "suture removal on day 7": (
        request(rarcs=("M144",), diagnoses=("Z48.02",), story=GLOBAL),
        "modifier_error",
        "coding",
        "write_off",
        False,
    ),
    "the second of two excised lesions": (
        request(
            code="11402",
            number=2,
            adjustments=(("OA", "18", "100.00"),),
            lines=[sent_line(1, "11402"), sent_line(2, "11402")],
        ),
        "modifier_error",
        "coding",
        "corrected_claim",
        False,
    ),
    "an approval left off the claim": (
        request(adjustments=AUTH, story={"authorizations": [APPROVED]}),
        "authorization_failure",
        "coding",
        "corrected_claim",
        False,
    ),
    "16 alone says nothing": (
        request(adjustments=(("CO", "16", "100.00"),)),
        "other",
        "follow_up",
        "review",
        False,
    ),
    # cosmetic
    "the note is silent": (
        request(**N115, story={**MEDICAL, **SILENT}),
        "cosmetic_vs_medical",
        "documentation",
        "write_off",
        False,
    ),
    "the reason is in note and claim": (
        request(**N115, diagnoses=("L82.0",), story={**MEDICAL, **ITCHING}),
        "cosmetic_vs_medical",
        "follow_up",
        "appeal",
        True,
    ),
    "actinic keratosis is covered": (
        request(**N115, diagnoses=("L57.0",), story=COSMETIC),
        "cosmetic_vs_medical",
        "follow_up",
        "appeal",
        True,
    ),
    "neither note nor class is known": (
        request(**N115),
        "cosmetic_vs_medical",
        "documentation",
        "review",
        False,
    ),
    "a void notice": (
        request(adjustments=(("CO", "116", "100.00"),)),
        "cosmetic_vs_medical",
        "intake",
        "write_off",
        False,
    ),
    # pathology
    "the result was ignored": (
        request(
            code="11604",
            adjustments=(("CO", "11", "100.00"),),
            diagnoses=("D49.2",),
            story={
                "pathology": [{**BCC["pathology"][0], "reported_at": "2026-03-11T08:00:00-05:00"}]
            },
        ),
        "pathology_diagnosis",
        "coding",
        "corrected_claim",
        False,
    ),
    "the claim agrees with the result": (
        request(
            code="11604",
            adjustments=(("CO", "11", "100.00"),),
            diagnoses=("C44.519",),
            story=BCC,
        ),
        "pathology_diagnosis",
        "follow_up",
        "appeal",
        True,
    ),
    "a preliminary result settles nothing": (
        request(
            code="11604",
            adjustments=(("CO", "11", "100.00"),),
            diagnoses=("D49.2",),
            story={"pathology": [{**BCC["pathology"][0], "status": "preliminary"}]},
        ),
        "pathology_diagnosis",
        "coding",
        "corrected_claim",
        False,
    ),
    "the report is wanted and on file": (
        request(adjustments=(("CO", "252", "100.00"),), rarcs=("N395",), story=BCC),
        "pathology_diagnosis",
        "follow_up",
        "send_records",
        False,
    ),
    # records
    "the note is wanted": (
        request(adjustments=(("CO", "16", "100.00"),), rarcs=("M127",)),
        "documentation",
        "documentation",
        "send_records",
        False,
    ),
    "252 without a remark": (
        request(adjustments=(("CO", "252", "100.00"),)),
        "other",
        "follow_up",
        "review",
        False,
    ),
    "records were sent": (
        request(
            adjustments=(("CO", "163", "100.00"),),
            story={"documentation": {"records_sent_on": "2026-03-20"}},
        ),
        "documentation",
        "follow_up",
        "appeal",
        True,
    ),
    # modifier
    "not separate in the note": (
        request(story={"documentation": {"separately_identifiable": False}}),
        "modifier_error",
        "coding",
        "write_off",
        False,
    ),
    "the note is not known": (request(), "modifier_error", "coding", "review", False),
    "a distinct procedure without 59": (
        request(code="17000", story={"documentation": {"distinct": True}}),
        "modifier_error",
        "coding",
        "corrected_claim",
        False,
    ),
    "unrelated inside the global": (
        request(story={**GLOBAL, "documentation": {"related_to_surgery": False}}),
        "modifier_error",
        "coding",
        "corrected_claim",
        False,
    ),
    "the primary of an add-on is missing": (
        request(code="11103", adjustments=(("CO", "107", "100.00"),)),
        "modifier_error",
        "coding",
        "corrected_claim",
        False,
    ),
    # count
    "more units than lesions": (
        request(
            code="17003",
            units=5,
            adjustments=(("CO", "151", "100.00"),),
            story={"documentation": {"lesion_count": 4}},
        ),
        "lesion_count_mismatch",
        "coding",
        "corrected_claim",
        False,
    ),
    "units are the lesions": (
        request(
            code="17003",
            units=3,
            adjustments=(("CO", "151", "100.00"),),
            story={"documentation": {"lesion_count": 4}},
        ),
        "lesion_count_mismatch",
        "follow_up",
        "appeal",
        True,
    ),
    "no number in the note": (
        request(
            code="17003",
            units=3,
            adjustments=(("CO", "151", "100.00"),),
            story={"documentation": {"lesion_count": None}},
        ),
        "lesion_count_mismatch",
        "documentation",
        "write_off",
        False,
    ),
    "an absolute limit": (
        request(
            code="11102",
            units=2,
            adjustments=(("CO", "222", "100.00"),),
            story={"documentation": {"lesion_count": 2}},
        ),
        "lesion_count_mismatch",
        "coding",
        "write_off",
        False,
    ),
    # authorization
    "none was asked for": (
        request(adjustments=AUTH, story={"authorizations": []}),
        "authorization_failure",
        "intake",
        "retro_authorization",
        False,
    ),
    "an expired one": (
        request(
            adjustments=AUTH, story={"authorizations": [{**APPROVED, "valid_to": "2026-03-05"}]}
        ),
        "authorization_failure",
        "intake",
        "retro_authorization",
        False,
    ),
    "used up": (
        request(adjustments=AUTH, story={"authorizations": [{**APPROVED, "units_used": 2}]}),
        "authorization_failure",
        "intake",
        "retro_authorization",
        False,
    ),
    "the number was sent": (
        request(
            adjustments=AUTH,
            authorization_number="A1",
            story={"authorizations": [APPROVED]},
        ),
        "authorization_failure",
        "follow_up",
        "appeal",
        True,
    ),
    "the payer said none was needed": (
        request(adjustments=AUTH, story={"coverage": {"authorization_required": False}}),
        "authorization_failure",
        "follow_up",
        "appeal",
        True,
    ),
    "what was asked is not known": (
        request(adjustments=AUTH),
        "authorization_failure",
        "intake",
        "review",
        False,
    ),
    # beside the six
    "coverage had ended": (
        request(adjustments=(("CO", "27", "100.00"),), story={"coverage": {"status": "inactive"}}),
        "eligibility",
        "intake",
        "bill_other_payer",
        False,
    ),
    "coverage was active that day": (
        request(adjustments=(("CO", "27", "100.00"),), story={"coverage": {"status": "active"}}),
        "eligibility",
        "follow_up",
        "appeal",
        True,
    ),
    "a managed plan pays instead": (
        request(program="medicare", adjustments=(("CO", "24", "100.00"),)),
        "eligibility",
        "intake",
        "bill_other_payer",
        False,
    ),
    "another payer first": (
        request(adjustments=(("OA", "22", "100.00"),)),
        "coordination_of_benefits",
        "intake",
        "bill_other_payer",
        False,
    ),
    "the primary's result is missing": (
        request(adjustments=(("CO", "16", "100.00"),), rarcs=("N4",)),
        "coordination_of_benefits",
        "follow_up",
        "corrected_claim",
        False,
    ),
    "late, yet accepted in time": (
        request(adjustments=(("CO", "29", "100.00"),), story=ACCEPTED),
        "timely_filing",
        "follow_up",
        "appeal",
        True,
    ),
    "late for Medicare is no appeal": (
        request(program="medicare", adjustments=(("CO", "29", "100.00"),), story=ACCEPTED),
        "timely_filing",
        "follow_up",
        "reopening",
        False,
    ),
    "late without proof": (
        request(adjustments=(("CO", "29", "100.00"),), story={"acknowledgements": []}),
        "timely_filing",
        "follow_up",
        "write_off",
        False,
    ),
    "a correction sent as an original": (
        request(
            adjustments=(("OA", "18", "100.00"),),
            version=2,
            story={"earlier_claims": [{"claim_id": "CL-1", "version": 1, "state": "paid"}]},
        ),
        "duplicate",
        "follow_up",
        "corrected_claim",
        False,
    ),
    "the same service twice": (
        request(
            adjustments=(("OA", "18", "100.00"),),
            story={"earlier_claims": [{"claim_id": "CL-0", "version": 1, "state": "sent"}]},
        ),
        "duplicate",
        "follow_up",
        "wait",
        False,
    ),
    "a data item": (
        request(adjustments=(("CO", "16", "100.00"),), rarcs=("N290",)),
        "other",
        "coding",
        "corrected_claim",
        False,
    ),
    "unprocessable goes again as new": (
        request(adjustments=(("CO", "16", "100.00"),), rarcs=("MA130", "N290")),
        "other",
        "coding",
        "new_claim",
        False,
    ),
    "a corrected claim is a reopening for Medicare": (
        request(program="medicare", story=SEPARATE),
        "modifier_error",
        "coding",
        "reopening",
        False,
    ),
    "a rights alert is no cause": (
        request(adjustments=(("CO", "16", "100.00"),), rarcs=("MA01",)),
        "other",
        "follow_up",
        "review",
        False,
    ),
    "a remark outranks the code": (
        request(
            adjustments=(("CO", "50", "100.00"),),
            rarcs=("N290", "M62"),
            story={"authorizations": []},
        ),
        "authorization_failure",
        "intake",
        "retro_authorization",
        False,
    ),
    "a code nobody knows": (
        request(adjustments=(("CO", "999", "100.00"),)),
        "other",
        "follow_up",
        "review",
        False,
    ),
}


@pytest.mark.parametrize("case", CAUSES.values(), ids=CAUSES)
def test_root_causes(case):
    asked, cause, stage, action, appealable = case
    found = judge(asked)
    assert (found.denial, found.not_a_denial) == (True, None)
    assert (found.root_cause, found.stage, found.next_action, found.appealable) == (
        cause,
        stage,
        action,
        appealable,
    )
    assert found.denied_amount == Decimal("100.00")
    assert found.says and found.rule
    body = json.loads(json.dumps(asked))
    for pointer in found.evidence:
        top = pointer.split("/")[1]
        assert top in body


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
