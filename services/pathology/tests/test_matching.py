"""Matching, sentence by sentence of interop 5: which specimen, or why a person is asked."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.pathology.domain import parts
from services.pathology.domain.evidence import Candidate, Link, ranked
from services.pathology.domain.matching import Placed, match
from services.pathology.domain.orders import Order
from services.pathology.domain.people import Patient, People
from services.pathology.domain.report import Report
from shared.clinical.reports import read

NOW = datetime(2026, 3, 5, 20, tzinfo=UTC)
DAY = date(2026, 3, 2)
ONE, TWO = UUID(int=1), UUID(int=2)
READING = read("Melanocytic nevus.")


def report(**facts) -> Report:
    """A final report of LAB1 under A-1 for patient M1; it names no specimen."""
    stated = {
        "result_id": "R-1",
        "accession": "A-1",
        "lab_id": "LAB1",
        "status": "final",
        "reported_at": NOW,
        "reading": READING,
        "sealed_text": "",
        "document_hash": "d",
        "content_hash": "c",
        "received_at": NOW,
        "mrn": "M1",
        "collected_on": DAY,
    }
    return Report(**{**stated, **facts})


def specimen(specimen_id: str, **facts) -> Candidate:
    """A specimen of patient M1, of the back, to which nothing is attached."""
    stated = {
        "case_id": ONE,
        "encounter_id": "E1",
        "mrn": "M1",
        "site": "back",
        "laterality": None,
        "collected_on": DAY,
    }
    return Candidate(specimen_id=specimen_id, **{**stated, **facts})


def linked(specimen_id: str, part: str | None = None, **facts) -> Candidate:
    """The same with a report of LAB1 under A-1 attached."""
    link = Link("LAB1", "A-1", part, facts.pop("placer_order", None))
    return specimen(specimen_id, links=frozenset({link}), **facts)


def answer(asked: Report, *candidates: Candidate, people=(), orders=()) -> str:
    """`specimen by rule`, or why not."""
    placed = match(asked, candidates, People.of(people), orders)
    if isinstance(placed, Placed):
        return f"{'+'.join(placed.specimen_ids)} {placed.by}"
    return placed.why


A, B = specimen("S-A"), specimen("S-B", site="chest")
LEFT = specimen("S-L", site="forearm", laterality="left")
RIGHT = specimen("S-R", site="forearm", laterality="right")


@pytest.mark.parametrize(
    ("asked", "candidates", "expected"),
    [
        # 1. specimen id
        (report(specimen_id="S-A"), [A, B], "S-A specimen"),
        (report(specimen_id="S-A", mrn="M2"), [A], "patient-disagrees"),
        (report(specimen_id="S-A", mrn=None), [A], "patient-not-stated"),
        (report(specimen_id="S-X", site="back"), [A], "specimen-unknown"),
        (report(lab_specimen_ids=("S-A", "L77")), [A, B], "S-A specimen"),
        (report(lab_specimen_ids=("L77",), site="back"), [A, B], "S-A patient_and_site"),
        (report(specimen_id="S-A", site="scalp"), [A], "site-conflict"),
        (report(specimen_id="S-L", laterality="right"), [LEFT], "side-conflict"),
        (
            report(specimen_id="S-A"),
            [A, specimen("S-A", case_id=TWO, mrn="M2")],
            "S-A specimen",
        ),
        (report(specimen_id="S-A"), [A, specimen("S-A", case_id=TWO)], "specimen-ambiguous"),
        # another accession for the same specimen is a second opinion
        (
            report(specimen_id="S-A", lab_id="LAB2", accession="Z"),
            [linked("S-A")],
            "second-opinion",
        ),
        (report(specimen_id="S-A", accession="Z"), [linked("S-A")], "second-opinion"),
        # parts: split by the lab, relabelled, merged
        (report(specimen_id="S-A", part="B"), [linked("S-A", "A")], "part-differs"),
        (report(specimen_id="S-A", part="1"), [linked("S-A", "A")], "S-A specimen"),
        (report(specimen_id="S-A", part="a."), [linked("S-A", "A")], "S-A specimen"),
        (report(specimen_id="S-A", part="A, B"), [A, B], "parts-merged"),
        # 3. an accession that is linked already
        (report(), [linked("S-A")], "S-A accession"),
        (report(mrn="M2"), [linked("S-A")], "patient-disagrees"),
        (report(part="B"), [linked("S-A", "A"), linked("S-B", "B")], "S-B accession"),
        (report(), [linked("S-A", "A"), linked("S-B", "B")], "accession-ambiguous"),
        (
            report(part="2", site="chest"),
            [linked("S-A", "A"), linked("S-B", "B", site="chest")],
            "S-B accession",
        ),
        (
            report(part="2", site="chest", parts=3),
            [linked("S-A", "A"), linked("S-B", "B", site="chest")],
            "accession-ambiguous",
        ),
        (report(part="2"), [linked("S-A", "A"), linked("S-B", "B")], "accession-ambiguous"),
        (report(part="B"), [linked("S-A", "A")], "part-unknown"),
        (report(part="B", site="chest"), [linked("S-A", "A"), B], "S-B patient_and_site"),
        # a lab takes back the whole accession
        (
            report(status="retracted"),
            [linked("S-A", "A"), linked("S-B", "B")],
            "S-A+S-B accession",
        ),
        (
            report(status="retracted", part="B"),
            [linked("S-A", "A"), linked("S-B", "B")],
            "S-B accession",
        ),
        # 4. record number, day, site and side, exactly one open specimen
        (report(site="back"), [A, B], "S-A patient_and_site"),
        (report(site="back", mrn=None), [A], "specimen-unknown"),
        (report(site="back", mrn="M2"), [A], "specimen-unknown"),
        (report(site="back", collected_on=date(2026, 3, 5)), [A], "S-A patient_and_site"),
        (report(site="back", collected_on=date(2026, 2, 27)), [A], "S-A patient_and_site"),
        (report(site="back", collected_on=date(2026, 3, 6)), [A], "specimen-unknown"),
        (report(site="back", collected_on=None), [A], "specimen-unknown"),
        (report(site="back"), [A, specimen("S-C", case_id=TWO)], "several-open-specimens"),
        (report(site="back", accession="A-2"), [linked("S-A")], "specimen-unknown"),
        (report(site="abdomen"), [A], "specimen-unknown"),
        (report(), [A], "specimen-unknown"),
        (report(site="forearm", laterality="left"), [LEFT, RIGHT], "S-L patient_and_site"),
        (report(site="forearm"), [LEFT], "specimen-unknown"),
        (report(site="nose"), [specimen("S-N", site="nose")], "S-N patient_and_site"),
        (report(site="back", parts=2), [A], "parts-differ"),
        (report(site="back", parts=2), [A, B], "S-A patient_and_site"),
        # neither a name nor an accession alone: two samples share 15SL-2 with different patients
        (report(accession="15SL-2", mrn="M2"), [A], "specimen-unknown"),
    ],
)
def test_matching(asked, candidates, expected):
    assert answer(asked, *candidates) == expected


ORDERED = (
    Order("O-1", "A", "S-A"),
    Order("O-1", "B", "S-B"),
)


@pytest.mark.parametrize(
    ("asked", "candidates", "orders", "expected"),
    [
        (report(placer_order="O-1", part="B"), [A, B], ORDERED, "S-B order"),
        (report(placer_order="O-1", part="B", mrn="M2"), [A, B], ORDERED, "patient-disagrees"),
        (report(placer_order="O-1"), [A, B], ORDERED, "order-ambiguous"),
        (report(placer_order="O-1", site="chest"), [A, B], ORDERED, "S-B order"),
        (report(placer_order="O-1", part="2", site="chest"), [A, B], ORDERED, "S-B order"),
        (report(placer_order="O-1", part="C"), [A, B], ORDERED, "order-ambiguous"),
        (report(placer_order="O-9", part="B"), [A, B], ORDERED, "specimen-unknown"),
        (report(placer_order="O-1"), [A], [Order("O-1", None, "S-A")], "S-A order"),
        (
            report(placer_order="O-1", site="scalp"),
            [A],
            [Order("O-1", None, "S-A")],
            "site-conflict",
        ),
        # an order that names no specimen tells site, side and day
        (
            report(placer_order="O-1", collected_on=None),
            [A, B],
            [Order("O-1", site="chest", collected_on=DAY)],
            "S-B patient_and_site",
        ),
        # an order number that came with an earlier result
        (report(placer_order="O-1"), [linked("S-A", placer_order="O-1")], (), "S-A order"),
    ],
)
def test_matching_by_order(asked, candidates, orders, expected):
    assert answer(asked, *candidates, orders=orders) == expected


KNOWN = Patient("M1", family="f-smith", born="b-1960")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"mrn": "M1"}, "S-A specimen"),
        ({"mrn": None, "family": "f-smith", "born": "b-1960"}, "S-A specimen"),
        ({"mrn": None, "family": "f-smith"}, "patient-not-stated"),
        ({"mrn": None, "born": "b-1960"}, "patient-not-stated"),
        ({"mrn": None, "family": "f-jones", "born": "b-1960"}, "patient-disagrees"),
        ({"mrn": None, "family": "f-smith", "born": "b-1961"}, "patient-disagrees"),
        # the number agrees, the person does not
        ({"mrn": "M1", "born": "b-1961"}, "patient-disagrees"),
        # people marry
        ({"mrn": "M1", "family": "f-jones", "born": "b-1960"}, "S-A specimen"),
        # a twin has name and birthday, not the number
        ({"mrn": "M2", "family": "f-smith", "born": "b-1960"}, "patient-disagrees"),
        # M0 was merged into M1
        ({"mrn": "M0"}, "S-A specimen"),
    ],
)
def test_the_patient_has_to_agree(stated, expected):
    people = [KNOWN, Patient("M0", merged_into="M1")]
    assert answer(report(specimen_id="S-A", **stated), A, people=people) == expected


def test_candidates_are_ranked_with_what_speaks_for_and_against_them():
    asked = report(site="back", accession="A-1", mrn="M1")
    stranger = specimen("S-Z", mrn="M9", collected_on=date(2025, 1, 1), site="scalp")
    found = ranked(asked, [stranger, B, A, linked("S-D", "A")], People())
    assert [each.candidate.specimen_id for each in found] == ["S-D", "S-A", "S-B"]
    assert found[1].agrees == ("patient", "collected", "site", "open")
    assert found[2].agrees == ("patient", "collected", "open"), "back and chest merely bill alike"


@pytest.mark.parametrize(
    ("part", "known", "expected"),
    [
        (None, [], ""),
        ("a.", [], "A"),
        (None, ["A"], "A"),
        ("A", [""], ""),
        ("1", ["A"], "A"),
        ("B", ["A"], "B"),
        ("B", ["A", "B"], "B"),
        ("1", ["A", "B"], "1"),
    ],
)
def test_which_series_a_part_continues(part, known, expected):
    assert parts.series_label(part, known) == expected
