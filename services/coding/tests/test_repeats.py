"""One lesion, one nail, one service: what is charted twice, elsewhere or half, and billed once."""

from typing import Any

import pytest

AK = {"lesion_id": "L1", "site": "scalp", "suspicion": False, "diagnosis": "L57.0"}
WART = {"lesion_id": "L1", "site": "chest", "suspicion": False, "diagnosis": "B07.8"}
BCC = {"lesion_id": "L1", "site": "nose", "suspicion": False, "diagnosis": "C44.311"}
SUSPECT = {"lesion_id": "L1", "site": "back", "suspicion": True}
NEVUS = {
    "lesion_id": "L1",
    "site": "back",
    "suspicion": False,
    "diagnosis": "D22.5",
    "symptoms": ["bleeding"],
}
KERATOSIS = {**NEVUS, "diagnosis": "L82.1"}
NAIL = {"lesion_id": "L1", "site": "fingernail", "laterality": "left", "suspicion": True}
PSORIASIS = {"lesion_id": "L1", "site": "back", "suspicion": False, "diagnosis": "L40.0"}


def second(lesion: dict[str, Any], site: str, **facts: Any) -> dict[str, Any]:
    return {**lesion, "lesion_id": "L2", "site": site, **facts}


def destroy(lesion_class: str, *lesions: str, **facts: Any) -> dict[str, Any]:
    return {
        "kind": "destruction",
        "method": "curettage",
        "lesion_class": lesion_class,
        "lesion_ids": list(lesions),
        **facts,
    }


def mohs(lesion: str, *blocks: int) -> dict[str, Any]:
    return {"kind": "mohs", "lesion_id": lesion, "stages": [{"blocks": each} for each in blocks]}


def shave(size: str) -> dict[str, Any]:
    return {"kind": "shave_removal", "lesion_id": "L1", "diameter_cm": size}


def excise(**facts: Any) -> dict[str, Any]:
    return {"kind": "excision", "lesion_id": "L1", **facts}


def drain(*lesions: str) -> dict[str, Any]:
    return {"kind": "incision_drainage", "complexity": "simple", "lesion_ids": list(lesions)}


def nail(procedure: str, *digits: str) -> dict[str, Any]:
    return {"kind": "nail", "procedure": procedure, "digits": list(digits), "diagnosis": "L60.0"}


def nail_biopsy(*digits: str) -> dict[str, Any]:
    return {
        "kind": "biopsy",
        "technique": "punch",
        "structure": "nail_unit",
        "lesion_id": "L1",
        "digits": list(digits),
    }


def repair(closes: str) -> dict[str, Any]:
    return {
        "kind": "repair",
        "complexity": "intermediate",
        "site": "neck",
        "length_cm": 3,
        "closes": [closes],
    }


def inject(hcpcs: str, units: int) -> dict[str, Any]:
    return {
        "kind": "drug_administration",
        "lesion_id": "L1",
        "hcpcs": hcpcs,
        "units": units,
        "route": "subcutaneous",
        "supplied_by": "practice",
        "wasted_units": 0,
    }


GRAFT = {
    "kind": "skin_graft",
    "thickness": "full",
    "site": "nose",
    "area_sq_cm": 4,
    "closes": ["P1"],
}
LID = {
    "kind": "biopsy",
    "technique": "incisional",
    "structure": "lid_margin",
    "lesion_id": "L1",
}


