"""A change after coding, case by case: each row is derived by hand from claims.md section 2.

The rows go through the documents of the what-if, as an outsider's request does.
"""

from typing import Any

import pytest

from services.submission.wire.change_preview import ChangeToPreview, preview_change

CLAIM = {
    "claim_id": "CL-1", "version": 1, "state": "paid", "rejected_by": None, "frequency_code": "1",
    "date_of_service": "2026-03-02", "submitted_on": "2026-03-04", "remittance_on": None,
    "payer_control_number": None, "paid": "0.00", "unprocessable": False,
    "pending_replacement": False,
}  # fmt: skip
PAYERS: dict[str, dict[str, Any]] = {
    "commercial": {
        "program": "commercial", "accepts_replacement": True, "filing_days": 90,
        "corrected_claim_days": 180, "appeal_days": 180,
    },
    "no7": {
        "program": "commercial", "accepts_replacement": False, "filing_days": 90,
        "corrected_claim_days": 180, "appeal_days": 60,
    },
    "bare": {"program": "commercial", "accepts_replacement": True},
    "medicare": {"program": "medicare", "accepts_replacement": False},
    "advantage": {"program": "medicare_advantage", "accepts_replacement": True, "filing_days": 365},
}  # fmt: skip
CHANGE = {"kind": "codes", "says": "x", "codes_change": True, "identified_on": "2026-04-05"}

PAID = {"remittance_on": "2026-04-01", "payer_control_number": "ICN9", "paid": "100.00"}
DENIED = {**PAID, "state": "denied", "paid": "0.00"}
ACCEPTED = {"state": "accepted_payer", "payer_control_number": "ICN9"}
NO_NUMBER = {**PAID, "payer_control_number": None}
LOWER = {"expected_allowed_before": "300.00", "expected_allowed_after": "200.00"}
HIGHER = {"expected_allowed_before": "200.00", "expected_allowed_after": "300.00"}
EQUAL = {"expected_allowed_before": "200.00", "expected_allowed_after": "200.00"}
FROM_7 = {"state": "rejected", "frequency_code": "7", "payer_control_number": "ICN9"}
FROM_8 = {**FROM_7, "frequency_code": "8"}
LATE = "2026-12-01"  # after 180 days from the remittance, within a year
LATER = "2027-05-01"  # after a year from the remittance
OWED = {"overpayment": True, "refund_due_on": "2026-06-04"}
NOT_OWED = {"overpayment": False, "refund_due_on": None}
FILING = {"due_on": "2026-05-31"}  # 90 days after 2 March
YEAR = {"due_on": "2027-03-02"}
CORRECTED = {"due_on": "2026-09-28"}  # 180 days after 1 April
REOPEN = {"due_on": "2027-04-01"}
WHOLE_7 = {"frequency_code": "7", "payer_control_number_needed": True, "whole_claim": True}
NEEDS = {"payer_control_number_needed": True, "frequency_code": None}
TWIN = {"wait_for": "276 status of the twin"}


def at(state: str, **more: object) -> dict[str, Any]:
    return {"state": state, **more}


def kind(name: str, **more: object) -> dict[str, Any]:
    return {"kind": name, **more}


