"""Reports read: codes first, a closed vocabulary, clause-scoped doubt. Ids read as policy."""

import pytest

from shared.clinical.histology import Code
from shared.clinical.reports import interpret

AUTOMATIC = {
    "a biopsy of the nose": (
        "SKIN, NOSE, TANGENTIAL BIOPSY: Basal cell carcinoma, nodular type.",
        "8090/3",
        "nose",
        None,
        "malignant",
        "C44.311",
        "not_reported",
    ),
    "a benign nevus with clear margins": (
        "Compound melanocytic nevus, margins clear.",
        "8760/0",
        "back",
        None,
        "benign",
        "D22.5",
        "clear",
    ),
    "a corrected report": (
        "CORRECTED after expert review: Melanoma in situ, margins clear.",
        "8720/2",
        "back",
        None,
        "in_situ",
        "D03.59",
        "clear",
    ),
    "negation ends with its sentence": (
        "No evidence of malignancy. Seborrheic keratosis, inflamed.",
        None,
        "back",
        None,
        "benign",
        "L82.0",
        "not_reported",
    ),
    "a list under one negation": (
        "Seborrheic keratosis; negative for melanoma, squamous cell carcinoma or lymphoma.",
        None,
        "back",
        None,
        "benign",
        "L82.1",
        "not_reported",
    ),
    "negation behind the term": (
        "Melanoma is not identified. Melanocytic nevus.",
        None,
        "scalp",
        None,
        "benign",
        "D22.4",
        "not_reported",
    ),
    "one involved margin is enough": (
        "Squamous cell carcinoma in situ, deep margin involved, peripheral margins clear",
        None,
        "forearm",
        "left",
        "in_situ",
        "D04.62",
        "involved",
    ),
    "tumor at the edge": (
        "Basal cell carcinoma extends to the deep margin.",
        None,
        "ear",
        "right",
        "malignant",
        "C44.212",
        "involved",
    ),
    "a margin denied is clear": (
        "Basal cell carcinoma, margins not involved",
        None,
        "scalp",
        None,
        "malignant",
        "C44.41",
        "clear",
    ),
    "an unassessable margin is not reported": (
        "Basal cell carcinoma. Margins cannot be assessed.",
        None,
        "scalp",
        None,
        "malignant",
        "C44.41",
        "not_reported",
    ),
    "an involved margin named first": (
        "Tumor is present at the margin. Squamous cell carcinoma, well differentiated.",
        None,
        "scalp",
        None,
        "malignant",
        "C44.42",
        "involved",
    ),
    "history is not a diagnosis": (
        "History of melanoma. Intradermal nevus.",
        None,
        "back",
        None,
        "benign",
        "D22.5",
        "not_reported",
    ),
    "clinical history is not read": (
        "CLINICAL HISTORY: r/o melanoma.\nDIAGNOSIS: Intradermal nevus.",
        None,
        "back",
        None,
        "benign",
        "D22.5",
        "not_reported",
    ),
    "moderate dysplasia is a nevus (DX-8)": (
        "Dysplastic nevus with moderate atypia",
        None,
        "back",
        None,
        "benign",
        "D22.5",
        "not_reported",
    ),
    "an infection is benign": (
        "Verruca vulgaris.",
        None,
        "hand",
        "left",
        "benign",
        "B07.8",
        "not_reported",
    ),
    "uncertain only when the pathologist says so (DX-4)": (
        "Melanocytic neoplasm of uncertain behavior.",
        None,
        "back",
        None,
        "uncertain",
        "D48.5",
        "not_reported",
    ),
    "the text names the site where none is given": (
        "SKIN, LEFT EAR, BIOPSY: Basal cell carcinoma.",
        None,
        None,
        None,
        "malignant",
        "C44.219",
        "not_reported",
    ),
}


@pytest.mark.parametrize("case", AUTOMATIC.values(), ids=AUTOMATIC)
def test_understood_reports_decide_alone(case):
    text, icdo, site, side, behavior, icd10, margins = case
    codes = (Code("icdo", icdo),) if icdo else ()
    found = interpret(text, codes, site, side)
    assert (found.decision, found.confirmed) == ("automatic", True), found.reasons
    assert (found.behavior, found.icd10, found.margins) == (behavior, icd10, margins)


