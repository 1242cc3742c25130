"""The events of one case, built from the contract's example stories."""

import json
from datetime import UTC, datetime
from pathlib import Path

from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.claim_submitted import ClaimSubmitted
from shared.contracts.documents.encounter import Encounter, without_prose
from shared.contracts.documents.result import PathologyResult
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.remittance_posted import RemittancePosted
from shared.contracts.visit_classified import VisitClassified
from shared.kernel.ids import case_id

PRACTICE = "prairie"
EXAMPLES = Path(__file__).parents[3] / "shared/contracts/examples"
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def example(name: str) -> dict:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def thread(visit_id: str) -> dict:
    return {
        "case_id": case_id(PRACTICE, visit_id),
        "practice_id": PRACTICE,
        "occurred_at": NOW,
    }


def visit(visit_id: str, *services: dict, **more) -> VisitClassified:
    return VisitClassified(
        **thread(visit_id),
        visit_id=visit_id,
        status="arrived",
        scheduled_at=NOW,
        rendering_provider={"npi": "1234567893"},
        classification="medical",
        services=[
            {
                "service_id": f"s{place}",
                "nature": "medical",
                "route": "insurance",
                "confidence": "high",
                **each,
            }
            for place, each in enumerate(services)
        ],
        coverage={
            "payer_id": "HP-1",
            "payer_name": "Health Plan One",
            "program": "commercial",
            "status": "active",
        },
        coverage_known=True,
        subject="sealed",
        **more,
    )


def encounter(story: str, **changes) -> EncounterDocumented:
    sent = Encounter.model_validate_json(json.dumps({**example(f"{story}-encounter"), **changes}))
    return EncounterDocumented(
        **thread(sent.visit_id),
        encounter_id=sent.encounter_id,
        visit_id=sent.visit_id,
        encounter_version=1,
        encounter=without_prose(sent, ()),
        blocks=False,
    )


def coded(story: str, visit_id: str, encounter_id: str, *, lines: list | None = None, **changes):
    body = {**example(f"{story}-coded-claim" if story == "1" else story), **changes}
    body["case_id"] = str(case_id(PRACTICE, visit_id))
    if lines is not None:
        body["lines"] = lines
    return ClaimCoded.model_validate_json(
        json.dumps(
            {
                **{key: str(value) for key, value in thread(visit_id).items()},
                "encounter_id": encounter_id,
                "encounter_version": 1,
                "visit_id": visit_id,
                "claim": body,
            }
        )
    )


def submitted(visit_id: str, claim_id: str, version: int = 1, on: str = "2026-03-11"):
    return ClaimSubmitted(
        **thread(visit_id),
        claim_id=claim_id,
        version=version,
        frequency_code="1",
        payer_id="HP-1",
        charge="1.00",
        batch_id="B1",
        interchange_control_number="000000001",
        submitted_at=f"{on}T17:00:00-05:00",
    )


def accepted(visit_id: str, claim_id: str) -> ClaimAccepted:
    return ClaimAccepted(
        **thread(visit_id),
        claim_id=claim_id,
        version=1,
        payer_control_number="P1",
        accepted_at="2026-03-12T09:00:00-05:00",
        by="payer",
    )


def returned(visit_id: str, sent_result: dict, **more) -> PathologyReturned:
    sent = PathologyResult.model_validate_json(json.dumps(sent_result))
    fields = {
        "behavior": "malignant",
        "icd10": "C44.311",
        "revision": 1,
        "material_change": True,
        **more,
    }
    return PathologyReturned(
        **thread(visit_id),
        result=sent.without_text(),
        match={
            "encounter_id": "E",
            "specimen_id": sent.specimen_id,
            "lesion_id": "L1",
            "by": "specimen",
        },
        interpretation={"decision": "automatic", "confirmed": True, "confidence": "high"},
        **fields,
    )


def answered_line(number: int, code: str, charge: str, *adjustments: tuple, **more) -> dict:
    return {
        "line": f"X-{number}",
        "number": number,
        "code": code,
        "units": 1,
        "charge": charge,
        "paid": "0.00",
        "patient_responsibility": "0.00",
        "adjusted": charge,
        "denied": bool(adjustments),
        "adjustments": [
            {"group_code": group, "carc": carc, "amount": amount}
            for group, carc, amount in adjustments
        ],
        **more,
    }


def remitted(visit_id: str, claim_id: str, *lines: dict, **more) -> RemittancePosted:
    return RemittancePosted(
        **thread(visit_id),
        **{
            "remittance_id": "RM-1",
            "claim_id": claim_id,
            "version": 1,
            "payer_id": "HP-1",
            "program": "commercial",
            "filing_days": 90,
            "corrected_claim_days": 180,
            "appeal_days": 180,
            "claim_status": "1",
            "post_as": "payment",
            "trace_number": "T1",
            "payment_date": "2026-04-06",
            "received_on": "2026-04-06",
            "charge": "100.00",
            "paid": "0.00",
            "patient_responsibility": "0.00",
            "adjusted": "0.00",
            "lines": list(lines),
            **more,
        },
    )
