"""What reports, their absence and earlier pathology make of a procedure."""

from collections.abc import Sequence
from typing import Any

import pytest

BIOPSY = {"kind": "biopsy", "lesion_id": "L1", "technique": "tangential"}
EXCISION = {
    "kind": "excision",
    "lesion_id": "L1",
    "lesion_diameter_cm": "1.0",
    "margin_cm": "0.2",
}
CURETTAGE = {
    "kind": "destruction",
    "method": "curettage",
    "lesion_class": "malignant",
    "lesion_id": "L1",
    "diameter_cm": "0.8",
}
SUSPECT = {"lesion_id": "L1", "site": "back", "suspicion": True}
ON_THE_LIP = {**SUSPECT, "site": "lip_vermilion"}


def known(diagnosis: str, site: str = "back", **facts: Any) -> dict[str, Any]:
    stated = {"lesion_id": "L1", "site": site, "suspicion": False, "diagnosis": diagnosis}
    return {**stated, **facts}


def outcome(
    coded: Any,
    write: Any,
    procedures: Sequence[dict[str, Any]],
    lesions: Sequence[dict[str, Any]],
    reports: dict[str, str],
    **facts: Any,
) -> tuple[str, str, str]:
    """Lines, diagnoses and status; reports: final, by lesion, what each says."""
    found = coded(
        procedures,
        lesions,
        specimens=[
            {"specimen_id": f"S{lesion}", "lesion_id": lesion, "procedure_id": None}
            for lesion in reports
        ],
        around={
            "results": [
                write.report(f"S{lesion}", "ak", diagnosis_text=text)
                for lesion, text in reports.items()
            ]
        },
        **facts,
    )
    return found.lines, found.diagnoses, found.status


@pytest.mark.parametrize(
    ("text", "line", "diagnosis", "status"),
    [
        ("Basal cell carcinoma.", "11602", "C44.519", "ready"),
        ("Melanoma.", "11602", "C43.59", "ready"),
        ("Melanoma in situ.", "11602", "D03.59", "ready"),
        ("Squamous cell carcinoma in situ.", "11602", "D04.5", "ready"),
        ("Merkel cell carcinoma.", "11602", "C4A.59", "ready"),
        ("Compound melanocytic nevus.", "11402", "D22.5", "ready"),
        ("Dysplastic nevus, mild.", "11402", "D22.5", "ready"),
        ("Dysplastic nevus, moderate.", "11402", "D22.5", "ready"),
        ("Atypical nevus.", "11402", "D22.5", "ready"),
        ("Dermatofibroma.", "11402", "D23.5", "ready"),
        ("Actinic keratosis.", "11402", "L57.0", "ready"),
        ("Seborrheic keratosis.", "11402", "L82.1", "ready"),
        ("Epidermal inclusion cyst.", "11402", "L72.0", "ready"),
        ("Pilar cyst.", "11402", "L72.11", "ready"),
        ("Lipoma.", "11402", "D17.1", "ready"),
        ("Verruca vulgaris.", "11402", "B07.8", "ready"),
        ("Hemangioma.", "11402", "D18.01", "ready"),
        ("Neoplasm of uncertain behavior.", "11402", "D48.5", "ready"),
        ("Consistent with basal cell carcinoma.", "11402", "D49.2", "needs_review"),
        ("Suspicious for squamous cell carcinoma.", "11402", "D49.2", "needs_review"),
        ("Favor basal cell carcinoma.", "11402", "D49.2", "needs_review"),
    ],
)
def test_excision_by_its_report(
    coded: Any, write: Any, text: str, line: str, diagnosis: str, status: str
) -> None:
    """EX-4 every report of the lexicon decides family and diagnosis, or asks a person."""
    found = outcome(coded, write, [EXCISION], [SUSPECT], {"L1": text})
    assert found == (line, diagnosis, status)


