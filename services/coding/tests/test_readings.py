"""Reports of several parts, and who bills their reading (section 16)."""

from typing import Any

import pytest

LESIONS = [
    {"lesion_id": "L1", "site": "back", "suspicion": True},
    {"lesion_id": "L2", "site": "chest", "suspicion": True},
]
BIOPSY = {"kind": "biopsy", "technique": "punch", "lesion_id": "L1"}
READING = {"kind": "other", "code": "88305", "units": 1, "lesion_id": "L1"}
SPECIMENS = [{"specimen_id": "S1", "lesion_id": "L1", "procedure_id": "P1"}]


def result(**facts: Any) -> dict[str, Any]:
    return {
        "result_id": "R1",
        "accession": "A1",
        "lab_id": "LAB1",
        "status": "final",
        "specimen_id": "S1",
        "reported_at": "2026-03-05T10:00:00-06:00",
        "diagnosis_text": "Compound melanocytic nevus.",
        **facts,
    }


@pytest.mark.parametrize(
    ("billing", "modifiers", "line", "status"),
    [
        ({"billed_by": "practice"}, [], "88305", "ready"),
        ({"billed_by": "practice", "billed_component": "global"}, [], "88305", "ready"),
        ({"billed_by": "practice", "billed_component": "26"}, [], "88305-26", "ready"),
        ({"billed_by": "practice", "billed_component": "TC"}, [], "88305-TC", "ready"),
        ({"billed_by": "practice", "billed_component": "26"}, ["26"], "88305-26", "ready"),
        ({"billed_by": "practice", "billed_component": "26"}, ["TC"], "88305-TC", "needs_review"),
        (
            {"billed_by": "practice", "billed_component": "global"},
            ["26"],
            "88305-26",
            "needs_review",
        ),
        ({"billed_by": "lab"}, [], "88305", "needs_review"),
        ({"billed_by": "lab", "billed_component": "TC"}, ["26"], "88305-26", "ready"),
        ({"billed_by": "lab", "billed_component": "TC"}, ["TC"], "88305-TC", "needs_review"),
        ({"billed_by": "lab", "billed_component": "TC"}, [], "88305", "needs_review"),
        ({"billed_by": "lab"}, ["26"], "88305-26", "needs_review"),
        ({}, ["26"], "88305-26", "ready"),
    ],
)
def test_a_reading_is_billed_once(
    coded: Any, billing: dict[str, Any], modifiers: list[str], line: str, status: str
) -> None:
    found = coded(
        [BIOPSY, {**READING, "modifiers": modifiers}],
        LESIONS[:1],
        specimens=SPECIMENS,
        around={"results": [result(**billing)]},
    )
    assert (found.lines.split()[-1], found.status) == (line, status)


def test_a_reading_is_never_inferred_from_a_result(coded: Any) -> None:
    found = coded(
        [BIOPSY],
        LESIONS[:1],
        specimens=SPECIMENS,
        around={"results": [result(billed_by="practice")]},
    )
    assert found.lines == "11104"


@pytest.mark.parametrize(
    ("later", "diagnoses"),
    [
        pytest.param({"status": "corrected"}, "D03.59", id="a correction supersedes"),
        pytest.param({"status": "corrected", "part": "A"}, "D03.59", id="that names its part"),
        pytest.param(
            {"accession": "A2", "specimen_id": "S2"}, "D03.59 D22.5", id="another specimen does not"
        ),
        pytest.param({"specimen_id": "S2"}, "D03.59 D22.5", id="of one accession neither"),
    ],
)
def test_which_reports_are_revisions_of_one_another(
    coded: Any, later: dict[str, Any], diagnoses: str
) -> None:
    second = result(
        result_id="R2",
        reported_at="2026-03-08T10:00:00-06:00",
        diagnosis_text="Melanoma in situ.",
        **later,
    )
    found = coded(
        [BIOPSY],
        LESIONS[:1],
        specimens=[*SPECIMENS, {"specimen_id": "S2", "lesion_id": "L1", "procedure_id": "P1"}],
        around={"results": [result(), second]},
    )
    assert found.diagnoses == diagnoses
