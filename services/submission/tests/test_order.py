"""Any order and repetition of a case's events leaves the same claim."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from services.submission.domain.claim import Case, first_case
from services.submission.domain.commands import References
from services.submission.domain.profile import Profiles
from services.submission.handlers import HANDLERS
from services.submission.tests.support import (
    BENIGN,
    CASE,
    CLAIM,
    MALIGNANT,
    NOW,
    PAYER_PROFILE,
    PRACTICE,
    PRACTICE_PROFILE,
    VISIT,
    coded,
    documented,
)
from services.submission.wire.profiles import PayerDocument, PracticeDocument
from shared.bus.errors import NotYet
from shared.bus.stage import Heard
from shared.contracts.documents.visit import Visit
from shared.contracts.event import Event
from shared.contracts.visit_classified import CoverageSummary, VisitClassified
from shared.kernel.ids import derived_id

REFERENCES = References(
    {
        PRACTICE: Profiles(
            PracticeDocument.model_validate(PRACTICE_PROFILE).value(),
            {"60054": PayerDocument.model_validate(PAYER_PROFILE).value("60054")},
        )
    }
)


def visit() -> VisitClassified:
    read = Visit.model_validate(VISIT)
    return VisitClassified(
        case_id=CASE,
        practice_id=PRACTICE,
        occurred_at=NOW,
        visit_id=read.visit_id,
        status="arrived",
        scheduled_at=read.scheduled_at,
        rendering_provider=read.rendering_provider,
        classification="medical",
        coverage=CoverageSummary(payer_id="60054", payer_name="Plan", program="commercial"),
        coverage_known=True,
        subject="sealed",
    )


def told(events: list[Event]) -> Case:
    """The case after these events; one that must wait is tried again after each other."""
    case, waiting = first_case(CASE, PRACTICE), list(events)
    for _ in range(len(events) + 1):
        later: list[Event] = []
        for event in waiting:
            heard = Heard(event, derived_id(event.topic, event.model_dump_json()), 1)
            try:
                case = HANDLERS[type(event)](case, heard, NOW, REFERENCES).state
            except NotYet:
                later.append(event)
        waiting = later
    assert not waiting
    return case


def shape(case: Case) -> list[tuple]:
    return [
        (each.version, each.state, each.frequency_code, each.coded.lines, each.hold)
        for each in case.claims[CLAIM].versions
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_visit_encounter_and_claim_in_any_order(order: tuple[int, ...]):
    events = [visit(), documented(), coded(BENIGN)]
    expected = shape(told(events))
    assert [each[1] for each in expected] == ["ready"]
    arranged = [events[place] for place in order]
    assert shape(told(arranged)) == expected
    assert shape(told([each for each in arranged for _ in range(2)])) == expected


def test_an_older_version_or_visit_that_comes_late_changes_nothing():
    first, second = coded(BENIGN), coded(MALIGNANT, version=2)
    case = told([visit(), documented(), second, first])
    assert [each[0] for each in shape(case)] == [2]
    old = visit().model_copy(
        update={"occurred_at": datetime(2026, 1, 1, tzinfo=UTC), "coverage": None}
    )
    assert shape(told([visit(), documented(), second, old])) == shape(case)
