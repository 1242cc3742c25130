"""Rules at their edges: visits, periods, places, notices and lesions apart."""

from typing import Any

import pytest

BCC = {"lesion_id": "L1", "site": "nose", "suspicion": False, "diagnosis": "C44.311"}
SK = {"lesion_id": "L1", "site": "back", "suspicion": False, "diagnosis": "L82.1"}
PSORIASIS = {"lesion_id": "L1", "site": "back", "suspicion": False, "diagnosis": "L40.0"}
MOHS = {"kind": "mohs", "lesion_id": "L1", "stages": [{"blocks": 2}]}
FREEZE = {"kind": "destruction", "lesion_class": "benign"}
CLOT = {"kind": "other", "code": "10140", "units": 1, "site": "nose", "diagnosis": "T81.89XA"}


@pytest.mark.parametrize(
    ("stated", "coded_as", "status"),
    [
        pytest.param(["D48.5"], "D49.2", "ready", id="DX-4 a visit names no uncertain behavior"),
        pytest.param(["L40.0", "L29.9"], "L40.0", "ready", id="DX-11 itch beside psoriasis"),
        pytest.param(["L70.0", "L29.9"], "L70.0 L29.9", "ready", id="DX-11 acne explains no itch"),
        pytest.param(
            ["Z48.817", "D22.5"], "Z48.3 D22.5", "ready", id="DX-11 aftercare of a neoplasm"
        ),
        pytest.param(["Z48.3"], "Z48.3", "needs_review", id="DX-11 of which neoplasm"),
        pytest.param(["Z08"], "Z08", "needs_review", id="DX-11 after which cancer"),
        pytest.param(["Z08", "Z85.828"], "Z08 Z85.828", "ready", id="DX-11 followed up"),
    ],
)
def test_diagnoses_of_a_visit(
    coded: Any, write: Any, stated: list[str], coded_as: str, status: str
) -> None:
    found = coded(evaluation=write.visit(diagnoses=stated))
    assert (found.diagnoses, found.status) == (coded_as, status)


def test_a_visit_states_no_malignancy_that_is_suspected(coded: Any, write: Any) -> None:
    biopsy = {"kind": "biopsy", "lesion_id": "L1", "technique": "punch"}
    visit = write.visit(diagnoses=["C44.311"])
    assert coded([biopsy], [{**BCC, "suspicion": True}], evaluation=visit).diagnoses == "D49.2"


def test_the_order_of_lesions_never_changes_a_visit(coded: Any, write: Any) -> None:
    suspects = [
        {**BCC, "lesion_id": each, "site": site, "suspicion": True, "type": kind}
        for each, site, kind in (("L1", "nose", "papule"), ("L2", "back", "rash"))
    ]
    visit = write.visit(diagnoses=["C44.311"])
    either = [coded([], lesions, evaluation=visit) for lesions in (suspects, suspects[::-1])]
    assert [each.diagnoses for each in either] == ["D49.2", "D49.2"]


