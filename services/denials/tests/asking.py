"""Requests of the what-if, built small, and parts of stories to put in them."""

import json
from pathlib import Path

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
