"""Injections, light, patch tests, nails and drugs: every row of their tables."""

from typing import Any

import pytest

PSORIASIS = {"lesion_id": "L1", "site": "back", "suspicion": False, "diagnosis": "L40.0"}
KELOID = {
    "lesion_id": "L1",
    "site": "chest",
    "suspicion": False,
    "diagnosis": "L91.0",
    "symptoms": ["painful"],
}
COMMERCIAL = {"payer_id": "60054"}
MEDICARE = {"payer_id": "MEDB"}


@pytest.mark.parametrize(
    ("count", "lines"), [(1, "11900"), (7, "11900"), (8, "11901"), (20, "11901"), (None, "")]
)
def test_intralesional_injections(coded: Any, count: int | None, lines: str) -> None:
    injection = {"kind": "intralesional_injection", "lesion_id": "L1", "count": count}
    assert coded([injection], [KELOID]).lines == lines


def test_the_drug_stands_beside_the_injection(coded: Any) -> None:
    injection = {
        "kind": "intralesional_injection",
        "lesion_id": "L1",
        "count": 3,
        "drug": {"hcpcs": "J3301", "units": 1},
    }
    assert coded([injection], [KELOID]).lines == "11900 J3301"


@pytest.mark.parametrize(
    ("complexities", "lines"),
    [(["simple"], "10060"), (["complicated"], "10061"), (["simple", "simple"], "10061")],
)
def test_drainage(coded: Any, complexities: list[str], lines: str) -> None:
    cyst = {"site": "back", "diagnosis": "L02.212"}
    procedures = [
        {"kind": "incision_drainage", "complexity": each, **cyst} for each in complexities
    ]
    assert coded(procedures).lines == lines


@pytest.mark.parametrize(
    ("facts", "lines", "status"),
    [
        ({"modality": "narrowband_uvb"}, "96900", "ready"),
        ({"modality": "uva"}, "96900", "ready"),
        ({"modality": "narrowband_uvb", "topical_agent": "petrolatum"}, "96910", "ready"),
        ({"modality": "narrowband_uvb", "topical_agent": "tar"}, "96910", "ready"),
        ({"modality": "goeckerman"}, "96910", "ready"),
        ({"modality": "puva"}, "96912", "ready"),
        ({"modality": "excimer", "area_sq_cm": 249}, "96920", "ready"),
        ({"modality": "excimer", "area_sq_cm": 250}, "96921", "ready"),
        ({"modality": "excimer", "area_sq_cm": 500}, "96921", "ready"),
        ({"modality": "excimer", "area_sq_cm": 501}, "96922", "ready"),
        ({"modality": "excimer"}, "", "needs_review"),
        ({"modality": None}, "", "needs_review"),
    ],
)
def test_phototherapy(coded: Any, facts: dict[str, Any], lines: str, status: str) -> None:
    found = coded([{"kind": "phototherapy", "lesion_id": "L1", **facts}], [PSORIASIS])
    assert (found.lines, found.status) == (lines, status)


def test_excimer_for_vitiligo_is_a_question(coded: Any) -> None:
    light = {"kind": "phototherapy", "modality": "excimer", "area_sq_cm": 100, "lesion_id": "L1"}
    assert coded([light], [{**PSORIASIS, "diagnosis": "L80"}]).status == "needs_review"


AK = {"lesion_id": "L1", "site": "scalp", "suspicion": False, "diagnosis": "L57.0"}


@pytest.mark.parametrize(
    ("facts", "lines"),
    [
        ({"applied_by": "staff"}, "96567"),
        ({"applied_by": "provider", "debridement": False}, "96573"),
        ({"applied_by": "provider", "debridement": True}, "96574"),
        ({"applied_by": "provider"}, ""),
        ({}, ""),
    ],
)
def test_photodynamic_therapy(coded: Any, facts: dict[str, Any], lines: str) -> None:
    light = {"kind": "photodynamic_therapy", "lesion_id": "L1", **facts}
    assert coded([light], [AK]).lines == lines


def test_photodynamic_therapy_in_two_ways_is_billed_once(coded: Any) -> None:
    """PD-1: one per day; the most that was done, the other as bundled."""
    by_staff = {"kind": "photodynamic_therapy", "lesion_id": "L1", "applied_by": "staff"}
    debrided = {**by_staff, "applied_by": "provider", "debridement": True}
    found = coded([by_staff, debrided], [AK])
    assert (found.lines, found.status) == ("96574", "ready")
    assert [(each.outcome, each.codes) for each in found.claim.edits] == [
        ("bundled", ("96574", "96567"))
    ]


def test_keratoses_under_the_light_are_not_destroyed_again(coded: Any) -> None:
    light = {"kind": "photodynamic_therapy", "lesion_id": "L1", "applied_by": "staff"}
    frozen = {
        "kind": "destruction",
        "lesion_class": "premalignant",
        "lesion_id": "L1",
        "count": 3,
    }
    assert coded([light, frozen], [AK]).lines == "96567"


def test_patch_tests(coded: Any) -> None:
    test = {"kind": "patch_test", "count": 36, "diagnosis": "L23.9"}
    assert coded([test]).lines == "95044x36"
    assert coded([{**test, "count": None}]).status == "needs_review"