@pytest.mark.parametrize(
    ("past", "facts", "lines", "status"),
    [
        pytest.param(
            {"code": "11602", "date_of_service": "2026-02-25", "sites": ["back"]},
            {},
            "99213-24",
            "ready",
            id="GP-2 acne was not excised",
        ),
        pytest.param(
            {"code": "11602", "date_of_service": "2026-02-25", "sites": ["back"]},
            {"diagnoses": ["D22.5"]},
            "99213",
            "needs_review",
            id="GP-2 a nevus may have been",
        ),
        pytest.param(
            {"code": "14060", "date_of_service": "2026-02-25", "diagnoses": ["C44.311"]},
            {"diagnoses": ["T81.41XA"]},
            "",
            "no_charge",
            id="GP-2 a complication is related",
        ),
        pytest.param(
            {"code": "14060", "date_of_service": "2026-03-03"},
            {"decision_for_surgery": True},
            "99213-57",
            "ready",
            id="EM-5 decided the day before",
        ),
        pytest.param(
            {"code": "14060", "date_of_service": "2026-03-03"},
            {"separately_identifiable": False},
            "",
            "no_charge",
            id="GP-1 the day before major surgery is inside",
        ),
        pytest.param(
            {"code": "11602", "date_of_service": "2026-03-03"},
            {},
            "99213",
            "ready",
            id="GP-1 the day before minor surgery is free",
        ),
        pytest.param(
            {"code": "17003", "date_of_service": "2026-02-25"},
            {"separately_identifiable": False},
            "",
            "no_charge",
            id="GP-1 an add-on has the period of its primary",
        ),
    ],
)
def test_a_visit_around_surgery(
    coded: Any, write: Any, past: dict[str, Any], facts: dict[str, Any], lines: str, status: str
) -> None:
    found = coded(evaluation=write.visit(**facts), around={"history": [past]})
    assert (found.lines, found.status) == (lines, status)


@pytest.mark.parametrize(
    ("place", "payer", "lines", "status"),
    [
        pytest.param("24", None, "10140-78", "ready", id="GP-4 in an operating room: 78"),
        pytest.param("11", None, "", "no_charge", id="GP-4 office care is part of it"),
        pytest.param("11", "60054", "10140", "needs_review", id="GP-4 others may pay: ask"),
    ],
)
def test_a_complication(coded: Any, place: str, payer: str | None, lines: str, status: str) -> None:
    past = {
        "code": "14060",
        "date_of_service": "2026-02-25",
        "sites": ["nose"],
        "diagnoses": ["C44.311"],
    }
    around = {"history": [past], "payer_id": payer}
    found = coded([CLOT], around=around, place_of_service=place)
    assert (found.lines, found.status) == (lines, status)


def test_a_known_tumor_operated_where_only_the_site_is_recorded(coded: Any) -> None:
    past = {"code": "11642", "date_of_service": "2026-02-25", "sites": ["nose"]}
    assert coded([MOHS], [BCC], around={"history": [past]}).lines == "17311-58"


def repair(complexity: str, site: str | None) -> dict[str, Any]:
    return {
        "kind": "repair",
        "complexity": complexity,
        "length_cm": "3",
        "site": site,
        "diagnosis": "S01.81XA",
    }


@pytest.mark.parametrize(
    ("procedure", "lines"),
    [
        pytest.param(repair("complex", "shoulder"), "", id="FACT-3 trunk or arm"),
        pytest.param(
            repair("intermediate", "shoulder"), "12032", id="FACT-3 one group all the same"
        ),
        pytest.param(repair("intermediate", "jawline"), "", id="FACT-3 face or neck"),
        pytest.param(repair("complex", "jawline"), "13132", id="FACT-3 cheek and neck are one"),
        pytest.param(repair("complex", "face"), "", id="FACT-3 nose or cheek"),
        pytest.param(repair("intermediate", None), "", id="FACT-1 site not charted"),
    ],
)
def test_places_between_two_groups(coded: Any, procedure: dict[str, Any], lines: str) -> None:
    found = coded([procedure])
    assert (found.lines, found.status) == (lines, "ready" if lines else "needs_review")


@pytest.mark.parametrize(
    ("payer", "lines", "status"),
    [
        pytest.param("MEDB", "17110-GA", "ready", id="MD-3 Medicare"),
        pytest.param("MEDB1", "17110-GA", "ready", id="MD-3 Medicare by another of its ids"),
        pytest.param(None, "17110-GA", "ready", id="MD-3 national rules"),
        pytest.param("60054", "", "needs_review", id="MD-3 no other payer"),
    ],
)
def test_a_signed_notice(coded: Any, payer: str | None, lines: str, status: str) -> None:
    procedure = {**FREEZE, "lesion_id": "L1", "abn_on_file": True}
    found = coded([procedure], [SK], around={"payer_id": payer})
    assert (found.lines, found.status) == (lines, status)


