"""What a lesion is taken to be without a report: established, suspected or as diagnosed."""

from dataclasses import replace

from services.coding.domain.chart import Finding, because, review
from services.coding.domain.claim import Hold, Reason
from services.coding.domain.documented import Lesion
from services.coding.domain.sources import COVERAGE, ICD_GUIDELINES, ICD_SUSPECTED, LONG_AGO, OWN
from shared.clinical.body_sites import find_site
from shared.clinical.criteria import read_criteria
from shared.clinical.diagnoses import (
    behavior_of,
    diagnoses,
    is_malignant,
    kind_of,
    neoplasm_at,
    sited_kinds,
    unspecified_neoplasm_at,
)
from shared.clinical.signs import Sign
from shared.kernel.rule import rule

_KERATOSIS, _INFLAMED_KERATOSIS = "L82.1", "L82.0"
_INFLAMED = (Sign.INFLAMMATION, Sign.INFECTION)
_RASH_WORDS = ("rash", "eruption", "dermatitis", "exanthem")

_PART = {
    group: part
    for part, groups in {
        "head": (
            "ear",
            "eyelid_lower",
            "eyelid_unspecified",
            "eyelid_upper",
            "face_other",
            "face_unspecified",
            "lip_skin",
            "nose",
            "scalp_neck",
        ),
        "trunk": ("anal_skin", "breast_skin", "trunk_other"),
        "upper limb": ("upper_limb",),
        "lower limb": ("lower_limb",),
    }.items()
    for group in groups
}
"""Parts of the body that no chart takes for one another, by the groups of ICD-10-CM."""


def clinical(place: int, lesion: Lesion) -> Finding:
    """Without a report: established, suspected, or clinically diagnosable."""
    found = _impression(place, lesion)
    code = lesion.diagnosis
    if code is None or not _is_a_heading(code) or lesion.suspicion:
        return found
    asks = f"Lesion {lesion.lesion_id}: {code} is the heading of several codes, which one?"
    return replace(found, holds=(*found.holds, review("diagnosis_invalid", asks)))


@rule("RD-3", since=LONG_AGO, cite=ICD_GUIDELINES)
def _is_a_heading(code: str) -> bool:
    """A code that others of the table refine is none to bill."""
    known = diagnoses()
    return code not in known and any(each.startswith(code) for each in known)


def _impression(place: int, lesion: Lesion) -> Finding:
    at = f"/encounter/lesions/{place}"
    code = lesion.diagnosis
    if code is None:
        return _without_impression(at, lesion)
    if is_malignant(code):
        return _malignant_impression(at, lesion, code)
    if lesion.suspicion or behavior_of(code) in ("uncertain", "unspecified"):
        return _suspected(at, lesion)
    return _diagnosable(at, lesion, code)


@rule("DX-12", since=LONG_AGO, cite=OWN)
def _without_impression(at: str, lesion: Lesion) -> Finding:
    """No diagnosis, no suspicion and no report: a person names it."""
    if lesion.suspicion:
        return _suspected(at, lesion)
    asks = f"Lesion {lesion.lesion_id}: no diagnosis, no suspicion and no report."
    return Finding(holds=(review("diagnosis", asks),))


@rule("DX-5", since=LONG_AGO, cite=ICD_GUIDELINES)
def _malignant_impression(at: str, lesion: Lesion, code: str) -> Finding:
    """A malignant diagnosis is used where an earlier biopsy established it."""
    if lesion.suspicion is False:
        sided_code, sided = sited_code(lesion, code)
        holds = () if sided else (side_missing(lesion),)
        reason = because(
            "DX-5", "Established by earlier pathology.", ICD_GUIDELINES, f"{at}/diagnosis"
        )
        shown = sided_code or code
        return Finding(
            (shown,),
            behavior_of(shown),
            kind_of(shown),
            proven=True,
            reasons=(reason,),
            holds=(*holds, *_place_conflict(lesion, code)),
        )
    suspected = _suspected(at, lesion)
    if lesion.suspicion:
        return suspected
    asks = f"Lesion {lesion.lesion_id}: is its malignancy established or suspected?"
    return replace(suspected, holds=(review("missing_fact", asks),))


