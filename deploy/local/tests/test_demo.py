"""The demo's arithmetic and its words; the play itself needs a stack and minutes."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local.demo_figures import Figures, Recoded, _check, _codes, _row
from deploy.local.demo_report import report
from deploy.local.demo_watch import Clinic

CLAIM = {"claim_id": "CL1", "case_id": "C1", "status": "ready"}


@pytest.mark.parametrize(
    ("visit", "claims", "received", "row"),
    [
        ("booked", [CLAIM], {"CL1"}, "billed"),
        ("booked", [CLAIM | {"status": "needs_review"}], {"CL1"}, "billed"),
        ("booked", [CLAIM], set(), "waiting"),
        ("booked", [CLAIM | {"status": "held"}], set(), "held"),
        ("booked", [CLAIM | {"status": "needs_review"}], set(), "in_review"),
        ("booked", [CLAIM | {"status": "patient_pay"}], set(), "patient_pay"),
        ("booked", [CLAIM | {"status": "no_charge"}], set(), "no_charge"),
        ("booked", [], set(), "waiting"),
        ("cancelled", [], set(), "cancelled"),
        ("no_show", [], set(), "cancelled"),
    ],
)
def test_every_visit_has_one_row_in_the_books(visit, claims, received, row):
    assert _row({"status": visit}, claims, received) == row


class Sent:
    def __init__(self):
        self.scenes, self.refused, self.finished = {"V-1": "acne"}, {}, True


def told(**books):
    rows = ("billed", "patient_pay", "no_charge", "held", "in_review", "waiting", "cancelled")
    return {"books": {row: books.get(row, 0) for row in rows} | {"adds_up": True}}


def figures(**facts):
    made = Figures(visits=1, **facts)
    made.books["billed"] = 1
    return made


def test_the_books_close_when_everything_agrees():
    one = figures()
    _check(one, told(billed=1), Sent())
    assert one.books_close


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: one.books.clear(), "of 1 visits 0 stand in the books"),
        (lambda one: setattr(one, "payers_paid", Decimal("5.00")), "payers paid 5.00"),
    ],
)
def test_what_does_not_agree_keeps_them_open(change, says):
    one = figures()
    change(one)
    _check(one, told(billed=1), Sent())
    assert not one.books_close
    assert any(says in fault for fault in one.faults)


def test_operations_counting_otherwise_keeps_them_open():
    one = figures()
    _check(one, told(waiting=1), Sent())
    assert "operations counts otherwise" in one.faults[0]


def test_a_claim_is_shown_by_codes_units_and_diagnoses():
    lines = [
        {"code": "17000", "modifiers": ["59"], "units": 1},
        {"code": "17003", "modifiers": [], "units": 4},
    ]
    claim = {"lines": lines, "diagnoses": ["L57.0"]}
    assert _codes(claim) == "17000-59, 17003 x4 (L57.0)"


def test_the_clinic_is_read_line_by_line():
    class Process:
        stdout = io.StringIO(
            '{"plan": {"V-1": "acne"}, "steps": 2, "begins_at": "x", "ends_at": "y"}\n'
            '{"step": "visit", "visit_id": "V-1", "case_id": "C1", "at": "2026-03-02T09:00"}\n'
            '{"step": "encounter", "visit_id": "V-1", "case_id": "C1", "at": "2026-03-02T10:00"}\n'
            '{"posted": {"visit": 1}, "refused": {}}\n'
        )

    clinic = Clinic(Process())
    clinic.reader.join(5)
    assert clinic.sent == clinic.steps == 2
    assert clinic.cases == {"V-1": "C1"}
    assert clinic.finished


def test_the_report_shows_that_the_visits_add_up_and_what_was_recoded():
    one = figures(
        denials=[{"root_cause": "modifier_error", "denials": 2, "amount": "10.00"}],
        waits=[{"who": "lab", "on": "the result of specimen", "cases": 1}],
    )
    one.recoded.append(
        Recoded("CL1", "C1", "11402 (D22.5)", "11602 (D03.59)", Decimal(310), Decimal(460), "7")
    )
    out = io.StringIO()
    stack = {"urls": {"operations": "http://127.0.0.1:8000"}, "logs": "logs"}
    report(Console(file=out, width=120), one, 60.0, Path("home"), stack)
    text = out.getvalue()
    for words in ("together", "visits in", "11602 (D03.59)", "150.00", "modifier error", "lab"):
        assert words in text
    assert "The books close." in text