@pytest.mark.parametrize(
    ("procedures", "lesions", "lines", "status"),
    [
        pytest.param(
            [destroy("premalignant", "L1", "L2"), destroy("premalignant", "L1")],
            [AK, second(AK, "nose")],
            "17000 17003",
            "ready",
            id="DS-6 a further cycle is no further keratosis",
        ),
        pytest.param(
            [destroy("benign", "L1", count=8), destroy("benign", "L1", count=8)],
            [WART],
            "17110",
            "ready",
            id="DS-6 a further cycle is no further wart",
        ),
        pytest.param(
            [destroy("malignant", "L1", diameter_cm="1.5")] * 2,
            [BCC],
            "17282",
            "ready",
            id="DS-6 a malignant lesion is destroyed once",
        ),
        pytest.param(
            [
                destroy("malignant", "L1", diameter_cm="1.5"),
                destroy("malignant", "L1", diameter_cm="2.5"),
            ],
            [BCC],
            "17282",
            "needs_review",
            id="DS-6 cycles of two diameters are a question",
        ),
        pytest.param([shave("0.8"), shave("0.8")], [SUSPECT], "11301", "ready", id="SH-1 one"),
        pytest.param(
            [shave("0.8"), shave("1.5")],
            [SUSPECT],
            "11301",
            "needs_review",
            id="SH-1 one lesion of two diameters is a question",
        ),
        pytest.param(
            [mohs("L1", 2), mohs("L1", 2)],
            [BCC],
            "17311",
            "needs_review",
            id="MO-4 one tumor has one first stage",
        ),
        pytest.param(
            [mohs("L1", 6, 2), mohs("L2", 2, 2)],
            [BCC, second(BCC, "scalp")],
            "17312x2 17311 17311-59 17315",
            "ready",
            id="MU-2 further stages of two tumors are units of one line",
        ),
        pytest.param(
            [drain("L1", "L2")],
            [
                {**WART, "diagnosis": "L02.213"},
                second(WART, "neck", diagnosis="L02.11"),
            ],
            "10061",
            "ready",
            id="ID-1 two lesions of one record are multiple",
        ),
        pytest.param(
            [nail("avulsion", "TA", "TA")], [], "11730-TA", "ready", id="NL-1 a nail once"
        ),
        pytest.param(
            [nail_biopsy("F2", "F3")], [NAIL], "11755-F2 11755-F3", "ready", id="NL-3 by digit"
        ),
        pytest.param([nail_biopsy()], [NAIL], "", "needs_review", id="FACT-1 digit not charted"),
        pytest.param(
            [nail("avulsion", "F2"), nail_biopsy("F2")],
            [NAIL],
            "11730-F2",
            "ready",
            id="NL-3 the biopsy of an avulsed nail is included",
        ),
        pytest.param(
            [excise(lesion_diameter_cm="1.0", margin_cm="0.3"), GRAFT, repair("P2")],
            [BCC],
            "15260 11642",
            "ready",
            id="GR-3 closing the donor site is part of the graft",
        ),
        pytest.param(
            [excise(lesion_diameter_cm="2.0", excised_diameter_cm="1.5")],
            [BCC],
            "",
            "needs_review",
            id="EX-1 nothing is excised smaller than its lesion",
        ),
        pytest.param(
            [inject("J3245", 100), inject("J2357", 30)],
            [PSORIASIS],
            "96372x2 J2357-JZx30 J3245-JZx100",
            "ready",
            id="MU-2 two injections are units, no pair asks for 59",
        ),
        pytest.param(
            [LID],
            [{"lesion_id": "L1", "site": "upper_eyelid", "suspicion": True}],
            "67810",
            "needs_review",
            id="FACT-1 the eyelid's side is not charted",
        ),
    ],
)
def test_charted_twice_or_half(
    coded: Any,
    procedures: list[dict[str, Any]],
    lesions: list[dict[str, Any]],
    lines: str,
    status: str,
) -> None:
    found = coded(procedures, lesions)
    assert (found.lines, found.status) == (lines, status)


@pytest.mark.parametrize(
    ("modifiers", "line", "status"),
    [
        pytest.param([], "J3300x4", "needs_review", id="DR-0 waste of a charted drug unknown"),
        pytest.param(["JZ"], "J3300-JZx4", "ready", id="DR-5 the chart says that none was wasted"),
    ],
)
def test_a_drug_charted_by_its_code(
    coded: Any, modifiers: list[str], line: str, status: str
) -> None:
    drug = {"kind": "other", "code": "J3300", "units": 4, "modifiers": modifiers, "lesion_id": "L1"}
    found = coded([drug], [PSORIASIS])
    assert (found.lines, found.status) == (line, status)


def test_a_necessary_lesion_among_agreed_ones_is_a_question(coded: Any) -> None:
    both = [KERATOSIS, second(KERATOSIS, "chest", symptoms=[])]
    found = coded([destroy("benign", "L1", "L2", patient_pay=True)], both)
    assert (found.lines, found.patient_pays, found.status) == ("", "", "needs_review")


