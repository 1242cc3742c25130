"""However results come, in any order and as often, the outcome for the claim is the same."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.pathology.domain.case import Case, Decided, Specimen
from services.pathology.domain.commands import (
    Known,
    MatchResult,
    MergePatient,
    RecordResult,
    References,
    SettleResult,
    UnmatchResult,
)
from services.pathology.domain.report import Report
from services.pathology.handlers.clinic import on_merge_patient, on_visit_classified
from services.pathology.handlers.results import (
    on_match_result,
    on_record_result,
    on_settle_result,
    on_unmatch_result,
)
from shared.bus.stage import Asked, Heard
from shared.clinical.reports import read
from shared.contracts.visit_classified import VisitClassified
from shared.kernel.refused import Refused

CASE = UUID(int=1)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
SPECIMEN = Specimen("S-1", "E-1", NOW, "L1", "P1", "back")
OTHER = Specimen("S-2", "E-1", NOW, "L2", "P2", "chest")
START = Case(CASE, "prairie", mrn="M-1", encounters=(("E-1", 1),), specimens=(SPECIMEN, OTHER))
NEVUS, MELANOMA, UNSURE = TEXTS = (
    "Melanocytic nevus.",
    "Melanoma in situ.",
    "Consistent with melanoma.",
)


def report(number: int, status: str, words: str, hour: int, **facts) -> Report:
    stated = {
        "result_id": f"R-{number}",
        "accession": "A-1",
        "lab_id": "LAB1",
        "status": status,
        "reported_at": NOW - timedelta(days=5) + timedelta(hours=hour),
        "reading": read(words),
        "sealed_text": "",
        "document_hash": f"{number}|{status}|{words}|{hour}",
        "content_hash": f"{status}|{words}",
        "received_at": NOW,
        "specimen_id": "S-1",
        "mrn": "M-1",
    }
    return Report(**{**stated, **facts})


def record(case: Case, *reports: Report) -> tuple[Case, list]:
    events = []
    for each in reports:
        decision = on_record_result(case, Asked(RecordResult(each)), NOW, References({}))
        case = decision.state
        events += decision.emit
    return case, events


def waiting(*reports: Report) -> References:
    return References({"prairie": Known(waiting=reports)})


def settled(case: Case, result_id: str, decided: Decided) -> tuple[Case, list]:
    asked = Asked(SettleResult(result_id, decided), actor="coder")
    decision = on_settle_result(case, asked, NOW, References({}))
    return decision.state, list(decision.emit)


STATUSES = st.sampled_from(
    ["preliminary", "final", "corrected", "cancelled", "retracted", "unknown"]
)
REPORTS = st.lists(
    st.tuples(STATUSES, st.sampled_from(TEXTS), st.integers(0, 3)), min_size=1, max_size=5
).map(lambda drawn: [report(n, *each) for n, each in enumerate(drawn)])


def outcome(events: list):
    if not events:
        return None
    last = events[-1]
    return (last.result.status, last.behavior, last.icd10, last.margins, last.interpretation)


@settings(deadline=None)
@given(REPORTS, st.randoms(use_true_random=False))
def test_order_and_repeats_change_nothing(reports, random):
    shuffled = reports + random.choices(reports, k=len(reports))
    random.shuffle(shuffled)
    _, straight = record(START, *reports)
    _, mixed = record(START, *shuffled)
    assert outcome(straight) == outcome(mixed)


@settings(deadline=None)
@given(REPORTS)
def test_revisions_are_gapless_and_every_one_is_news(reports):
    _, events = record(START, *reports)
    assert [each.revision for each in events] == list(range(1, len(events) + 1))
    for before, after in itertools.pairwise(events):
        assert after.supersedes == before.result.result_id
        assert after.prior_status == before.result.status
        changed = (before.behavior, before.icd10, before.margins) != (
            after.behavior,
            after.icd10,
            after.margins,
        )
        assert after.material_change == changed


FINAL = report(1, "final", NEVUS, 1)


@pytest.mark.parametrize(
    ("reports", "told"),
    [
        pytest.param([FINAL], [("final", "D22.5")], id="final: use"),
        pytest.param([report(0, "preliminary", NEVUS, 0)], [], id="preliminary: hold"),
        pytest.param(
            [FINAL, report(2, "preliminary", MELANOMA, 2)],
            [("final", "D22.5")],
            id="P after F does nothing",
        ),
        pytest.param(
            [FINAL, report(2, "corrected", MELANOMA, 2)],
            [("final", "D22.5"), ("corrected", "D03.59")],
            id="corrected: a new revision",
        ),
        pytest.param(
            [report(2, "corrected", MELANOMA, 2), FINAL],
            [("corrected", "D03.59")],
            id="an older one is never applied",
        ),
        pytest.param(
            [FINAL, report(2, "final", MELANOMA, 2)],
            [("final", "D22.5"), ("final", "D03.59")],
            id="a second final with different content is a revision",
        ),
        pytest.param(
            [FINAL, report(2, "final", NEVUS, 2)],
            [("final", "D22.5")],
            id="the same content says nothing",
        ),
        pytest.param(
            [FINAL, report(2, "retracted", NEVUS, 2)],
            [("final", "D22.5"), ("retracted", None)],
            id="retracted under another id: reverse",
        ),
        pytest.param(
            [FINAL, report(2, "retracted", "", 2, specimen_id=None)],
            [("final", "D22.5"), ("retracted", None)],
            id="retracted by its accession alone",
        ),
        pytest.param(
            [report(2, "retracted", NEVUS, 2), FINAL],
            [("retracted", None)],
            id="late news of a retracted one",
        ),
        pytest.param(
            [report(1, "cancelled", "", 1)], [("cancelled", None)], id="cancelled: a person"
        ),
        pytest.param([report(1, "unknown", NEVUS, 1)], [("unknown", None)], id="unknown: review"),
        pytest.param(
            [report(1, "final", "No tissue identified.", 1)],
            [("final", None)],
            id="no tissue: a person",
        ),
        pytest.param(
            [report(0, "preliminary", MELANOMA, 0), report(1, "final", "", 1, bare=True)],
            [("final", "D03.59")],
            id="U carries no text: the stored preliminary becomes final",
        ),
        pytest.param(
            [report(1, "final", "", 1, bare=True), report(0, "preliminary", MELANOMA, 0)],
            [("final", None), ("final", "D03.59")],
            id="and so it does when it comes first",
        ),
        pytest.param(
            [
                report(1, "final", NEVUS, 1, sent_at=NOW),
                report(2, "final", MELANOMA, 1, sent_at=NOW - timedelta(hours=1)),
            ],
            [("final", "D22.5")],
            id="at one status time the later message counts",
        ),
        pytest.param(
            [
                report(1, "final", NEVUS, 1),
                report(2, "final", MELANOMA, 1, received_at=NOW + timedelta(hours=1)),
            ],
            [("final", "D22.5"), ("final", "D03.59")],
            id="then the later arrival",
        ),
        pytest.param(
            [report(1, "final", NEVUS, 1, part="A"), report(2, "corrected", MELANOMA, 2, part="1")],
            [("final", "D22.5"), ("corrected", "D03.59")],
            id="a relabelled part continues its series",
        ),
    ],
)
def test_status_and_revisions(reports, told):
    _, events = record(START, *reports)
    assert [(each.result.status, each.icd10) for each in events] == told


def test_an_addendum_with_the_same_meaning_is_a_revision_without_material_change():
    _, events = record(START, FINAL, report(2, "corrected", NEVUS, 2))
    assert [(each.revision, each.material_change) for each in events] == [(1, True), (2, False)]


@pytest.mark.parametrize(
    ("before", "after", "material"),
    [
        ({}, {}, False),
        ({"margins": "clear"}, {"margins": "involved"}, True),
        ({"site": "upper back"}, {"site": "back"}, True),
        ({"reading": read(UNSURE)}, {}, True),
    ],
)
def test_what_is_material(before, after, material):
    first = replace(FINAL, **before)
    second = replace(report(2, "corrected", NEVUS, 2), **after)
    _, events = record(START, first, second)
    assert events[1].material_change == material


def test_a_whole_accession_taken_back_reverses_every_part():
    second = report(2, "final", MELANOMA, 1, part="B", specimen_id="S-2")
    back = report(3, "retracted", "", 2, specimen_id=None)
    _, events = record(START, replace(FINAL, part="A"), second, back)
    assert [
        (each.match.specimen_id, each.result.part, each.result.status) for each in events[2:]
    ] == [
        ("S-1", "A", "retracted"),
        ("S-2", "B", "retracted"),
    ]


def test_a_part_split_off_by_the_lab_is_a_series_of_its_own_once_a_person_says_so():
    case, _ = record(START, replace(FINAL, part="A"))
    split = report(2, "final", MELANOMA, 2, part="B")
    asked = Asked(MatchResult("R-2", "S-1"))
    (event,) = on_match_result(case, asked, NOW, waiting(split)).emit
    assert (event.revision, event.supersedes, event.result.part) == (1, None, "B")


def test_one_report_on_merged_parts_serves_every_specimen_a_person_names():
    merged = report(1, "final", NEVUS, 1, part="A, B", specimen_id=None)
    asked = Asked(MatchResult("R-1", "S-1", ("S-2",)))
    events = on_match_result(START, asked, NOW, waiting(merged)).emit
    assert [each.match.specimen_id for each in events] == ["S-1", "S-2"]
    with pytest.raises(Refused) as refused:
        on_match_result(START, Asked(MatchResult("R-1", "S-1", ("S-9",))), NOW, waiting(merged))
    assert refused.value.field == "/also/0"


def test_a_wrong_match_taken_back_is_reversed_and_not_made_again_by_rule():
    case, _ = record(START, FINAL, report(2, "corrected", MELANOMA, 2))
    decision = on_unmatch_result(case, Asked(UnmatchResult("R-2")), NOW, References({}))
    assert [(each.result.status, each.icd10, each.revision) for each in decision.emit] == [
        ("retracted", None, 3),
        ("final", "D22.5", 4),
    ]
    alone = on_unmatch_result(decision.state, Asked(UnmatchResult("R-1")), NOW, References({}))
    assert [each.result.status for each in alone.emit] == ["retracted"]
    _, again = record(alone.state, FINAL)
    assert again == []
    by_hand = on_match_result(alone.state, Asked(MatchResult("R-1", "S-1")), NOW, waiting(FINAL))
    assert [(each.icd10, each.revision) for each in by_hand.emit] == [("D22.5", 6)]


MALIGNANT = Decided("malignant", "melanoma", "C43.59", "clear")


def test_what_a_person_decides_is_told_as_a_revision_and_kept():
    case, _ = record(START, report(1, "final", UNSURE, 1))
    case, (event,) = settled(case, "R-1", MALIGNANT)
    assert (event.behavior, event.icd10, event.margins) == ("malignant", "C43.59", "clear")
    assert (event.interpretation.decision, event.interpretation.confirmed) == ("person", True)
    assert (event.revision, event.supersedes, event.material_change) == (2, "R-1", True)
    assert [(each.actor, each.at) for each in case.settlements] == [("coder", NOW)]
    _, again = settled(case, "R-1", MALIGNANT)
    assert again == []


def test_the_same_content_again_stays_decided_and_another_opens_the_question():
    case, _ = record(START, report(1, "final", UNSURE, 1))
    case, _ = settled(case, "R-1", MALIGNANT)
    case, again = record(case, report(2, "final", UNSURE, 2))
    assert again == []
    _, (event,) = record(case, report(3, "corrected", UNSURE, 3))
    assert (event.interpretation.decision, event.icd10) == ("review", None)


@pytest.mark.parametrize(
    ("reports", "result_id", "decided", "code"),
    [
        ([FINAL], "R-9", MALIGNANT, "result-superseded"),
        ([FINAL, report(2, "corrected", UNSURE, 2)], "R-1", MALIGNANT, "result-superseded"),
        ([report(1, "preliminary", NEVUS, 1)], "R-1", MALIGNANT, "result-superseded"),
        ([report(1, "cancelled", NEVUS, 1)], "R-1", MALIGNANT, "nothing-to-decide"),
        ([report(1, "retracted", NEVUS, 1)], "R-1", MALIGNANT, "nothing-to-decide"),
        ([FINAL], "R-1", replace(MALIGNANT, behavior="benign"), "behavior-conflict"),
    ],
)
def test_what_cannot_be_decided(reports, result_id, decided, code):
    case, _ = record(START, *reports)
    with pytest.raises(Refused) as refused:
        settled(case, result_id, decided)
    assert refused.value.code == code


def test_a_status_that_was_not_understood_is_what_a_person_takes_it_for():
    case, _ = record(START, report(1, "unknown", NEVUS, 1))
    _, (event,) = settled(
        case, "R-1", Decided("benign", None, "D22.5", "not_reported", "corrected")
    )
    assert (event.result.status, event.icd10) == ("corrected", "D22.5")


@pytest.mark.parametrize(
    ("lab_says", "visit_says", "billed_by"),
    [
        ("lab", "unknown", "lab"),
        ("practice", "unknown", "practice"),
        (None, "practice", "practice"),
        (None, "lab", "lab"),
        (None, "unknown", None),
        ("practice", "lab", "lab"),
        ("lab", "practice", "lab"),
    ],
)
def test_who_bills_the_reading(lab_says, visit_says, billed_by):
    case, events = record(START, replace(FINAL, billed_by=lab_says))
    heard = VisitClassified.model_construct(pathology_billed_by=visit_says)
    events += on_visit_classified(case, Heard(heard, CASE, 1), NOW, References({})).emit
    assert events[-1].result.billed_by == billed_by
    assert not events[-1].material_change or len(events) == 1


def test_a_merged_patient_finds_the_results_under_either_number():
    old = replace(FINAL, mrn="M-0")
    asked = Asked(MergePatient("M-1", "M-0"))
    decision = on_merge_patient(START, asked, NOW, waiting(old))
    assert decision.state.mrn == "M-0"
    assert [each.icd10 for each in decision.emit] == ["D22.5"]
