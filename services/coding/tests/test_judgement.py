"""Diagnoses, who pays, the visit, global periods and the edits between lines."""

from typing import Any

import pytest

L = {"lesion_id": "L1", "site": "back", "suspicion": True}
AK = {"lesion_id": "L2", "site": "scalp", "suspicion": False, "diagnosis": "L57.0"}
BIOPSY = {"kind": "biopsy", "lesion_id": "L1", "technique": "tangential"}
FROZEN = {"kind": "destruction", "lesion_class": "premalignant", "lesion_id": "L2"}
SPECIMEN = [{"specimen_id": "S1", "lesion_id": "L1", "procedure_id": "P1"}]


@pytest.mark.parametrize(
    ("lesion", "diagnosis", "status"),
    [
        pytest.param({}, "D49.2", "ready", id="DX-3 suspected: unspecified"),
        pytest.param({"site": "lip_vermilion"}, "D49.0", "ready", id="DX-3 vermilion"),
        pytest.param({"site": "penis"}, "D49.59", "ready", id="DX-3 genital skin"),
        pytest.param({"type": "itchy rash"}, "R21", "ready", id="DX-3 a rash by its sign"),
        pytest.param(
            {"diagnosis": "C44.519"}, "D49.2", "ready", id="DX-3 suspected cancer is no cancer"
        ),
        pytest.param(
            {"diagnosis": "D48.5"}, "D49.2", "ready", id="DX-4 clinical uncertain is unspecified"
        ),
        pytest.param(
            {"diagnosis": "L82.1"}, "D49.2", "ready", id="DX-3 suspicion beside a benign name"
        ),
        pytest.param(
            {"diagnosis": "C44.519", "suspicion": False}, "C44.519", "ready", id="DX-5 established"
        ),
        pytest.param(
            {"diagnosis": "C44.519", "suspicion": None},
            "D49.2",
            "needs_review",
            id="established or suspected is not charted",
        ),
        pytest.param(
            {"diagnosis": "L40.0", "suspicion": False}, "L40.0", "ready", id="DX-6 clinical"
        ),
        pytest.param({"suspicion": False}, "", "needs_review", id="DX-12 nothing named"),
        pytest.param(
            {"site": "forearm", "diagnosis": "D22.60", "suspicion": False, "laterality": "left"},
            "D22.62",
            "ready",
            id="the side of the lesion completes the code",
        ),
        pytest.param(
            {"site": "forearm", "diagnosis": "D22.60", "suspicion": False},
            "D22.60",
            "needs_review",
            id="FACT-1 side missing: unspecified digit, asked",
        ),
    ],
)
def test_diagnosis_without_a_report(
    coded: Any, lesion: dict[str, Any], diagnosis: str, status: str
) -> None:
    found = coded([BIOPSY], [{**L, **lesion}])
    assert (found.diagnoses, found.status) == (diagnosis, status)


@pytest.mark.parametrize(
    ("reports", "diagnosis", "status"),
    [
        pytest.param([("bcc", {})], "C44.519", "ready", id="DX-1 final"),
        pytest.param([("bcc", {"status": "preliminary"})], "D49.2", "ready", id="DX-2 preliminary"),
        pytest.param(
            [("bcc", {}), ("benign", {"status": "corrected", "result_id": "R2"})],
            "D22.5",
            "ready",
            id="DX-1 corrected beats final",
        ),
        pytest.param(
            [
                ("bcc", {"status": "corrected"}),
                (
                    "benign",
                    {"result_id": "R2", "reported_at": "2026-03-09T10:00:00-06:00"},
                ),
            ],
            "C44.519",
            "ready",
            id="DX-1 a later final does not undo a correction",
        ),
        pytest.param(
            [
                ("bcc", {}),
                (
                    "bcc",
                    {
                        "status": "retracted",
                        "result_id": "R2",
                        "reported_at": "2026-03-09T10:00:00-06:00",
                    },
                ),
            ],
            "D49.2",
            "needs_review",
            id="DX-2 retracted: nothing is left",
        ),
        pytest.param(
            [("bcc", {"status": "cancelled"})],
            "D49.2",
            "ready",
            id="DX-2 cancelled: nothing waited for it",
        ),
        pytest.param(
            [
                ("bcc", {}),
                (
                    "bcc",
                    {
                        "status": "cancelled",
                        "result_id": "R2",
                        "reported_at": "2026-03-09T10:00:00-06:00",
                    },
                ),
            ],
            "D49.2",
            "needs_review",
            id="DX-2 cancelled after it was used",
        ),
        pytest.param(
            [("bcc", {"status": "unknown"})], "D49.2", "needs_review", id="a status nobody knows"
        ),
        pytest.param(
            [("bcc", {"site": "nose"})], "C44.519", "needs_review", id="DX-9 another site"
        ),
    ],
)
def test_diagnosis_by_report(
    coded: Any, write: Any, reports: list[tuple[str, dict[str, Any]]], diagnosis: str, status: str
) -> None:
    results = [write.report("S1", says, **facts) for says, facts in reports]
    found = coded([BIOPSY], [L], around={"results": results}, specimens=SPECIMEN)
    assert (found.diagnoses, found.status) == (diagnosis, status)