Row = tuple[dict[str, Any], str, dict[str, Any], str, str, str, dict[str, Any]]
SOON = "2026-04-06"
ROWS: list[Row] = [
    # CH-1: it never left
    (at("coded"), "commercial", kind("codes"), SOON, "amend", "CH-1", FILING),
    (at("held"), "commercial", kind("result"), SOON, "amend", "CH-1", {"frequency_code": "1"}),
    (at("ready"), "medicare", kind("result"), SOON, "amend", "CH-1", YEAR),
    (at("batched"), "bare", kind("codes"), SOON, "amend", "CH-1", {"due_on": None}),
    (at("ready"), "commercial", kind("patient"), SOON, "amend", "CH-1", {"frequency_code": "1"}),
    (at("ready"), "commercial", kind("payer"), SOON, "amend", "CH-1", {"whole_claim": True}),
    (at("held"), "commercial", kind("no_billable_line"), SOON, "withdraw", "CH-1",
     {"frequency_code": None, "payer_control_number_needed": False}),
    (at("batched"), "medicare", kind("duplicate_sent"), SOON, "withdraw", "CH-1", NOT_OWED),
    (at("ready"), "commercial", kind("dispute"), SOON, "none", "CH-1", {}),
    (at("ready"), "commercial", kind("secondary_payer"), SOON, "wait", "CH-11", {}),
    (at("ready", frequency_code="7", payer_control_number="ICN9"), "commercial", kind("codes"),
     SOON, "amend", "CH-1", WHOLE_7),
    (at("ready", frequency_code="7", payer_control_number="ICN9"), "commercial", kind("patient"),
     SOON, "void_and_new_claim", "CH-10", {"frequency_code": "8"}),
    (at("ready", frequency_code="7", payer_control_number="ICN9"), "commercial",
     kind("no_billable_line"), SOON, "void", "CH-1", {"frequency_code": "8"}),
    # CH-2: under way
    (at("sent"), "commercial", kind("codes"), SOON, "wait", "CH-2", {"frequency_code": None}),
    (at("received"), "medicare", kind("result"), SOON, "wait", "CH-2", {"whole_claim": False}),
    (at("accepted_clearinghouse"), "commercial", kind("result"), SOON, "wait", "CH-2",
     {"wait_for": "277CA of the payer"}),
    (at("accepted_clearinghouse", payer_control_number="ICN9"), "commercial", kind("codes"), SOON,
     "wait", "CH-2", NOT_OWED),
    (at("sent"), "commercial", kind("no_billable_line"), SOON, "wait", "CH-2", {}),
    (at("sent"), "commercial", kind("patient"), SOON, "wait", "CH-2", {}),
    (at("received"), "commercial", kind("dispute"), SOON, "wait", "CH-2", {}),
    (at("sent", frequency_code="7"), "commercial", kind("codes"), SOON, "wait", "CH-2", {}),
    # CH-3: a rejected original is an original again
    (at("rejected", rejected_by="interchange"), "commercial", kind("codes"), SOON, "new_claim",
     "CH-3", {"frequency_code": "1", **FILING}),
    (at("rejected", rejected_by="group"), "commercial", kind("codes"), SOON, "new_claim", "CH-3",
     {"payer_control_number_needed": False}),
    (at("rejected", rejected_by="clearinghouse"), "medicare", kind("codes"), SOON, "new_claim",
     "CH-3", YEAR),
    (at("rejected", rejected_by="payer"), "no7", kind("result"), SOON, "new_claim", "CH-3",
     {"frequency_code": "1"}),
    # the number on a rejection is evidence, never something to replace
    (at("rejected", rejected_by="payer", payer_control_number="ICN9"), "commercial",
     kind("codes"), SOON, "new_claim", "CH-3",
     {"frequency_code": "1", "payer_control_number_needed": False}),
    (at("rejected", payer_control_number="ICN9"), "commercial", kind("patient"), SOON,
     "new_claim", "CH-3", {"frequency_code": "1"}),
    (at("rejected"), "commercial", kind("payer"), SOON, "new_claim", "CH-3", {}),
    (at("rejected"), "commercial", kind("dispute"), SOON, "new_claim", "CH-3",
     {"frequency_code": "1"}),
    (at("rejected"), "commercial", kind("secondary_payer"), SOON, "new_claim", "CH-3", {}),
    (at("rejected"), "commercial", kind("no_billable_line"), SOON, "none", "CH-3", {}),
    (at("rejected", rejected_by="payer"), "commercial", kind("duplicate_sent"), SOON, "wait",
     "CH-3", {"frequency_code": None, **TWIN}),
    (at("rejected"), "medicare", kind("duplicate_sent"), SOON, "wait", "CH-3", TWIN),
    # CH-3a: a rejected replacement or void stays one
    (FROM_7, "commercial", kind("codes"), SOON, "replace", "CH-3a", {**WHOLE_7, **FILING}),
    ({**FROM_7, "rejected_by": "group"}, "commercial", kind("result"), SOON, "replace", "CH-3a",
     WHOLE_7),
    (FROM_7, "commercial", kind("dispute"), SOON, "replace", "CH-3a", {"frequency_code": "7"}),
    (FROM_7, "commercial", kind("no_billable_line"), SOON, "void", "CH-3a",
     {"frequency_code": "8", "payer_control_number_needed": True}),
    (FROM_7, "commercial", kind("patient"), SOON, "void_and_new_claim", "CH-10", {}),
    (FROM_7, "commercial", kind("duplicate_sent"), SOON, "wait", "CH-3", TWIN),
    (FROM_8, "commercial", kind("codes"), SOON, "void", "CH-3a", {"frequency_code": "8"}),
    (FROM_8, "commercial", kind("dispute"), SOON, "void", "CH-3a", {"frequency_code": "8"}),
    ({**FROM_7, "payer_control_number": None}, "commercial", kind("codes"), SOON, "wait", "CH-5",
     NEEDS),
    # CH-4, CH-5: with the payer
    (ACCEPTED, "commercial", kind("codes"), SOON, "replace", "CH-4", {**WHOLE_7, **FILING}),
    (ACCEPTED, "advantage", kind("result"), SOON, "replace", "CH-4", WHOLE_7),
    ({**ACCEPTED, "state": "pended"}, "commercial", kind("result"), SOON, "replace", "CH-4",
     NOT_OWED),
    (ACCEPTED, "no7", kind("codes"), SOON, "wait", "CH-4", {"wait_for": "remittance"}),
    (ACCEPTED, "medicare", kind("result"), SOON, "wait", "CH-4", {"frequency_code": None}),
    (ACCEPTED, "commercial", kind("no_billable_line"), SOON, "void", "CH-10",
     {"frequency_code": "8"}),
    (ACCEPTED, "commercial", kind("duplicate_sent"), SOON, "void", "CH-10", {}),
    (ACCEPTED, "commercial", kind("patient"), SOON, "void_and_new_claim", "CH-10",
     {"frequency_code": "8", "payer_control_number_needed": True}),
    (ACCEPTED, "commercial", kind("payer"), SOON, "void_and_new_claim", "CH-10", NOT_OWED),
    (ACCEPTED, "commercial", kind("dispute"), SOON, "wait", "CH-4", {}),
    (ACCEPTED, "commercial", kind("secondary_payer"), SOON, "wait", "CH-11", {}),
    (at("accepted_payer"), "commercial", kind("codes"), SOON, "wait", "CH-5", NEEDS),
    (at("pended"), "commercial", kind("no_billable_line"), SOON, "wait", "CH-5", NEEDS),
    # CH-6: one request at a time
    ({**ACCEPTED, "pending_replacement": True}, "commercial", kind("codes"), SOON, "wait", "CH-6",
     {}),
    ({**PAID, "pending_replacement": True}, "commercial", kind("codes", **LOWER), SOON, "wait",
     "CH-6", OWED),
    ({**DENIED, "pending_replacement": True}, "commercial", kind("dispute"), SOON, "wait", "CH-6",
     NOT_OWED),
    ({**DENIED, "state": "appealed"}, "commercial", kind("codes"), SOON, "wait", "CH-6", {}),
    ({**DENIED, "state": "appealed"}, "medicare", kind("dispute"), SOON, "wait", "CH-6", {}),
    # CH-7: decided by a payer that takes replacements
    (PAID, "commercial", kind("result"), SOON, "replace", "CH-7", {**WHOLE_7, **CORRECTED}),
    ({**PAID, "state": "partly_paid"}, "commercial", kind("codes"), SOON, "replace", "CH-7",
     WHOLE_7),
    (DENIED, "commercial", kind("codes"), SOON, "replace", "CH-7", {**WHOLE_7, **NOT_OWED}),
    (PAID, "commercial", kind("result", **HIGHER), SOON, "replace", "CH-7", NOT_OWED),
    (PAID, "commercial", kind("result", **LOWER), SOON, "replace", "CH-7", {**WHOLE_7, **OWED}),
    (PAID, "commercial", kind("codes", **EQUAL), SOON, "replace", "CH-7", NOT_OWED),
    (DENIED, "commercial", kind("result", **LOWER), SOON, "replace", "CH-7", NOT_OWED),
    (PAID, "bare", kind("codes"), SOON, "replace", "CH-7", {"due_on": None}),
    (PAID, "commercial", kind("result"), "2026-09-28", "replace", "CH-7", CORRECTED),
    (NO_NUMBER, "commercial", kind("codes"), SOON, "wait", "CH-5", NEEDS),
    (NO_NUMBER, "commercial", kind("codes", **LOWER), SOON, "wait", "CH-5", OWED),
    (DENIED, "commercial", kind("dispute"), SOON, "appeal", "CH-7",
     {"frequency_code": None, "whole_claim": False, **CORRECTED}),
    ({**PAID, "state": "partly_paid"}, "no7", kind("dispute"), SOON, "appeal", "CH-7",
     {"due_on": "2026-05-31"}),
    (DENIED, "advantage", kind("dispute"), SOON, "appeal", "CH-7", {"due_on": "2026-05-31"}),
    (DENIED, "bare", kind("dispute"), SOON, "appeal", "CH-7", {"due_on": None}),
    (DENIED, "commercial", kind("dispute"), LATE, "review", "CH-7", {}),
    (PAID, "no7", kind("codes", **HIGHER), SOON, "review", "CH-7", {}),
    # the first filing limit of an original closes no window for a correction nobody limited
    (PAID, "advantage", kind("codes"), LATER, "replace", "CH-7", {"due_on": None}),
    # CH-8: Medicare Part B
    (PAID, "medicare", kind("result"), SOON, "reopening", "CH-8",
     {"frequency_code": None, "payer_control_number_needed": False, **REOPEN}),
    ({**PAID, "state": "partly_paid"}, "medicare", kind("codes", **HIGHER), SOON, "reopening",
     "CH-8", NOT_OWED),
    (PAID, "medicare", kind("codes", **LOWER), SOON, "reopening", "CH-8", OWED),
    (DENIED, "medicare", kind("codes"), SOON, "reopening", "CH-8", NOT_OWED),
    (PAID, "medicare", kind("codes"), "2027-04-01", "reopening", "CH-8", REOPEN),
    (DENIED, "medicare", kind("dispute"), SOON, "appeal", "CH-8", {"due_on": "2026-07-30"}),
    (DENIED, "medicare", kind("dispute"), "2026-07-31", "review", "CH-8", {}),
    # CH-9: unprocessable
    ({**DENIED, "unprocessable": True}, "medicare", kind("codes"), SOON, "new_claim", "CH-9",
     {"frequency_code": "1", **YEAR}),
    ({**DENIED, "unprocessable": True}, "medicare", kind("dispute"), SOON, "new_claim", "CH-9",
     {"frequency_code": "1"}),
    ({**DENIED, "unprocessable": True}, "commercial", kind("codes"), SOON, "new_claim", "CH-9",
     {"payer_control_number_needed": False}),
    ({**DENIED, "unprocessable": True}, "medicare", kind("no_billable_line"), SOON, "none", "CH-9",
     {}),
    # CH-10: wrong patient or payer, duplicate, not rendered
    (PAID, "commercial", kind("patient"), SOON, "void_and_new_claim", "CH-10",
     {"frequency_code": "8", "payer_control_number_needed": True, **OWED}),
    (PAID, "commercial", kind("payer", codes_change=False), SOON, "void_and_new_claim", "CH-10",
     OWED),
    (PAID, "commercial", kind("duplicate_sent"), SOON, "void", "CH-10", OWED),
    (PAID, "commercial", kind("no_billable_line"), SOON, "void", "CH-10", OWED),
    (DENIED, "commercial", kind("no_billable_line"), SOON, "void", "CH-10", NOT_OWED),
    (NO_NUMBER, "commercial", kind("patient"), SOON, "wait", "CH-5", {**NEEDS, **OWED}),
    (PAID, "medicare", kind("patient"), SOON, "refund", "CH-10", {"frequency_code": None, **OWED}),
    (PAID, "medicare", kind("duplicate_sent"), SOON, "refund", "CH-10", OWED),
    (PAID, "no7", kind("no_billable_line"), SOON, "refund", "CH-10", OWED),
    (DENIED, "medicare", kind("patient"), SOON, "new_claim", "CH-10", YEAR),
    (DENIED, "medicare", kind("no_billable_line"), SOON, "none", "CH-10", NOT_OWED),
    # CH-11: a secondary payer appears
    (PAID, "commercial", kind("secondary_payer"), SOON, "new_claim", "CH-11",
     {"frequency_code": "1", "payer_control_number_needed": False}),
    (DENIED, "medicare", kind("secondary_payer"), SOON, "new_claim", "CH-11", NOT_OWED),
    # CH-12: the window is over
    (PAID, "commercial", kind("result", **LOWER), LATE, "refund", "CH-12", OWED),
    (PAID, "commercial", kind("result", **HIGHER), LATE, "none", "CH-12", NOT_OWED),
    (PAID, "commercial", kind("result", **EQUAL), LATE, "none", "CH-12", NOT_OWED),
    (PAID, "commercial", kind("result"), LATE, "review", "CH-12", {}),
    (DENIED, "commercial", kind("codes", **HIGHER), LATE, "none", "CH-12", {}),
    (PAID, "medicare", kind("result", **LOWER), LATER, "refund", "CH-12", OWED),
    (PAID, "medicare", kind("result", **LOWER), LATE, "reopening", "CH-8", OWED),
    (PAID, "no7", kind("codes", **LOWER), SOON, "refund", "CH-12", OWED),
    (PAID, "commercial", kind("paid_twice"), SOON, "refund", "CH-12", OWED),
    (PAID, "medicare", kind("paid_twice"), LATER, "refund", "CH-12", OWED),
    (ACCEPTED, "commercial", kind("paid_twice"), SOON, "review", "CH-4", NOT_OWED),
    # CH-13: nothing that would be sent changes
    (PAID, "commercial", kind("result", codes_change=False), SOON, "none", "CH-13", NOT_OWED),
    (at("held"), "commercial", kind("result", codes_change=False), SOON, "none", "CH-13", {}),
    (at("sent"), "medicare", kind("codes", codes_change=False), SOON, "none", "CH-13", {}),
    # CH-16, CH-17
    ({**PAID, "state": "replaced"}, "commercial", kind("codes"), SOON, "none", "CH-16", NOT_OWED),
    ({**PAID, "state": "replaced"}, "commercial", kind("dispute"), SOON, "none", "CH-16", {}),
    (at("voided", payer_control_number="ICN9"), "commercial", kind("result"), SOON, "new_claim",
     "CH-17", {"frequency_code": "1", "payer_control_number_needed": False}),
    (at("withdrawn"), "commercial", kind("codes"), SOON, "new_claim", "CH-17", FILING),
    (at("withdrawn"), "commercial", kind("no_billable_line"), SOON, "none", "CH-17", {}),
    (at("voided"), "commercial", kind("dispute"), SOON, "review", "CH-17", {}),
    # CH-18: closed is as paid while a window is open
    ({**PAID, "state": "closed"}, "commercial", kind("result", **LOWER), SOON, "replace", "CH-18",
     {**WHOLE_7, **OWED}),
    ({**PAID, "state": "closed"}, "commercial", kind("result", **HIGHER), SOON, "replace", "CH-18",
     NOT_OWED),
    ({**PAID, "state": "closed"}, "medicare", kind("codes"), SOON, "reopening", "CH-18", REOPEN),
    ({**PAID, "state": "closed"}, "commercial", kind("result", **LOWER), LATE, "refund", "CH-18",
     OWED),
    ({**PAID, "state": "closed"}, "commercial", kind("result", **HIGHER), LATE, "none", "CH-18",
     NOT_OWED),
    ({**PAID, "state": "closed"}, "commercial", kind("patient"), LATE, "refund", "CH-18", OWED),
    ({**PAID, "state": "closed"}, "commercial", kind("dispute"), SOON, "review", "CH-18", {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "payer", "change", "as_of", "action", "rule", "more"),
    ROWS,
    ids=[f"{row[5]}-{row[2]['kind']}-{n}" for n, row in enumerate(ROWS)],
)
def test_what_a_change_asks_for(
    claim: dict[str, Any],
    payer: str,
    change: dict[str, Any],
    as_of: str,
    action: str,
    rule: str,
    more: dict[str, Any],
):
    asked = ChangeToPreview.model_validate(
        {
            "claim": {**CLAIM, **claim},
            "payer": PAYERS[payer],
            "change": {**CHANGE, **change},
            "as_of": as_of,
        }
    )
    answer = preview_change(asked).model_dump(mode="json")
    expected = {"action": action, "rule": rule, **more}
    assert {name: answer[name] for name in expected} == expected
    assert answer["says"] and answer["source"]
    assert (action == "wait") == (answer["wait_for"] is not None)


def test_an_original_after_a_rejected_original_is_never_seven_and_a_replacement_never_one():
    for change in ("result", "codes", "patient", "payer", "no_billable_line", "dispute"):
        for payer in PAYERS.values():
            for number in (None, "ICN9"):
                for frequency in ("1", "7", "8"):
                    claim = {
                        **CLAIM, "state": "rejected", "frequency_code": frequency,
                        "payer_control_number": number,
                    }  # fmt: skip
                    asked = {
                        "claim": claim, "payer": payer, "as_of": SOON,
                        "change": {**CHANGE, "kind": change},
                    }  # fmt: skip
                    sent = preview_change(ChangeToPreview.model_validate(asked)).frequency_code
                    allowed = {"1", None} if frequency == "1" else {"7", "8", None}
                    assert sent in allowed