@pytest.mark.parametrize(
    ("lesion", "line", "diagnosis", "status"),
    [
        pytest.param(SUSPECT, "11402", "D49.2", "held", id="EX-4 suspected"),
        pytest.param(
            known("D22.5", symptoms=["bleeding"]), "11402", "D49.2", "held", id="EX-4 nevus unread"
        ),
        pytest.param(known("L57.0"), "11402", "D49.2", "held", id="EX-4 keratosis unread"),
        pytest.param(ON_THE_LIP, "11442", "D49.0", "held", id="EX-4 vermilion waits as D49.0"),
        pytest.param(
            {**SUSPECT, "site": "scrotum"}, "11422", "D49.59", "held", id="EX-4 genital skin waits"
        ),
        pytest.param(
            known("D17.1", symptoms=["painful"]), "11402", "D17.1", "ready", id="EX-4 lipoma"
        ),
        pytest.param(
            {**known("L72.0"), "suspicion": True},
            "11402",
            "D49.2",
            "held",
            id="EX-4 a cyst suspected of more waits",
        ),
        pytest.param(known("C44.519"), "11602", "C44.519", "ready", id="EX-4 proven"),
    ],
)
def test_excision_without_a_report(
    coded: Any, write: Any, lesion: dict[str, Any], line: str, diagnosis: str, status: str
) -> None:
    assert outcome(coded, write, [EXCISION], [lesion], {}) == (line, diagnosis, status)


@pytest.mark.parametrize(
    ("day", "status"),
    [
        pytest.param("2026-03-09", "held", id="PA-1 day 7 still held"),
        pytest.param("2026-03-15", "held", id="PA-1 day 13 still held"),
        pytest.param("2026-03-16", "needs_review", id="PA-1 day 14 asks a person"),
    ],
)
@pytest.mark.parametrize("procedure", [EXCISION, CURETTAGE], ids=["excision", "curettage"])
def test_waiting_for_a_report(
    coded: Any, write: Any, procedure: dict[str, Any], day: str, status: str
) -> None:
    assert outcome(coded, write, [procedure], [SUSPECT], {}, as_of=day)[2] == status


@pytest.mark.parametrize(
    ("diagnosis", "site", "text", "status"),
    [
        ("C44.519", "back", "Scar.", "ready"),
        ("C44.519", "back", "No residual carcinoma.", "ready"),
        ("C44.519", "back", "Actinic keratosis.", "ready"),
        ("C44.519", "back", "Residual basal cell carcinoma, margins clear.", "ready"),
        ("C44.519", "back", "Squamous cell carcinoma.", "needs_review"),
        ("C44.519", "back", "Compound melanocytic nevus.", "needs_review"),
        ("C44.519", "back", "No tissue received.", "needs_review"),
        ("C44.599", "back", "Scar, no residual tumor.", "ready"),
        ("C44.509", "back", "Basal cell carcinoma.", "ready"),
        ("C44.509", "back", "Melanoma.", "needs_review"),
        ("C44.529", "back", "Squamous cell carcinoma in situ.", "ready"),
        ("C43.59", "back", "Melanoma in situ.", "ready"),
        ("D04.5", "back", "Squamous cell carcinoma.", "needs_review"),
        ("C00.1", "lip_vermilion", "No residual carcinoma.", "ready"),
        ("C00.1", "lip_vermilion", "Melanoma.", "needs_review"),
        ("D07.1", "vulva", "Squamous cell carcinoma in situ.", "ready"),
    ],
)
def test_remnant_of_a_proven_tumor(
    coded: Any, write: Any, diagnosis: str, site: str, text: str, status: str
) -> None:
    """EX-6 the original diagnosis stands; what cannot be of this tumor asks a person."""
    found = outcome(coded, write, [EXCISION], [known(diagnosis, site)], {"L1": text})
    assert found[1:] == (diagnosis, status)
    assert found[0].startswith("116")


@pytest.mark.parametrize(
    ("text", "others", "lines"),
    [
        pytest.param("Basal cell carcinoma.", None, "17261", id="DS-5 malignant"),
        pytest.param("Actinic keratosis.", None, "17000", id="DS-5 keratosis"),
        pytest.param("Actinic keratosis.", ("premalignant", 14), "17004", id="DS-5 fifteenth"),
        pytest.param("Seborrheic keratosis.", None, "11102", id="DS-5 benign: the biopsy alone"),
        pytest.param("Verruca vulgaris.", None, "17110", id="DS-5 a wart is destroyed anyway"),
        pytest.param("Molluscum contagiosum.", None, "17110", id="DS-5 molluscum likewise"),
        pytest.param("Verruca vulgaris.", ("benign", 3), "17110", id="DS-5 with other warts"),
        pytest.param("Verruca vulgaris.", ("benign", 14), "17111", id="DS-5 the fifteenth wart"),
    ],
)
def test_malignant_destruction_by_its_report(
    coded: Any, write: Any, text: str, others: tuple[str, int] | None, lines: str
) -> None:
    procedures, lesions = [CURETTAGE], [SUSPECT]
    if others is not None:
        kind, count = others
        treated = {"kind": "destruction", "method": "cryosurgery", "lesion_id": "L2"}
        procedures.append({**treated, "lesion_class": kind, "count": count})
        diagnosis = "B07.8" if kind == "benign" else "L57.0"
        lesions.append(known(diagnosis, "chest", lesion_id="L2"))
    found = outcome(coded, write, procedures, lesions, {"L1": text})
    assert (found[0], found[2]) == (lines, "ready")


