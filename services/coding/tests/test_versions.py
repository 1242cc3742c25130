"""Frequency codes: what the payer has decides how a change is told."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.coding.domain.case import Answer, Case, Documented
from services.coding.domain.claim import Frequency, Version
from services.coding.domain.facts import Facts
from services.coding.domain.references import Tables
from services.coding.domain.rulebook import code
from services.coding.wire import Preview, preview_facts

CLAIM = "CL-1"
AT = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)


@pytest.fixture
def facts(write: Any) -> Facts:
    asked = Preview.model_validate({"encounter": write.example("4-encounter")})
    return preview_facts(asked, {})


def case_of(facts: Facts, tables: Tables, frequencies: tuple[Frequency, ...]) -> Case:
    claim = code(facts, tables, facts.day)
    case = Case(UUID(int=1), "prairie", encounters={"E": Documented(facts.encounter, 1)})
    for number, frequency in enumerate(frequencies, start=1):
        case = case.with_claim("E", Version(CLAIM, number, frequency, claim, ()))
    return case


def answer(version: int, accepted: bool, hours: int = 0) -> Answer:
    return Answer(CLAIM, version, accepted, AT + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("frequencies", "answers", "expected"),
    [
        pytest.param((), [], "1", id="nothing was told yet"),
        pytest.param(("1",), [], "1", id="no answer of the payer"),
        pytest.param(("1",), [answer(1, True)], "7", id="the payer has it"),
        pytest.param(("1",), [answer(1, False)], "1", id="rejected original: an original again"),
        pytest.param(
            ("1",),
            [answer(1, True), answer(1, False, 1)],
            "1",
            id="rejected after its acceptance",
        ),
        pytest.param(
            ("1",),
            [answer(1, True, 1), answer(1, False)],
            "7",
            id="accepted after a rejection: reprocessed",
        ),
        pytest.param(
            ("1", "7"),
            [answer(1, True), answer(2, False)],
            "7",
            id="a rejected replacement leaves the first standing",
        ),
        pytest.param(
            ("1", "8"), [answer(1, True), answer(2, True)], "1", id="voided: a new original"
        ),
    ],
)
def test_frequency(
    facts: Facts,
    tables: Tables,
    frequencies: tuple[Frequency, ...],
    answers: list[Answer],
    expected: str,
) -> None:
    case = case_of(facts, tables, frequencies)
    for each in answers:
        case = case.with_answer(each)
    assert case.frequency("E", code(facts, tables, facts.day)) == expected


def test_nothing_billable_left_of_an_accepted_claim_is_a_void(
    write: Any, facts: Facts, tables: Tables
) -> None:
    case = case_of(facts, tables, ("1",)).with_answer(answer(1, True))
    body = write.example("4-encounter")
    body["procedures"] = [each for each in body["procedures"] if each["kind"] == "cosmetic"]
    left = preview_facts(Preview.model_validate({"encounter": body}), {})
    claim = code(left, tables, left.day)
    assert claim.status == "patient_pay"
    assert case.frequency("E", claim) == "8"


def test_a_claim_in_review_without_lines_voids_nothing(
    write: Any, facts: Facts, tables: Tables
) -> None:
    case = case_of(facts, tables, ("1",)).with_answer(answer(1, True))
    body = write.example("4-encounter")
    body["procedures"] = [{"procedure_id": "P1", "kind": "destruction", "lesion_class": "benign"}]
    left = preview_facts(Preview.model_validate({"encounter": body}), {})
    claim = code(left, tables, left.day)
    assert (claim.status, claim.lines) == ("needs_review", ())
    assert case.frequency("E", claim) == "7"
