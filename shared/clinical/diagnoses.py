"""ICD-10-CM of dermatology: what a code says about behavior, and the code of a kind at a site.

The code of a neoplasm depends on its kind, the body site and (for limbs, ears, eyelids) the side;
behavior not known and behavior the pathologist cannot decide are different codes.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from shared.clinical.body_sites import find_site
from shared.clinical.tables import rows

Side: TypeAlias = Literal["left", "right"]

MALIGNANT_BEHAVIORS = frozenset({"malignant", "in_situ"})
"""In-situ lesions use the malignant families of codes."""

GENITAL_SITES = frozenset({"penis", "scrotum", "vulva"})
_MALE = frozenset({"penis", "scrotum"})


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A billable ICD-10-CM code. `kind` is the lesion kind, `group` the anatomic group it names."""

    code: str
    says: str
    behavior: str
    kind: str
    group: str
    side: str


@dataclass(frozen=True, slots=True)
class SitedCode:
    """The code of a kind at a site. `side_missing`: the unspecified digit stands for a side."""

    code: str
    side_missing: bool


@cache
def diagnoses() -> dict[str, Diagnosis]:
    """Every known code of dermatology, by code."""
    return {
        row["code"]: Diagnosis(
            row["code"],
            row["short_description"],
            row["behavior_class"],
            row["lesion_kind"],
            row["anatomic_group"],
            row["laterality"],
        )
        for row in rows("icd10_dermatology.csv")
    }


@cache
def _by_site() -> dict[tuple[str, str, str], str]:
    return {
        (row["lesion_kind"], row["site_id"], row["side"]): row["code"]
        for row in rows("icd10_neoplasm_by_site.csv")
    }


@cache
def sited_kinds() -> frozenset[str]:
    """Lesion kinds whose code depends on the site."""
    return frozenset(kind for kind, _, _ in _by_site())


def neoplasm_at(kind: str, site_term: str | None, side: Side | None) -> SitedCode | None:
    """The code of a lesion kind at a site; None where the site is not known or has none.

    kind: as in `icd10_neoplasm_by_site.csv`, e.g. `basal_cell_carcinoma`, `melanocytic_nevus`.
    """
    site = find_site(site_term)
    if site is None:
        return None
    table = _by_site()
    plain = table.get((kind, site.id, "not_applicable"))
    if plain is not None:
        return SitedCode(plain, side_missing=False)
    sided = table.get((kind, site.id, side)) if side is not None else None
    if sided is not None:
        return SitedCode(sided, side_missing=False)
    unspecified = table.get((kind, site.id, "unspecified"))
    return None if unspecified is None else SitedCode(unspecified, side_missing=True)


def unspecified_neoplasm_at(site_term: str | None) -> str:
    """A lesion whose behavior no report has stated yet: D49.- by site (DX-3)."""
    site = find_site(site_term)
    if site is not None and site.group in ("lip_mucosa", "mucosa"):
        return "D49.0"
    if site is not None and site.id in GENITAL_SITES:
        return "D49.59"
    return "D49.2"


def uncertain_neoplasm_at(site_term: str | None) -> str:
    """A lesion whose behavior the pathologist says cannot be decided: D48.5 or its kin (DX-4)."""
    site = find_site(site_term)
    if site is None:
        return "D48.5"
    if site.group == "lip_mucosa":
        return "D37.01"
    if site.id in _MALE:
        return "D40.8"
    if site.id in GENITAL_SITES:
        return "D39.8"
    return "D48.5"


def behavior_of(code: str) -> str | None:
    """The behavior class a code states; by category where the exact code is not in the table."""
    known = diagnoses().get(code)
    if known is not None:
        return known.behavior
    return _CATEGORY_BEHAVIOR.get(code[:3])


def kind_of(code: str) -> str | None:
    """The lesion kind a code names, where the table knows it."""
    known = diagnoses().get(code)
    return None if known is None else known.kind


def is_malignant(code: str | None) -> bool:
    """Whether a code states a malignant or in-situ neoplasm."""
    return code is not None and behavior_of(code) in MALIGNANT_BEHAVIORS


_CATEGORY_BEHAVIOR = {
    "C43": "malignant",
    "C44": "malignant",
    "C4A": "malignant",
    "C46": "malignant",
    "C49": "malignant",
    "C79": "malignant",
    "C84": "malignant",
    "D03": "in_situ",
    "D04": "in_situ",
    "D07": "in_situ",
    "D17": "benign",
    "D18": "benign",
    "D22": "benign",
    "D23": "benign",
    "D37": "uncertain",
    "D39": "uncertain",
    "D40": "uncertain",
    "D48": "uncertain",
    "D49": "unspecified",
    "L72": "benign",
    "L82": "benign",
}
