"""Root causes: the contract's examples, the known answers, and a table per family."""

import json
from decimal import Decimal

import pytest

from services.denials.tests.asking import (
    ACCEPTED,
    APPROVED,
    AUTH,
    BCC,
    COSMETIC,
    EXAMPLES,
    GLOBAL,
    ITCHING,
    MEDICAL,
    N115,
    SEPARATE,
    SILENT,
    judge,
    request,
    sent_line,
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