def test_each_lesion_of_a_destruction_follows_its_own_report(coded: Any, write: Any) -> None:
    lesions = [{**SUSPECT, "diameter_cm": "1.5"}, second(SUSPECT, "chest", diameter_cm="1.4")]
    specimens = [
        {"specimen_id": "S1", "lesion_id": "L1", "procedure_id": "P1"},
        {"specimen_id": "S2", "lesion_id": "L2", "procedure_id": "P1"},
    ]
    around = {"results": [write.report("S1", "benign"), write.report("S2", "bcc")]}
    procedures = [destroy("malignant", "L1", "L2")]
    found = coded(procedures, lesions, around=around, specimens=specimens)
    assert (found.lines, found.status) == ("17262 11102-59", "ready")


@pytest.mark.parametrize(
    ("procedure", "lesion", "diagnosis", "status"),
    [
        pytest.param(
            excise(lesion_diameter_cm="1.0", margin_cm="0.2"),
            NEVUS,
            "D49.2",
            "held",
            id="PA-2 a nevus excised without a report has no behavior yet",
        ),
        pytest.param(
            destroy("benign", "L1"),
            {**KERATOSIS, "symptoms": ["inflamed"]},
            "L82.0",
            "ready",
            id="MC-5 inflammation documented",
        ),
        pytest.param(
            destroy("benign", "L1"),
            {**KERATOSIS, "symptoms": ["itching", "not inflamed"]},
            "L82.1",
            "ready",
            id="MC-5 itch is no inflammation",
        ),
        pytest.param(
            mohs("L1", 2),
            {**BCC, "site": "hand", "laterality": "left", "diagnosis": "C44.612"},
            "C44.619",
            "needs_review",
            id="DX-9 the charted code names the other side",
        ),
    ],
)
def test_what_the_lesion_is(
    coded: Any, procedure: dict[str, Any], lesion: dict[str, Any], diagnosis: str, status: str
) -> None:
    found = coded([procedure], [lesion])
    assert (found.diagnoses, found.status) == (diagnosis, status)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        pytest.param("11102", "99213", id="EM-2 a procedure is a face-to-face service"),
        pytest.param("88305", "99203", id="EM-2 reading a specimen is none"),
        pytest.param("J3301", "99203", id="EM-2 supplying a drug is none"),
    ],
)
def test_who_is_known(coded: Any, write: Any, code: str, line: str) -> None:
    history = [{"code": code, "date_of_service": "2025-03-01"}]
    visit = write.visit(patient_status="new")
    assert coded(evaluation=visit, around={"history": history}).lines == line


def test_the_complexity_add_on_points_to_the_diagnoses_of_its_visit(coded: Any, write: Any) -> None:
    found = coded([{"kind": "other", "code": "G2211", "units": 1}], evaluation=write.visit())
    assert (found.lines, found.status, found.diagnoses) == ("99213 G2211", "ready", "L70.0")


def test_a_nose_operated_again_needs_no_side_to_be_the_same(coded: Any) -> None:
    past = {
        "code": "11642",
        "date_of_service": "2026-02-25",
        "sites": ["nose"],
        "diagnoses": ["C44.311"],
    }
    assert coded([mohs("L1", 2)], [BCC], around={"history": [past]}).lines == "17311-58"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_any_day_of_the_calendar_is_answered(coded: Any, write: Any, day: str) -> None:
    procedure = excise(lesion_diameter_cm="1.0", margin_cm="0.2")
    past = [{"code": "99213", "date_of_service": "9999-12-31"}]
    visit = write.visit(patient_status="new")
    found = coded(
        [procedure],
        [SUSPECT],
        evaluation=visit,
        date_of_service=day,
        as_of=day,
        around={"history": past},
    )
    assert found.status == "held"


def test_every_pointer_of_a_size_leads_to_a_charted_fact(coded: Any) -> None:
    lesion = {**BCC, "diameter_cm": "1.0"}
    for procedure in (excise(margin_cm="0.3"), destroy("malignant", "L1")):
        (line,) = coded([procedure], [lesion]).claim.lines
        assert "/encounter/lesions/0/diameter_cm" in line.rationale[0].evidence
