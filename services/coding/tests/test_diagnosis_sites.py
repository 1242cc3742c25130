"""The diagnosis of every histology at every kind of site, by side (DX-1, FACT-1)."""

from typing import Any

import pytest

SHAVE = {"kind": "shave_removal", "lesion_id": "L1", "diameter_cm": "0.8"}

REPORTED = {
    "Basal cell carcinoma.": [
        ("shoulder", "right", "C44.612"),
        ("hand", "left", "C44.619"),
        ("hip", "right", "C44.712"),
        ("foot", "left", "C44.719"),
        ("ear", "right", "C44.212"),
        ("ear", "left", "C44.219"),
        ("upper_eyelid", "right", "C44.1121"),
        ("lower_eyelid", "right", "C44.1122"),
        ("upper_eyelid", "left", "C44.1191"),
        ("lower_eyelid", "left", "C44.1192"),
        ("lip_skin", None, "C44.01"),
        ("nose", None, "C44.311"),
        ("forehead", None, "C44.319"),
        ("neck", None, "C44.41"),
        ("retroauricular", "left", "C44.41"),
        ("abdomen", None, "C44.519"),
        ("breast", "right", "C44.511"),
        ("perianal", None, "C44.510"),
        ("forearm", None, "C44.611"),
        ("upper_eyelid", None, "C44.111"),
    ],
    "Squamous cell carcinoma.": [
        ("forearm", "right", "C44.622"),
        ("finger", "left", "C44.629"),
        ("lower_leg", "right", "C44.722"),
        ("toe", "left", "C44.729"),
        ("ear", "right", "C44.222"),
        ("ear", "left", "C44.229"),
        ("upper_eyelid", "right", "C44.1221"),
        ("lower_eyelid", "right", "C44.1222"),
        ("upper_eyelid", "left", "C44.1291"),
        ("lower_eyelid", "left", "C44.1292"),
        ("lip_skin", None, "C44.02"),
        ("nose", None, "C44.321"),
        ("temple", "right", "C44.329"),
        ("scalp", None, "C44.42"),
        ("buttock", "left", "C44.529"),
        ("breast", "left", "C44.521"),
        ("thigh", None, "C44.721"),
    ],
    "Melanoma.": [
        ("shoulder", "right", "C43.61"),
        ("upper_arm", "left", "C43.62"),
        ("thigh", "right", "C43.71"),
        ("ankle", "left", "C43.72"),
        ("ear", "right", "C43.21"),
        ("ear", "left", "C43.22"),
        ("upper_eyelid", "right", "C43.111"),
        ("lip_skin", None, "C43.0"),
        ("nose", None, "C43.31"),
        ("cheek", "left", "C43.39"),
        ("scalp", None, "C43.4"),
        ("chest", None, "C43.59"),
        ("breast", "left", "C43.52"),
        ("perianal", None, "C43.51"),
        ("ear", None, "C43.20"),
    ],
    "Melanoma in situ.": [
        ("wrist", "right", "D03.61"),
        ("elbow", "left", "D03.62"),
        ("knee", "right", "D03.71"),
        ("foot", "left", "D03.72"),
        ("ear", "right", "D03.21"),
        ("ear", "left", "D03.22"),
        ("lower_eyelid", "left", "D03.122"),
        ("lip_skin", None, "D03.0"),
        ("nose", None, "D03.39"),
        ("chin", None, "D03.39"),
        ("scalp", None, "D03.4"),
        ("back", None, "D03.59"),
        ("breast", "left", "D03.52"),
        ("perianal", None, "D03.51"),
        ("foot", None, "D03.70"),
    ],
    "Squamous cell carcinoma in situ.": [
        ("hand", "right", "D04.61"),
        ("forearm", "left", "D04.62"),
        ("lower_leg", "right", "D04.71"),
        ("thigh", "left", "D04.72"),
        ("ear", "right", "D04.21"),
        ("upper_eyelid", "left", "D04.121"),
        ("lip_skin", None, "D04.0"),
        ("nose", None, "D04.39"),
        ("neck", None, "D04.4"),
        ("axilla", "left", "D04.5"),
    ],
    "Compound melanocytic nevus.": [
        ("shoulder", "right", "D22.61"),
        ("hand", "left", "D22.62"),
        ("hip", "right", "D22.71"),
        ("foot", "left", "D22.72"),
        ("ear", "right", "D22.21"),
        ("ear", "left", "D22.22"),
        ("upper_eyelid", "right", "D22.111"),
        ("lower_eyelid", "right", "D22.112"),
        ("upper_eyelid", "left", "D22.121"),
        ("lower_eyelid", "left", "D22.122"),
        ("lip_skin", None, "D22.0"),
        ("nose", None, "D22.39"),
        ("neck", None, "D22.4"),
        ("groin", "left", "D22.5"),
        ("breast", "left", "D22.5"),
        ("hand", None, "D22.60"),
    ],
    "Dermatofibroma.": [
        ("forearm", "right", "D23.61"),
        ("forearm", "left", "D23.62"),
        ("thigh", "right", "D23.71"),
        ("lower_leg", "left", "D23.72"),
        ("ear", "left", "D23.22"),
        ("lower_eyelid", "right", "D23.112"),
        ("lip_skin", None, "D23.0"),
        ("nose", None, "D23.39"),
        ("scalp", None, "D23.4"),
        ("ear", None, "D23.20"),
    ],
    "Lipoma.": [
        ("forearm", "right", "D17.21"),
        ("shoulder", "left", "D17.22"),
        ("thigh", "right", "D17.23"),
        ("thigh", "left", "D17.24"),
        ("neck", None, "D17.0"),
        ("forehead", None, "D17.0"),
        ("scalp", None, "D17.0"),
        ("chest", None, "D17.1"),
        ("forearm", None, "D17.20"),
    ],
}
"""By report: site and side of the lesion, and its ICD-10-CM."""

UNSTATED = frozenset(
    {"C43.20", "C44.111", "C44.611", "C44.721", "D03.70", "D17.20", "D22.60", "D23.20"}
)
"""Codes of a side not stated: shown, and a person names the side (FACT-1)."""


@pytest.mark.parametrize(
    ("text", "site", "side", "diagnosis"),
    [(text, *row) for text, rows in REPORTED.items() for row in rows],
)
def test_report_at_a_site(
    coded: Any, write: Any, text: str, site: str, side: str | None, diagnosis: str
) -> None:
    found = coded(
        [SHAVE],
        [write.lesion("L1", site, laterality=side)],
        specimens=[{"specimen_id": "S1", "lesion_id": "L1", "procedure_id": "P1"}],
        around={"results": [write.report("S1", "ak", diagnosis_text=text)]},
    )
    unstated = side is None and diagnosis in UNSTATED
    assert (found.diagnoses, found.status) == (diagnosis, "needs_review" if unstated else "ready")
