"""Sites by code family, ICD-10-CM by site and side, drugs by their names."""

import pytest

from shared.clinical.body_sites import Family, find_site, sites
from shared.clinical.diagnoses import (
    behavior_of,
    diagnoses,
    is_malignant,
    neoplasm_at,
    uncertain_neoplasm_at,
    unspecified_neoplasm_at,
)
from shared.clinical.drugs import find_drug

FACE = "face_ears_eyelids_nose_lips_mucosa"
CENTRAL = "eyelids_nose_ears_lips"
OUTER = "forehead_cheeks_chin_mouth_neck_axillae_genitalia_hands_feet"


@pytest.mark.parametrize(
    ("term", "family", "region"),
    [
        ("forehead", "removal", FACE),
        ("forehead", "intermediate_repair", FACE),
        ("forehead", "complex_repair", OUTER),
        ("nose", "removal", FACE),
        ("nose", "complex_repair", CENTRAL),
        ("helix", "complex_repair", CENTRAL),
        ("scalp", "intermediate_repair", "scalp_axillae_trunk_extremities"),
        ("scalp", "complex_repair", "scalp_arms_legs"),
        ("axilla", "removal", "trunk_arms_legs"),
        ("axilla", "complex_repair", OUTER),
        ("thumb", "removal", "scalp_neck_hands_feet_genitalia"),
        ("shoulder", "removal", "trunk_arms_legs"),
        ("Upper Back", "removal", "trunk_arms_legs"),
        ("hand", "mohs", "head_neck_hands_feet_genitalia_or_deep_structure"),
    ],
)
def test_a_site_has_a_group_in_every_family(term: str, family: Family, region: str) -> None:
    site = find_site(term)
    assert site is not None
    assert site.region(family) == region


@pytest.mark.parametrize("term", [None, "", "left", "elsewhere"])
def test_an_unknown_term_is_no_site(term: str | None) -> None:
    assert find_site(term) is None


@pytest.mark.parametrize(
    ("kind", "site", "side", "code", "side_missing"),
    [
        ("basal_cell_carcinoma", "nose", None, "C44.311", False),
        ("squamous_cell_carcinoma", "nose", None, "C44.321", False),
        ("melanoma_in_situ", "nose", None, "D03.39", False),
        ("melanocytic_nevus", "nose", None, "D22.39", False),
        ("melanoma_in_situ", "back", None, "D03.59", False),
        ("carcinoma_in_situ", "back", None, "D04.5", False),
        ("basal_cell_carcinoma", "breast", None, "C44.511", False),
        ("basal_cell_carcinoma", "shoulder", "right", "C44.612", False),
        ("basal_cell_carcinoma", "hand", "left", "C44.619", False),
        ("squamous_cell_carcinoma", "foot", "right", "C44.722", False),
        ("melanoma", "ear", "left", "C43.22", False),
        ("basal_cell_carcinoma", "upper_eyelid", "right", "C44.1121", False),
        ("basal_cell_carcinoma", "lower_eyelid", "left", "C44.1192", False),
        ("melanocytic_nevus", "forearm", None, "D22.60", True),
        ("melanocytic_nevus", "lip_skin", None, "D22.0", False),
        ("melanoma", "scalp", None, "C43.4", False),
    ],
)
def test_a_neoplasms_code_follows_site_and_side(
    kind: str, site: str, side: str | None, code: str, side_missing: bool
) -> None:
    found = neoplasm_at(kind, site, side)  # type: ignore[arg-type]
    assert found is not None
    assert (found.code, found.side_missing) == (code, side_missing)


def test_a_site_that_is_not_known_has_no_code() -> None:
    assert neoplasm_at("melanoma", "elsewhere", None) is None


@pytest.mark.parametrize(
    ("site", "unspecified", "uncertain"),
    [
        ("back", "D49.2", "D48.5"),
        ("lip_vermilion", "D49.0", "D37.01"),
        ("penis", "D49.59", "D40.8"),
        ("vulva", "D49.59", "D39.8"),
        (None, "D49.2", "D48.5"),
    ],
)
def test_unknown_and_undecidable_behavior_are_different_codes(
    site: str | None, unspecified: str, uncertain: str
) -> None:
    assert unspecified_neoplasm_at(site) == unspecified
    assert uncertain_neoplasm_at(site) == uncertain


@pytest.mark.parametrize(
    ("code", "behavior"),
    [
        ("C44.311", "malignant"),
        ("D03.59", "in_situ"),
        ("D48.5", "uncertain"),
        ("D49.2", "unspecified"),
        ("L57.0", "premalignant"),
        ("B07.8", "infectious"),
        ("C43.999", "malignant"),
        ("E11.9", None),
    ],
)
def test_a_code_states_a_behavior(code: str, behavior: str | None) -> None:
    assert behavior_of(code) == behavior
    assert is_malignant(code) == (behavior in ("malignant", "in_situ"))


def test_every_code_by_site_is_a_known_diagnosis_of_its_kind() -> None:
    known = diagnoses()
    for site in sites():
        for kind in ("melanoma", "basal_cell_carcinoma", "melanocytic_nevus"):
            for side in (None, "left", "right"):
                found = neoplasm_at(kind, site, side)  # type: ignore[arg-type]
                if found is not None:
                    assert known[found.code].kind == kind


@pytest.mark.parametrize("name", ["J3245", "tildrakizumab", "ILUMYA"])
def test_a_drug_is_found_by_code_generic_or_brand(name: str) -> None:
    drug = find_drug(name)
    assert drug is not None
    assert (drug.hcpcs, drug.unit, drug.container) == ("J3245", "1 mg", "single_dose")


def test_an_unknown_drug_is_none() -> None:
    assert find_drug("aspirin") is None
    assert find_drug(None) is None