def test_a_report_on_no_specimen_of_ours_is_not_used(coded: Any, write: Any) -> None:
    results = [write.report("S9", "bcc")]
    found = coded([BIOPSY], [L], around={"results": results}, specimens=SPECIMEN)
    assert (found.diagnoses, found.status) == ("D49.2", "ready")


def test_the_complexity_add_on_goes_only_with_a_visit_without_25(coded: Any, write: Any) -> None:
    complexity = {"kind": "other", "code": "G2211", "units": 1, "diagnosis": "L70.0"}
    assert coded([complexity], evaluation=write.visit()).lines == "99213 G2211"
    found = coded([BIOPSY, complexity], [L], evaluation=write.visit())
    assert found.lines == "11102 99213-25"


def test_another_side_is_a_question(coded: Any, write: Any) -> None:
    lesion = {**L, "site": "forearm", "laterality": "left"}
    results = [write.report("S1", "bcc", site="forearm", laterality="right")]
    found = coded([BIOPSY], [lesion], around={"results": results}, specimens=SPECIMEN)
    assert (found.holds, found.status) == ({"pathology_conflict"}, "needs_review")


def test_the_most_severe_specimen_of_a_lesion_leads(coded: Any, write: Any) -> None:
    specimens = [*SPECIMEN, {"specimen_id": "S2", "lesion_id": "L1", "procedure_id": "P1"}]
    results = [write.report("S1", "benign"), write.report("S2", "bcc")]
    found = coded([BIOPSY], [L], around={"results": results}, specimens=specimens)
    assert found.diagnoses == "C44.519 D22.5"


