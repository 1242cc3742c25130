"""What a pathology report can name: diagnoses with their behavior, and the codes labs send.

The lexicon is curated by hand (`data/histology.csv`). `automatic` is false where coders differ or
the term settles nothing: a person reads those reports.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from shared.clinical.body_sites import find_site
from shared.clinical.diagnoses import (
    Side,
    SitedCode,
    behavior_of,
    diagnoses,
    neoplasm_at,
    sited_kinds,
    uncertain_neoplasm_at,
)
from shared.clinical.tables import items, rows

Behavior: TypeAlias = Literal["benign", "premalignant", "in_situ", "malignant", "uncertain"]
CodeSystem: TypeAlias = Literal["snomed", "icd10cm", "icdo"]

SEVERITY: tuple[Behavior | None, ...] = (
    None,
    "benign",
    "premalignant",
    "uncertain",
    "in_situ",
    "malignant",
)
"""From least to most severe."""

_ICDO_BEHAVIOR: dict[str, Behavior] = {
    "0": "benign",
    "1": "uncertain",
    "2": "in_situ",
    "3": "malignant",
    "6": "malignant",
}
_SNOMED_TERM = {
    "1338007": "basal cell carcinoma",
    "254701007": "basal cell carcinoma",
    "28899001": "squamous cell carcinoma",
    "254651007": "squamous cell carcinoma",
    "59529006": "squamous cell carcinoma in situ",
    "2092003": "melanoma",
    "93655004": "melanoma",
    "77986002": "melanoma in situ",
    "109266006": "melanoma in situ",
    "201101007": "actinic keratosis",
    "25499005": "seborrheic keratosis",
    "400010006": "melanocytic nevus",
    "254818000": "dysplastic nevus",
}
"""Curated: SNOMED CT morphologies and disorders of the skin that state one diagnosis."""


@dataclass(frozen=True, slots=True)
class Term:
    """One diagnosis of the lexicon. `icd10` is empty where the code depends on the site."""

    name: str
    synonyms: tuple[str, ...]
    behavior: Behavior | None
    kind: str
    icd10: str
    icdo: tuple[str, ...]
    automatic: bool


@dataclass(frozen=True, slots=True)
class Code:
    """A code a lab sent with its result."""

    system: CodeSystem
    code: str


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """What a code states: always a behavior; the term where the lexicon has it."""

    behavior: Behavior
    term: Term | None
    icd10: str | None = None
    metastatic: bool = False


@cache
def terms() -> tuple[Term, ...]:
    """The diagnoses of the lexicon."""
    return tuple(_term(row) for row in rows("histology.csv"))


@cache
def term_named(name: str) -> Term:
    """The diagnosis of that name or synonym.

    Raises:
        KeyError: the lexicon has none.
    """
    return _terms_by_name()[name]


@cache
def _terms_by_name() -> dict[str, Term]:
    named = {synonym: term for term in terms() for synonym in term.synonyms}
    return named | {term.name: term for term in terms()}


@cache
def _term_of_icdo() -> dict[str, Term]:
    return {code: term for term in terms() for code in term.icdo}


def meaning_of(code: Code) -> CodeMeaning | None:
    """What a lab's code states; None where it is not known or states no behavior."""
    if code.system == "icdo":
        return _meaning_of_icdo(code.code.strip().upper().removeprefix("M"))
    if code.system == "snomed":
        name = _SNOMED_TERM.get(code.code.strip())
        term = None if name is None else term_named(name)
        if term is None or term.behavior is None:
            return None
        return CodeMeaning(term.behavior, term)
    stated = _BEHAVIOR_OF_CLASS.get(behavior_of(code.code) or "")
    if stated is None:
        return None
    return CodeMeaning(stated, None, code.code, metastatic=code.code.startswith("C79"))


def _meaning_of_icdo(code: str) -> CodeMeaning | None:
    morphology, _, digit = code.partition("/")
    behavior = _ICDO_BEHAVIOR.get(digit[:1])
    if behavior is None or not (morphology.isdigit() and len(morphology) == 4):
        return None
    return CodeMeaning(behavior, _term_of_icdo().get(code), metastatic=digit.startswith("6"))