def test_a_lesion_with_a_reason_is_insured_beside_one_without(coded: Any) -> None:
    """MC-6: the others wait for a person."""
    lesions = [{**SK, "symptoms": ["bleeding"]}, {**SK, "lesion_id": "L2"}]
    found = coded([{**FREEZE, "lesion_ids": ["L1", "L2"]}], lesions)
    assert (found.lines, found.status) == ("17110", "needs_review")
    assert found.claim.lines[0].lesion_ids == ("L1",)
    assert ("medical_necessity", "denied") in found.edits


def test_closing_what_the_patient_pays_is_not_insured(coded: Any) -> None:
    """MC-7: closure follows its wound."""
    excised = {
        "kind": "excision",
        "lesion_id": "L1",
        "lesion_diameter_cm": "1.0",
        "margin_cm": "0.2",
        "patient_pay": True,
    }
    closing = {**repair("intermediate", "back"), "diagnosis": None, "closes": ["P1"]}
    found = coded([excised, closing], [{**SK, "diagnosis": "L72.0"}])
    assert (found.lines, found.patient_pays, found.status) == ("", "P1 P2", "patient_pay")


@pytest.mark.parametrize("modifiers", [["GA", "GZ"], ["58", "79"], ["59", "XS"]])
def test_modifiers_that_exclude_each_other(coded: Any, modifiers: list[str]) -> None:
    """MD-2: a person settles it."""
    code = {"kind": "other", "code": "11719", "units": 1, "diagnosis": "L60.3"}
    found = coded([{**code, "modifiers": modifiers}])
    assert found.holds == {"modifiers"}


def light(area: int, lesion: str) -> dict[str, Any]:
    return {"kind": "phototherapy", "modality": "excimer", "area_sq_cm": area, "lesion_id": lesion}


def graft(area: int, site: str, closes: str) -> dict[str, Any]:
    return {
        "kind": "skin_graft",
        "thickness": "full",
        "area_sq_cm": area,
        "site": site,
        "closes": [closes],
    }


@pytest.mark.parametrize(
    ("procedures", "lesions", "lines"),
    [
        pytest.param(
            [light(200, "L1"), light(100, "L2")],
            [PSORIASIS, {**PSORIASIS, "lesion_id": "L2", "site": "chest"}],
            "96921",
            id="PH-2 the areas of a session are summed",
        ),
        pytest.param(
            [
                MOHS,
                {**MOHS, "lesion_id": "L2"},
                graft(8, "nose", "P1"),
                graft(15, "lip_skin", "P2"),
            ],
            [BCC, {**BCC, "lesion_id": "L2", "site": "lip_skin", "diagnosis": "C44.01"}],
            "15260 17311 17311-59 15261",
            id="GR-1 grafts of one group of sites are one area",
        ),
        pytest.param(
            [
                {
                    "kind": "nail",
                    "procedure": "matrixectomy",
                    "digits": ["TA"],
                    "diagnosis": "L60.0",
                },
                {
                    "kind": "nail",
                    "procedure": "debridement",
                    "digits": ["T1"],
                    "diagnosis": "B35.1",
                },
            ],
            [],
            "11750-TA 11720-59",
            id="NC-2 nails are told apart by their digits",
        ),
        pytest.param(
            [
                {**FREEZE, "method": "cryosurgery", "extent": "simple", "lesion_id": each}
                for each in ("L1", "L2")
            ],
            [
                {**SK, "lesion_id": each, "site": "penis", "diagnosis": "A63.0"}
                for each in ("L1", "L2")
            ],
            "54056",
            id="DS-8 one code of one place once",
        ),
    ],
)
def test_one_session_is_one_code(
    coded: Any, procedures: list[dict[str, Any]], lesions: list[dict[str, Any]], lines: str
) -> None:
    found = coded(procedures, lesions)
    assert (found.lines, found.status) == (lines, "ready")