REVIEW = {
    "consistent with": ("Consistent with basal cell carcinoma.", None, "nose", None, False, "DX-3"),
    "suspicious for": ("Findings suspicious for melanoma", None, "nose", None, False, "DX-3"),
    "favored behind": ("Basal cell carcinoma is favored", None, "nose", None, False, "DX-3"),
    "a question mark": ("BCC?", None, "nose", None, False, "DX-3"),
    "versus": ("Basal cell carcinoma versus trichoepithelioma", None, "nose", None, False, "DX-3"),
    "doubt in the comment": (
        "DIAGNOSIS: Basal cell carcinoma.\nCOMMENT: squamous cell carcinoma cannot be excluded.",
        None,
        "nose",
        None,
        False,
        "DX-3",
    ),
    "a word not known may deny": ("Nevus with quokka pattern", None, "back", None, False, "PI-4"),
    "two diagnoses": (
        "Basal cell carcinoma and actinic keratosis",
        None,
        "back",
        None,
        True,
        "PI-5",
    ),
    "an unnamed malignancy beside": (
        "Seborrheic keratosis. Carcinoma.",
        None,
        "back",
        None,
        True,
        "PI-5",
    ),
    "code against text": ("Basal cell carcinoma", "8070/3", "back", None, True, "DX-9"),
    "behavior digit against text": ("Melanoma in situ", "8720/3", "back", None, True, "DX-9"),
    "severe atypia (DX-8)": (
        "Dysplastic nevus with severe atypia",
        None,
        "back",
        None,
        True,
        "DX-8",
    ),
    "side missing": ("Squamous cell carcinoma in situ", None, "forearm", None, True, "PI-6"),
    "site missing": ("Melanoma", None, None, None, True, "PI-6"),
    "another site": ("SKIN, CHEEK: melanoma", None, "back", None, True, "DX-9"),
    "another side": ("SKIN, LEFT FOREARM: melanoma", None, "forearm", "right", True, "DX-9"),
    "nothing stated": ("See attached.", None, "back", None, False, "PI-3"),
    "only a code": ("", "8090/3", "back", None, False, "PI-3"),
    "coders differ": ("Keratoacanthoma", None, "back", None, True, "PI-7"),
    "no tissue is not benign": ("No tissue received.", None, "back", None, True, "PI-7"),
    "denied alone": ("Negative for melanoma.", None, "back", None, False, "PI-3"),
}


@pytest.mark.parametrize("case", REVIEW.values(), ids=REVIEW)
def test_the_rest_goes_to_a_person(case):
    text, icdo, site, side, confirmed, rule = case
    found = interpret(text, (Code("icdo", icdo),) if icdo else (), site, side)
    assert found.decision == "review"
    assert found.confirmed is confirmed
    assert rule in {reason.rule for reason in found.reasons}
    if not confirmed:
        assert found.icd10 is None


def test_no_residual_is_settled_only_by_an_established_malignancy():
    text = "No residual basal cell carcinoma. Margins negative."
    assert interpret(text, site="back").decision == "review"
    settled = interpret(text, site="back", lesion_diagnosis="C44.519")
    assert (settled.decision, settled.behavior, settled.icd10) == ("automatic", "benign", None)


def test_spans_count_code_points_and_reasons_hold_no_words():
    text = "🙂 Left cheek: no melanoma; xylophone nevus, margins clear"
    found = interpret(text, site="cheek")
    marked = {(span.role, text[span.start : span.end]) for span in found.spans}
    assert {("negation", "no"), ("diagnosis", "nevus"), ("margin", "clear")} <= marked
    assert {("site", "Left"), ("site", "cheek")} <= marked
    assert not any("xylophone" in reason.says for reason in found.reasons)


def test_what_is_longer_than_a_report_goes_to_a_person():
    found = interpret("Intradermal nevus. " * 6_000, site="back")
    assert (found.decision, found.confirmed, found.diagnosis) == ("review", False, None)
    assert "PI-10" in {reason.rule for reason in found.reasons}