def code_at(term: Term, site: str | None, side: Side | None) -> SitedCode | None:
    """The ICD-10-CM code of a diagnosis at a site; None where it cannot be told."""
    if term.icd10:
        return SitedCode(term.icd10, side_missing=False) if _fits(term, site) else None
    if term.kind == "uncertain_neoplasm":
        known = find_site(site) is not None
        return SitedCode(uncertain_neoplasm_at(site), side_missing=False) if known else None
    if term.kind == "lipoma":
        return _lipoma_at(site, side)
    if term.kind == "sebaceous_carcinoma":
        # Only eyelids have a code of their own for it.
        return neoplasm_at(term.kind, site, side) or neoplasm_at(
            "other_skin_malignancy", site, side
        )
    genital = _AT_GENITALS.get((term.kind, _site_id(site)))
    if genital is not None:
        return SitedCode(genital, side_missing=False)
    return neoplasm_at(term.kind, site, side) if term.kind in sited_kinds() else None


_AT_GENITALS: dict[tuple[str, str | None], str] = {
    ("carcinoma_in_situ", "penis"): "D07.4",
    ("carcinoma_in_situ", "scrotum"): "D07.61",
    ("carcinoma_in_situ", "vulva"): "D07.1",
    ("melanocytic_nevus", "penis"): "D29.0",
    ("melanocytic_nevus", "scrotum"): "D29.4",
    ("melanocytic_nevus", "vulva"): "D28.0",
}
"""Genital skin is outside of D04 and D22 (ICD-10-CM, excludes notes)."""


def _site_id(term: str | None) -> str | None:
    site = find_site(term)
    return None if site is None else site.id


MUCOSA = ("mucosa", "lip_mucosa")
_SITES_OF_GROUP: dict[str, frozenset[str]] = {
    "foot": frozenset({"foot", "toe", "toenail"}),
    "hand": frozenset({"hand", "finger", "fingernail"}),
    "nail": frozenset({"finger", "fingernail", "toe", "toenail"}),
    "scalp": frozenset({"scalp"}),
    "groin": frozenset({"groin", "thigh", "perineum", "buttock"}),
    "genitalia": frozenset({"penis", "scrotum", "vulva", "perineum", "perianal", "groin"}),
}


def _fits(term: Term, site_term: str | None) -> bool:
    """Whether a code that does not depend on the site can be of this site.

    A plantar wart is of the foot; a wart of genital or anal skin is another code; codes of the
    skin are not those of mucosa.
    """
    site = find_site(site_term)
    if site is None:
        return True
    if term.kind == "viral_wart":
        return site.group not in ("genitalia", "anal_skin", *MUCOSA)
    coded = diagnoses().get(term.icd10)
    if coded is not None and coded.behavior == "infectious" and coded.group in _SITES_OF_GROUP:
        return site.id in _SITES_OF_GROUP[coded.group]
    return site.group not in MUCOSA or term.icd10[0] not in "DL"


def _lipoma_at(site_term: str | None, side: Side | None) -> SitedCode | None:
    site = find_site(site_term)
    if site is None or site.group in ("genitalia", *MUCOSA):
        return None
    if site.group not in ("upper_limb", "lower_limb"):
        region = site.region("removal")
        trunk = region == "trunk_arms_legs"
        return SitedCode("D17.1" if trunk else "D17.0", side_missing=False)
    for code, diagnosis in diagnoses().items():
        if (diagnosis.kind, diagnosis.group, diagnosis.side) == ("lipoma", site.group, side):
            return SitedCode(code, side_missing=False)
    return SitedCode("D17.20", side_missing=True)


_BEHAVIOR_OF_CLASS: dict[str, Behavior] = {
    "benign": "benign",
    "premalignant": "premalignant",
    "in_situ": "in_situ",
    "malignant": "malignant",
    "uncertain": "uncertain",
    "infectious": "benign",
    "inflammatory": "benign",
}


def _term(row: dict[str, str]) -> Term:
    behavior = row["behavior"]
    return Term(
        name=row["term"],
        synonyms=items(row["synonyms"]),
        behavior=next((known for known in SEVERITY if known == behavior), None),
        kind=row["kind"],
        icd10=row["icd10"],
        icdo=items(row["icdo"]),
        automatic=row["automatic"] == "yes",
    )