def destroyed(diagnosis: str, **lesion: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    procedure = {"kind": "destruction", "lesion_class": "benign", "lesion_id": "L1", "count": 1}
    paid = lesion.pop("patient_pay", None)
    facts = {**L, "suspicion": False, "diagnosis": diagnosis, **lesion}
    return [{**procedure, "patient_pay": paid}], [facts]


@pytest.mark.parametrize(
    ("diagnosis", "facts", "lines", "status"),
    [
        pytest.param("B07.8", {}, "17110", "ready", id="warts are insured without a symptom"),
        pytest.param("B08.1", {}, "17110", "ready", id="molluscum too"),
        pytest.param("L82.1", {}, "", "needs_review", id="keratosis with nothing stated: ask"),
        pytest.param(
            "L82.1", {"patient_pay": True}, "", "patient_pay", id="keratosis, patient agreed"
        ),
        pytest.param("L82.1", {"symptoms": ["itching"]}, "17110", "ready", id="it itches"),
        pytest.param("L82.1", {"symptoms": ["bleeding"]}, "17110", "ready", id="it bleeds"),
        pytest.param("L82.1", {"symptoms": ["rough"]}, "", "needs_review", id="rough is no reason"),
        pytest.param("D22.5", {"symptoms": ["changing"]}, "17110", "ready", id="it changes"),
        pytest.param("D22.5", {"suspicion": True}, "17110", "ready", id="it is suspected"),
        pytest.param(
            "L81.4", {"patient_pay": True}, "", "patient_pay", id="lentigo, patient agreed"
        ),
        pytest.param(
            "B07.8",
            {"patient_pay": True},
            "",
            "needs_review",
            id="a covered service agreed as patient pay is a contradiction",
        ),
    ],
)
def test_who_pays(
    coded: Any, diagnosis: str, facts: dict[str, Any], lines: str, status: str
) -> None:
    procedures, lesions = destroyed(diagnosis, **facts)
    found = coded(procedures, lesions)
    assert (found.lines, found.status) == (lines, status)


def test_a_missing_reason_is_an_edit(coded: Any) -> None:
    found = coded(*destroyed("L82.1"))
    assert found.edits == {("medical_necessity", "denied")}


def test_the_visits_route_never_overrides_a_documented_reason(coded: Any) -> None:
    around = {
        "visit_classification": {"services": [{"kind": "destruction", "route": "patient_pay"}]}
    }
    procedures, lesions = destroyed("L82.1", symptoms=["bleeding"])
    assert coded(procedures, lesions, around=around).lines == "17110"
    procedures, lesions = destroyed("L82.1")
    assert coded(procedures, lesions, around=around).status == "patient_pay"


def test_a_cosmetic_item_goes_to_the_patient_and_causes_no_25(coded: Any, write: Any) -> None:
    filler = {"kind": "cosmetic", "service": "filler", "charge": "700.00", "patient_pay": True}
    found = coded([filler], evaluation=write.visit())
    assert (found.lines, found.patient_pays, found.status) == ("99213", "P1", "ready")
    alone = coded([filler])
    assert (alone.lines, alone.status) == ("", "patient_pay")


def test_a_report_of_disease_makes_a_removal_necessary(coded: Any, write: Any) -> None:
    _, lesions = destroyed("D22.5")
    shave = [{"kind": "shave_removal", "lesion_id": "L1", "diameter_cm": 0.5}]
    around = {"results": [write.report("S1", "in_situ")]}
    assert coded(shave, lesions, specimens=SPECIMEN).status == "needs_review"
    found = coded(shave, lesions, around=around, specimens=SPECIMEN)
    assert (found.lines, found.diagnoses, found.status) == ("11300", "D03.59", "ready")


def test_toxin_for_migraine_is_a_question(coded: Any) -> None:
    toxin = {"kind": "cosmetic", "service": "botulinum_toxin", "diagnosis": "G43.709"}
    assert coded([toxin]).status == "needs_review"


@pytest.mark.parametrize(
    ("facts", "lines", "status"),
    [
        ({"mdm": {"problems": "minimal", "data": "minimal", "risk": "minimal"}}, "99212", "ready"),
        ({"mdm": {"problems": "low", "data": "minimal", "risk": "low"}}, "99213", "ready"),
        (
            {"mdm": {"problems": "moderate", "data": "minimal", "risk": "moderate"}},
            "99214",
            "ready",
        ),
        ({"mdm": {"problems": "high", "data": "extensive", "risk": "low"}}, "99215", "ready"),
        ({"mdm": {"problems": "high", "data": "minimal", "risk": "low"}}, "99213", "ready"),
        ({"patient_status": "new"}, "99203", "ready"),
        ({"mdm": None, "total_minutes": 10}, "99212", "ready"),
        ({"mdm": None, "total_minutes": 29}, "99213", "ready"),
        ({"mdm": None, "total_minutes": 40}, "99215", "ready"),
        ({"mdm": None, "total_minutes": 44, "patient_status": "new"}, "99203", "ready"),
        ({"total_minutes": 35}, "99214", "ready"),
        ({"mdm": None, "total_minutes": 9}, "", "needs_review"),
        ({"mdm": None, "total_minutes": None}, "", "needs_review"),
        ({"patient_status": None}, "", "needs_review"),
        ({"separately_identifiable": False}, "99213", "ready"),
    ],
)
def test_the_visit_alone(
    coded: Any, write: Any, facts: dict[str, Any], lines: str, status: str
) -> None:
    found = coded(evaluation=write.visit(**facts))
    assert (found.lines, found.status) == (lines, status)


def test_a_patient_seen_within_three_years_is_not_new(coded: Any, write: Any) -> None:
    history = [{"code": "99213", "date_of_service": "2023-03-03"}]
    new = write.visit(patient_status="new")
    assert coded(evaluation=new, around={"history": history}).lines == "99213"
    history[0]["date_of_service"] = "2023-03-02"
    assert coded(evaluation=new, around={"history": history}).lines == "99203"


FLAP = {
    "kind": "adjacent_tissue_transfer",
    "site": "nose",
    "area_sq_cm": 8,
    "diagnosis": "C44.311",
}
LIGHT = {"kind": "phototherapy", "modality": "puva", "diagnosis": "L40.0"}
UVB = {**LIGHT, "modality": "narrowband_uvb"}
READING = {"kind": "other", "code": "88305", "units": 1, "diagnosis": "D22.5"}


@pytest.mark.parametrize(
    ("procedure", "facts", "visit", "status"),
    [
        pytest.param(BIOPSY, {}, "99213-25", "ready", id="EM-4 separate: 25"),
        pytest.param(
            BIOPSY, {"separately_identifiable": False}, "", "ready", id="EM-4 not separate"
        ),
        pytest.param(
            BIOPSY,
            {"separately_identifiable": None},
            "",
            "needs_review",
            id="EM-4 not charted: ask",
        ),
        pytest.param(
            BIOPSY,
            {"separately_identifiable": False, "patient_status": "new"},
            "",
            "ready",
            id="EM-4 a new patient is no reason",
        ),
        pytest.param(
            FLAP, {"decision_for_surgery": True}, "99213-57", "ready", id="EM-5 decided today: 57"
        ),
        pytest.param(FLAP, {}, "99213-25", "ready", id="decided before, separate: 25"),
        pytest.param(LIGHT, {}, "99213-25", "ready", id="EM-6 light with a live pair: 25"),
        pytest.param(UVB, {}, "99213", "ready", id="EM-6 light without one: plain"),
        pytest.param(UVB, {"separately_identifiable": False}, "", "ready", id="EM-6 not separate"),
        pytest.param(READING, {}, "99213", "ready", id="EM-6 pathology never causes 25"),
    ],
)
def test_the_visit_beside_a_procedure(
    coded: Any,
    write: Any,
    procedure: dict[str, Any],
    facts: dict[str, Any],
    visit: str,
    status: str,
) -> None:
    found = coded([procedure], [L], evaluation=write.visit(**facts))
    visits = " ".join(each for each in found.lines.split() if each.startswith("99"))
    assert (visits, found.status) == (visit, status)


EXCISED = {"code": "11602", "sites": ["back"], "diagnoses": ["C44.519"]}
FLAPPED = {"code": "14060", "sites": ["nose"], "diagnoses": ["C44.311"]}


@pytest.mark.parametrize(
    ("past", "day", "facts", "lines", "status"),
    [
        pytest.param(
            EXCISED, "2026-02-20", {}, "99213-24", "ready", id="day 10: inside, unrelated: 24"
        ),
        pytest.param(EXCISED, "2026-02-19", {}, "99213", "ready", id="day 11: free"),
        pytest.param(
            EXCISED,
            "2026-02-20",
            {"separately_identifiable": False},
            "",
            "no_charge",
            id="related: no line",
        ),
        pytest.param(
            EXCISED,
            "2026-02-20",
            {"diagnoses": ["Z48.02"]},
            "",
            "no_charge",
            id="suture removal: no line",
        ),
        pytest.param(
            EXCISED,
            "2026-02-20",
            {"diagnoses": ["C44.519"]},
            "",
            "no_charge",
            id="the operated lesion: no line",
        ),
        pytest.param(FLAPPED, "2025-12-02", {}, "99213-24", "ready", id="90 days: inside"),
        pytest.param(FLAPPED, "2025-12-01", {}, "99213", "ready", id="91 days: free"),
        pytest.param(
            {"code": "11102", "sites": ["back"], "diagnoses": ["D49.2"]},
            "2026-03-01",
            {"separately_identifiable": False},
            "99213",
            "ready",
            id="a biopsy's period is its day only",
        ),
    ],
)
def test_a_visit_inside_a_global_period(
    coded: Any,
    write: Any,
    past: dict[str, Any],
    day: str,
    facts: dict[str, Any],
    lines: str,
    status: str,
) -> None:
    around = {"history": [{**past, "date_of_service": day}]}
    found = coded(evaluation=write.visit(**facts), around=around)
    assert (found.lines, found.status) == (lines, status)


TUMOR = {"lesion_id": "L1", "site": "back", "suspicion": False, "diagnosis": "C44.519"}
EXCISION = {
    "kind": "excision",
    "lesion_id": "L1",
    "lesion_diameter_cm": "1.0",
    "margin_cm": "0.2",
}


@pytest.mark.parametrize(
    ("past", "lesion", "lines", "status"),
    [
        pytest.param(EXCISED, TUMOR, "11602-58", "ready", id="same site and tumor: 58"),
        pytest.param(
            EXCISED,
            {**TUMOR, "site": "chest"},
            "11602-79",
            "ready",
            id="another site: 79",
        ),
        pytest.param(
            {**EXCISED, "sites": []},
            TUMOR,
            "11602",
            "needs_review",
            id="site of the surgery not recorded: ask",
        ),
        pytest.param(
            {**EXCISED, "sites": ["forearm"]},
            {**TUMOR, "site": "forearm", "laterality": "left", "diagnosis": "C44.619"},
            "11602",
            "needs_review",
            id="side of the surgery not recorded: ask",
        ),
        pytest.param(
            {**EXCISED, "sites": ["forearm"], "laterality": "right"},
            {**TUMOR, "site": "forearm", "laterality": "left", "diagnosis": "C44.619"},
            "11602-79",
            "ready",
            id="the other side: 79",
        ),
    ],
)
def test_surgery_inside_a_global_period(
    coded: Any, past: dict[str, Any], lesion: dict[str, Any], lines: str, status: str
) -> None:
    around = {"history": [{**past, "date_of_service": "2026-02-25"}]}
    found = coded([EXCISION], [lesion], around=around)
    assert (found.lines, found.status) == (lines, status)


@pytest.mark.parametrize(
    ("procedures", "lines", "status"),
    [
        pytest.param([BIOPSY, FROZEN], "11102 17000-59", "ready", id="NC-2 other lesion: 59"),
        pytest.param(
            [BIOPSY, {**FROZEN, "count": 3}],
            "11102 17000-59 17003x2",
            "ready",
            id="NC-6 no pair with the add-on: none",
        ),
        pytest.param(
            [BIOPSY, {**FROZEN, "count": 15}],
            "17004 11102-59",
            "ready",
            id="trap: 11102 is column 2 to 17004",
        ),
        pytest.param(
            [
                {**BIOPSY, "technique": "punch"},
                {
                    "kind": "destruction",
                    "lesion_class": "benign",
                    "lesion_id": "L3",
                    "count": 2,
                },
            ],
            "11104 17110-59",
            "ready",
            id="trap: 11104 takes 17110",
        ),
        pytest.param(
            [
                BIOPSY,
                {
                    "kind": "destruction",
                    "lesion_class": "benign",
                    "lesion_id": "L3",
                    "count": 2,
                },
            ],
            "17110 11102-59",
            "ready",
            id="trap: 17110 takes 11102",
        ),
        pytest.param(
            [
                FROZEN,
                {
                    "kind": "destruction",
                    "lesion_class": "benign",
                    "lesion_id": "L3",
                    "count": 2,
                },
            ],
            "17110 17000-59",
            "ready",
            id="trap: 17110 takes 17000",
        ),
        pytest.param(
            [
                BIOPSY,
                {
                    "kind": "destruction",
                    "lesion_class": "benign",
                    "diagnosis": "B07.8",
                    "count": 2,
                },
            ],
            "17110 11102",
            "needs_review",
            id="NC-4 distinctness unknown: ask, no 59",
        ),
        pytest.param(
            [
                {**BIOPSY, "distinct": True},
                {
                    "kind": "destruction",
                    "lesion_class": "benign",
                    "diagnosis": "B07.8",
                    "count": 2,
                },
            ],
            "17110 11102-59",
            "ready",
            id="NC-2 distinct charted on column 2",
        ),
    ],
)
def test_pairs(coded: Any, procedures: list[dict[str, Any]], lines: str, status: str) -> None:
    wart = {"lesion_id": "L3", "site": "hand", "suspicion": False, "diagnosis": "B07.8"}
    found = coded(procedures, [L, AK, wart])
    assert (sorted(found.lines.split()), found.status) == (sorted(lines.split()), status)


def test_an_add_on_without_its_primary_is_a_question(coded: Any) -> None:
    found = coded([{"kind": "other", "code": "17003", "units": 2, "diagnosis": "L57.0"}])
    assert (found.status, found.edits) == ("needs_review", {("add_on", "denied")})


def test_units_over_an_absolute_limit_are_a_question_others_a_warning(coded: Any) -> None:
    absolute = {"kind": "other", "code": "17110", "units": 2, "diagnosis": "B07.8"}
    found = coded([absolute])
    assert (found.status, found.edits) == ("needs_review", {("mue", "warned")})
    tests = coded([{"kind": "patch_test", "count": 120, "diagnosis": "L23.9"}])
    assert (tests.lines, tests.status, tests.edits) == (
        "95044x120",
        "ready",
        {("mue", "warned")},
    )


def test_an_unrelated_lesion_changes_no_other_code(coded: Any) -> None:
    alone = coded([BIOPSY], [L]).lines
    both = coded([BIOPSY, FROZEN], [L, AK]).lines
    assert alone in both.split()


def test_every_line_says_which_release_was_carried_forward(coded: Any) -> None:
    found = coded([BIOPSY], [L])
    says = [reason.says for reason in found.claim.lines[0].rationale if reason.rule == "RD-1"]
    assert len(says) == 1
    assert "CY2025" in says[0] and "2024Q3" in says[0]
    in_force = coded([BIOPSY], [L], date_of_service="2024-08-01", as_of="2024-08-01")
    rules = [reason.rule for reason in in_force.claim.lines[0].rationale]
    assert "RD-1" not in rules


def test_authorizations_travel_with_the_codes_under_them(coded: Any) -> None:
    around = {
        "payer_id": "60054",
        "authorizations": [
            {"service_kind": "biopsy", "number": "A-1"},
            {"code": "17000", "number": "A-2"},
            {"code": "17311", "number": "A-3"},
        ],
    }
    found = coded([BIOPSY, FROZEN], [L, AK], around=around)
    shown = [(each.number, each.codes) for each in found.claim.authorizations]
    assert shown == [("A-1", ("11102",)), ("A-2", ("17000",))]


@pytest.mark.parametrize(
    "procedure",
    [
        {"kind": "biopsy", "lesion_id": "L1", "technique": None},
        {"kind": "shave_removal", "lesion_id": "L1"},
        {"kind": "excision", "lesion_id": "L1"},
        {"kind": "destruction", "lesion_id": "L1"},
        {"kind": "skin_tag_removal", "diagnosis": "L91.8"},
        {"kind": "mohs", "lesion_id": "L1"},
        {"kind": "repair", "diagnosis": "S01.81XA"},
        {"kind": "adjacent_tissue_transfer", "diagnosis": "C44.311"},
        {"kind": "skin_graft", "diagnosis": "C44.311"},
        {"kind": "intralesional_injection", "diagnosis": "L91.0"},
        {"kind": "incision_drainage", "diagnosis": "L02.212"},
        {"kind": "phototherapy", "diagnosis": "L40.0"},
        {"kind": "photodynamic_therapy", "diagnosis": "L57.0"},
        {"kind": "patch_test", "diagnosis": "L23.9"},
        {"kind": "drug_administration", "diagnosis": "L40.0"},
        {"kind": "nail", "diagnosis": "L60.0"},
        {"kind": "other", "diagnosis": "L40.0"},
        {"kind": "biopsy", "lesion_id": "nowhere", "technique": "punch"},
    ],
    ids=lambda each: each["kind"],
)
def test_a_missing_fact_withholds_its_line_and_no_other(
    coded: Any, procedure: dict[str, Any]
) -> None:
    found = coded([procedure, FROZEN], [L, AK])
    assert found.status == "needs_review"
    assert found.lines == "17000"
    assert found.claim.holds


def test_nothing_documented_is_a_question(coded: Any) -> None:
    assert coded().status == "needs_review"