@pytest.mark.parametrize(
    ("procedure", "lesion", "status"),
    [
        pytest.param(BIOPSY, SUSPECT, "ready", id="DX-2 a biopsy waits for nothing"),
        pytest.param(EXCISION, SUSPECT, "needs_review", id="DX-2 the hold goes to a person"),
        pytest.param(CURETTAGE, SUSPECT, "needs_review", id="DX-2 a destruction's hold too"),
        pytest.param(EXCISION, known("C44.519"), "ready", id="DX-2 a proven tumor waits not"),
    ],
)
def test_cancelled_report(
    coded: Any, write: Any, procedure: dict[str, Any], lesion: dict[str, Any], status: str
) -> None:
    cancelled = write.report("S1", "ak", status="cancelled", diagnosis_text="")
    taken = [{"specimen_id": "S1", "lesion_id": "L1", "procedure_id": "P1"}]
    found = coded([procedure], [lesion], specimens=taken, around={"results": [cancelled]})
    assert found.status == status


@pytest.mark.parametrize(
    ("procedures", "lesions", "reports", "expected"),
    [
        pytest.param(
            [EXCISION, {**EXCISION, "lesion_id": "L2"}],
            [SUSPECT, {**SUSPECT, "lesion_id": "L2", "site": "thigh", "laterality": "left"}],
            {"L1": "Basal cell carcinoma.", "L2": "Compound melanocytic nevus."},
            ("11602 11402", "C44.519 D22.72", "ready"),
            id="EX-8 two families without a pair take no 59",
        ),
        pytest.param(
            [EXCISION, {**BIOPSY, "lesion_id": "L2"}],
            [SUSPECT, {**SUSPECT, "lesion_id": "L2"}],
            {"L2": "Basal cell carcinoma."},
            ("11402 11102-59", "D49.2 C44.519", "held"),
            id="PA-1 the report of another lesion releases nothing",
        ),
        pytest.param(
            [{**BIOPSY, "technique": None}, {**EXCISION, "lesion_id": "L2", "margin_cm": None}],
            [SUSPECT, {**SUSPECT, "lesion_id": "L2"}],
            {},
            ("", "", "needs_review"),
            id="FACT-1 nothing measured is no line",
        ),
        pytest.param(
            [CURETTAGE, {**BIOPSY, "lesion_id": "L2"}],
            [SUSPECT, {**SUSPECT, "lesion_id": "L2", "site": "cheek"}],
            {"L1": "Seborrheic keratosis."},
            ("11102 11103", "L82.1 D49.2", "ready"),
            id="DS-5 the biopsy left over counts with the others",
        ),
    ],
)
def test_visits_with_several_lesions(
    coded: Any,
    write: Any,
    procedures: list[dict[str, Any]],
    lesions: list[dict[str, Any]],
    reports: dict[str, str],
    expected: tuple[str, str, str],
) -> None:
    assert outcome(coded, write, procedures, lesions, reports) == expected


@pytest.mark.parametrize(
    ("diagnosis", "site", "status"),
    [
        pytest.param("C44.311", "forearm", "needs_review", id="DX-9 a nose is no forearm"),
        pytest.param("C44.519", "thigh", "needs_review", id="DX-9 a trunk is no thigh"),
        pytest.param("C44.319", "nose", "ready", id="DX-9 the face is taken as its nose"),
        pytest.param("C44.519", "breast", "ready", id="DX-9 the trunk is taken as its breast"),
    ],
)
def test_established_at_another_site(
    coded: Any, write: Any, diagnosis: str, site: str, status: str
) -> None:
    lesion = known(diagnosis, site, laterality="left")
    assert outcome(coded, write, [EXCISION], [lesion], {})[2] == status
