"""However results come, in any order and as often, the outcome for the claim is the same."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.pathology.domain.case import Case, Specimen
from services.pathology.domain.commands import RecordResult, References
from services.pathology.domain.report import Report
from services.pathology.handlers.results import on_record_result
from shared.bus.stage import Asked
from shared.clinical.reports import read

CASE = UUID(int=1)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
SPECIMEN = Specimen("S-1", "E-1", NOW, "L1", "P1", "back")
START = Case(CASE, "prairie", mrn="M-1", encounters=(("E-1", 1),), specimens=(SPECIMEN,))
TEXTS = ("Melanocytic nevus.", "Melanoma in situ.", "Consistent with melanoma.")


def report(number: int, status: str, words: str, hour: int) -> Report:
    return Report(
        result_id=f"R-{number}",
        accession="A-1",
        lab_id="LAB1",
        status=status,
        reported_at=NOW - timedelta(days=5) + timedelta(hours=hour),
        reading=read(words),
        sealed_text="",
        document_hash=f"{number}|{status}|{words}|{hour}",
        content_hash=f"{status}|{words}",
        received_at=NOW,
        specimen_id="S-1",
        mrn="M-1",
    )


def record(case: Case, *reports: Report) -> tuple[Case, list]:
    events = []
    for each in reports:
        decision = on_record_result(case, Asked(RecordResult(each)), NOW, References({}))
        case = decision.state
        events += decision.emit
    return case, events


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


def test_the_same_content_under_another_id_says_nothing():
    _, events = record(START, report(1, "final", TEXTS[0], 0), report(2, "final", TEXTS[0], 1))
    assert len(events) == 1


def test_an_addendum_with_the_same_meaning_is_a_revision_without_material_change():
    _, events = record(START, report(1, "final", TEXTS[0], 0), report(2, "corrected", TEXTS[0], 1))
    assert [(each.revision, each.material_change) for each in events] == [(1, True), (2, False)]