@pytest.mark.parametrize(
    ("procedures", "lines"),
    [
        pytest.param([("avulsion", ["TA"])], "11730-TA", id="NL-1 first"),
        pytest.param([("avulsion", ["TA", "T5"])], "11730-TA 11732-T5", id="NL-1 further"),
        pytest.param([("matrixectomy", ["TA"])], "11750-TA", id="NL-2"),
        pytest.param(
            [("matrixectomy", ["TA"]), ("avulsion", ["TA"])], "11750-TA", id="NL-2 includes it"
        ),
        pytest.param(
            [("matrixectomy", ["TA"]), ("avulsion", ["T5"])],
            "11750-TA 11730-T5",
            id="NL-2 another nail stands by its digit",
        ),
        pytest.param([("biopsy", ["F1"])], "11755-F1", id="NL-3"),
        pytest.param([("biopsy", ["TA"]), ("avulsion", ["TA"])], "11730-TA", id="NL-3 included"),
        pytest.param([("debridement", ["TA", "T1", "T2", "T3", "T4"])], "11720", id="NL-4 five"),
        pytest.param(
            [("debridement", ["TA", "T1", "T2", "T3", "T4", "T5"])], "11721", id="NL-4 six"
        ),
    ],
)
def test_nails(coded: Any, procedures: list[tuple[str, list[str]]], lines: str) -> None:
    done = [
        {"kind": "nail", "procedure": name, "digits": digits, "diagnosis": "L60.0"}
        for name, digits in procedures
    ]
    found = coded(done)
    assert (found.lines, found.status) == (lines, "ready")


def test_a_digit_named_twice_is_one_nail_debrided(coded: Any) -> None:
    """NL-4; and Medicare is told that it wants the class findings."""
    digits = ["TA", "T1", "T2", "T3", "T4", "T4"]
    nail = {"kind": "nail", "procedure": "debridement", "digits": digits, "diagnosis": "B35.1"}
    found = coded([nail], around=MEDICARE)
    assert (found.lines, found.status) == ("11720", "ready")
    assert [(each.kind, each.outcome) for each in found.claim.edits] == [("modifier", "warned")]
    assert coded([nail], around=COMMERCIAL).claim.edits == ()
    assert coded([nail, nail]).lines == "11720"


def test_a_nail_without_its_digit_has_no_line(coded: Any) -> None:
    nail = {"kind": "nail", "procedure": "avulsion", "digits": [], "diagnosis": "L60.0"}
    assert coded([nail]).status == "needs_review"


def dose(**facts: Any) -> dict[str, Any]:
    return {
        "kind": "drug_administration",
        "lesion_id": "L1",
        "hcpcs": "J3245",
        "units": 100,
        "route": "subcutaneous",
        "supplied_by": "practice",
        "wasted_units": 0,
        **facts,
    }


@pytest.mark.parametrize(
    ("facts", "around", "lines", "status"),
    [
        pytest.param({}, {}, "96372 J3245-JZx100", "ready", id="DR-5 nothing discarded"),
        pytest.param(
            {"units": 80, "wasted_units": 20},
            {},
            "96372 J3245x80 J3245-JWx20",
            "ready",
            id="DR-4 waste on a line of its own",
        ),
        pytest.param(
            {"units": "92.5", "wasted_units": "7.5"},
            {},
            "96372 J3245x93 J3245-JWx7",
            "ready",
            id="DR-4 rounding up covers part of the waste",
        ),
        pytest.param(
            {"units": "99.5", "wasted_units": "0.5"},
            {},
            "96372 J3245-JZx100",
            "ready",
            id="DR-4 rounding up covers all of it",
        ),
        pytest.param(
            {"supplied_by": "specialty_pharmacy"},
            {},
            "96372",
            "ready",
            id="DR-3 administration only",
        ),
        pytest.param({"supplied_by": None}, {}, "96372", "needs_review", id="supplier not charted"),
        pytest.param(
            {"route": "intravenous"},
            {},
            "J3245-JZx100",
            "needs_review",
            id="DR-6 infusions need times, the drug is known",
        ),
        pytest.param(
            {"hcpcs": "J9260", "units": 1},
            {},
            "J9260-JZ",
            "needs_review",
            id="DR-1 chemotherapy is a question, the drug is known",
        ),
        pytest.param(
            {"wasted_units": None},
            MEDICARE,
            "96372 J3245x100",
            "needs_review",
            id="waste unknown, Medicare asks",
        ),
        pytest.param(
            {"wasted_units": None},
            COMMERCIAL,
            "96372 J3245x100",
            "ready",
            id="waste unknown, others warn",
        ),
        pytest.param(
            {"hcpcs": "J3301", "route": "intramuscular", "units": 4},
            {},
            "96372 J3301x4",
            "ready",
            id="a multi-dose vial takes neither",
        ),
        pytest.param(
            {"hcpcs": "J3301", "units": 4, "container": "single_dose"},
            {},
            "96372 J3301-JZx4",
            "ready",
            id="DR-0 the charted container counts",
        ),
        pytest.param(
            {"hcpcs": "J1010", "units": 40},
            MEDICARE,
            "96372 J1010x40",
            "needs_review",
            id="DR-0 container unknown, Medicare asks",
        ),
        pytest.param(
            {"hcpcs": "J1010", "units": 40},
            COMMERCIAL,
            "96372 J1010x40",
            "ready",
            id="DR-0 container unknown, others warn",
        ),
        pytest.param({"hcpcs": "J0000"}, {}, "96372", "needs_review", id="a code nobody knows"),
        pytest.param({"units": None}, {}, "96372", "needs_review", id="units not charted"),
    ],
)
def test_drugs(
    coded: Any, facts: dict[str, Any], around: dict[str, Any], lines: str, status: str
) -> None:
    found = coded([dose(**facts)], [PSORIASIS], around=around)
    assert (found.lines, found.status) == (lines, status)
