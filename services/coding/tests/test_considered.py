"""What was weighed and not chosen for each line, with the rule against it."""

from typing import Any

import pytest

L = {"lesion_id": "L1", "site": "back", "suspicion": True}
AK = {"lesion_id": "L2", "site": "scalp", "suspicion": False, "diagnosis": "L57.0"}
NEVUS = {"lesion_id": "L1", "site": "back", "suspicion": True, "diagnosis": "D22.5"}
EXCISION = {
    "kind": "excision",
    "lesion_id": "L1",
    "lesion_diameter_cm": "1.0",
    "margin_cm": "0.2",
}
MALIGNANT = {
    "kind": "destruction",
    "lesion_class": "malignant",
    "lesion_id": "L1",
    "diameter_cm": "0.8",
}
SPECIMEN = {"specimen_id": "S1", "lesion_id": "L1", "procedure_id": "P1"}


def biopsy(lesion: str, technique: str) -> dict[str, Any]:
    return {"kind": "biopsy", "lesion_id": lesion, "technique": technique}


def frozen(*lesions: str) -> dict[str, Any]:
    return {"kind": "destruction", "lesion_class": "premalignant", "lesion_ids": list(lesions)}


def weighed(found: Any, code: str) -> dict[str | None, str]:
    """Code and rule of what was weighed for a line."""
    (line,) = [each for each in found.claim.lines if each.code == code]
    return {each.code: each.rule for each in line.considered}


def test_the_malignant_family_while_the_report_is_open(coded: Any) -> None:
    found = coded([EXCISION], [NEVUS], specimens=[SPECIMEN])
    assert found.status == "held"
    assert weighed(found, "11402") == {"11602": "EX-4", "11403": "EX-1", "D22.5": "DX-3"}


@pytest.mark.parametrize(
    ("says", "code", "other"),
    [("benign", "11402", "11602"), ("bcc", "11602", "11402"), ("in_situ", "11602", "11402")],
)
def test_the_other_family_once_the_report_is_there(
    coded: Any, write: Any, says: str, code: str, other: str
) -> None:
    found = coded(
        [EXCISION], [L], specimens=[SPECIMEN], around={"results": [write.report("S1", says)]}
    )
    assert weighed(found, code)[other] == "EX-4"


@pytest.mark.parametrize(
    ("procedures", "code", "expected"),
    [
        pytest.param(
            [biopsy("L1", "punch"), biopsy("L2", "tangential")],
            "11103",
            {"11102": "BX-1"},
            id="no second primary",
        ),
        pytest.param(
            [frozen("L2")], "17000", {"17004": "DS-1"}, id="the count that is not reached"
        ),
        pytest.param(
            [frozen("L2"), biopsy("L2", "tangential")],
            "17000",
            {"11102": "BX-5", "17004": "DS-1"},
            id="the biopsy of the lesion destroyed",
        ),
        pytest.param(
            [{"kind": "shave_removal", "lesion_id": "L1", "diameter_cm": "0.5"}],
            "11300",
            {"11301": "SH-1"},
            id="the next band",
        ),
        pytest.param(
            [{"kind": "shave_removal", "lesion_id": "L1", "diameter_cm": "9"}],
            "11303",
            {},
            id="the last band has none",
        ),
        pytest.param(
            [MALIGNANT],
            "17261",
            {"17262": "DS-4", "17000": "DS-5", "11102": "DS-5"},
            id="what the report may make of a destruction",
        ),
    ],
)
def test_codes_weighed(
    coded: Any, procedures: list[dict[str, Any]], code: str, expected: dict[str, str]
) -> None:
    assert weighed(coded(procedures, [L, AK]), code) == expected