@rule("DX-3", since=LONG_AGO, cite=ICD_SUSPECTED)
@rule("DX-4", since=LONG_AGO, cite=ICD_SUSPECTED)
def _suspected(at: str, lesion: Lesion) -> Finding:
    """A suspicion is never coded as the disease: unspecified behavior, or the sign of a rash."""
    code = unstated(lesion)
    says = "Suspected only: behavior is not specified."
    reason = because("DX-3", says, ICD_SUSPECTED, f"{at}/suspicion")
    return Finding((code,), behavior_of(code), kind_of(code), reasons=(reason,))


@rule("DX-6", since=LONG_AGO, cite=ICD_GUIDELINES)
def _diagnosable(at: str, lesion: Lesion, code: str) -> Finding:
    """What is diagnosed clinically is coded as diagnosed."""
    holds = _place_conflict(lesion, code)
    code = _by_inflammation(lesion, code)
    known = diagnoses().get(code)
    shown, sided = code, True
    if known is not None and (known.side == "unspecified" or known.group == "unspecified"):
        sited, sided = sited_code(lesion, code)
        shown = sited or code
    reason: Reason = because(
        "DX-6", "Clinical diagnosis of the lesion.", ICD_GUIDELINES, f"{at}/diagnosis"
    )
    return Finding(
        (shown,),
        behavior_of(shown),
        kind_of(shown),
        reasons=(reason,),
        holds=holds if sided else (*holds, side_missing(lesion)),
    )


@rule("MC-5", since=LONG_AGO, cite=COVERAGE)
def _by_inflammation(lesion: Lesion, code: str) -> str:
    """A seborrheic keratosis is the inflamed one where the chart documents inflammation."""
    if code != _KERATOSIS:
        return code
    signs = (each for symptom in lesion.symptoms for each in read_criteria(symptom))
    inflamed = any(each.present and each.sign in _INFLAMED for each in signs)
    return _INFLAMED_KERATOSIS if inflamed else code


def _place_conflict(lesion: Lesion, code: str) -> tuple[Hold, ...]:
    """The part of the body or the side that a charted code names is not the lesion's."""
    known, site = diagnoses().get(code), find_site(lesion.site)
    named = _PART.get("" if known is None else known.group)
    charted = _PART.get("" if site is None else site.group)
    if named is not None and charted is not None and named != charted:
        says = f"Lesion {lesion.lesion_id}: {code} names another site than its own."
        return (review("site_conflict", says),)
    sides = {"left", "right"} if known is None else {known.side} & {"left", "right"}
    if lesion.laterality is None or not sides or lesion.laterality in sides:
        return ()
    says = f"Lesion {lesion.lesion_id}: {code} names another side than its own."
    return (review("side_conflict", says),)


def sited_code(lesion: Lesion, code: str | None) -> tuple[str | None, bool]:
    """A code moved to the lesion's own site, and whether its side is known where it has one."""
    kind = None if code is None else kind_of(code)
    if code is None or kind not in sited_kinds():
        return code, True
    found = neoplasm_at(kind or "", lesion.site, lesion.laterality)
    if found is None:
        return code, True
    return found.code, not found.side_missing


def side_missing(lesion: Lesion) -> Hold:
    return Hold("missing_fact", f"Lesion {lesion.lesion_id}: the side is not charted.")


def unstated(lesion: Lesion) -> str:
    """The code of what nobody has named: a neoplasm by site, a rash by its sign."""
    if lesion.type is not None and any(word in lesion.type.lower() for word in _RASH_WORDS):
        return "R21"
    if behavior_of(lesion.diagnosis or "") == "inflammatory":
        return "R21"
    return unspecified_neoplasm_at(lesion.site)
