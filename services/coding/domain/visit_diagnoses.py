"""The diagnoses of a visit as they may be coded: nothing suspected, no sign beside its disease."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.coding.domain.chart import Chart, because
from services.coding.domain.claim import Hold, Reason
from services.coding.domain.sources import ICD_GUIDELINES, ICD_SUSPECTED, LONG_AGO
from shared.clinical.diagnoses import behavior_of, is_malignant, kind_of
from shared.kernel.rule import rule

_AT = "/encounter/evaluation/diagnoses"
_UNSPECIFIED = {"D37.01": "D49.0", "D39.8": "D49.59", "D40.8": "D49.59"}
"""Where an uncertain behavior has a code of its site, the unspecified one of that site."""
_NEOPLASM = ("C", "D0", "D1", "D2", "D3", "D4")
_AFTER_NEOPLASM, _AFTER_OTHER = "Z48.3", "Z48.817"
_AFTER_CANCER, _HAD_CANCER = "Z08", ("Z85.8", "Z86.00")
_SIGNS = ("R20", "R21", "R23", "L29")
_ITCHING_ERUPTIONS = frozenset(
    {
        "atopic_dermatitis",
        "bullous_disease",
        "contact_dermatitis",
        "dermatitis",
        "drug_eruption",
        "infestation",
        "lichen_planus",
        "papulosquamous",
        "pityriasis_rosea",
        "prurigo_lichen",
        "psoriasis",
        "seborrheic_dermatitis",
        "tinea",
        "urticaria",
        "xerosis",
        "zoster",
    }
)
"""Diseases of which rash and itch are the ordinary signs."""


@dataclass(frozen=True, slots=True)
class VisitDiagnoses:
    """ICD-10-CM in the order charted, what was changed and why, and what a person must say."""

    codes: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    holds: tuple[Hold, ...] = ()


def visit_diagnoses(chart: Chart, stated: Sequence[str]) -> VisitDiagnoses:
    """What a visit is billed with, of the diagnoses charted for it."""
    named = [_as_known(chart, code) for code in stated]
    aftercare = _aftercare(named)
    codes = _without_signs(aftercare)
    changed = tuple(dict.fromkeys(codes)) != tuple(dict.fromkeys(stated))
    says = f"Charted {', '.join(stated)}; coded {', '.join(dict.fromkeys(codes))}."
    reasons = (because("DX-11", says, ICD_GUIDELINES, _AT),) if changed else ()
    return VisitDiagnoses(tuple(dict.fromkeys(codes)), reasons, _incomplete(codes))


@rule("DX-3", since=LONG_AGO, cite=ICD_SUSPECTED)
@rule("DX-4", since=LONG_AGO, cite=ICD_SUSPECTED)
def _as_known(chart: Chart, code: str) -> str:
    """A visit names no behavior that pathology has not stated: unspecified until then."""
    found = chart.findings.values()
    if behavior_of(code) == "uncertain":
        reported = any(each.report is not None and code in each.codes for each in found)
        return code if reported else _UNSPECIFIED.get(code, "D49.2")
    if not is_malignant(code):
        return code
    of_code = [
        chart.findings[each.lesion_id]
        for each in sorted(chart.encounter.lesions, key=lambda each: each.lesion_id)
        if each.diagnosis == code and each.lesion_id in chart.findings
    ]
    if not of_code or any(each.malignant for each in of_code):
        return code
    return next((each.codes[0] for each in of_code if each.codes), "D49.2")


@rule("DX-11", since=LONG_AGO, cite=ICD_GUIDELINES)
def _aftercare(codes: Sequence[str]) -> list[str]:
    """Aftercare of neoplasm surgery has its own code beside the neoplasm's."""
    neoplasm = any(code.startswith(_NEOPLASM) for code in codes)
    return [_AFTER_NEOPLASM if code == _AFTER_OTHER and neoplasm else code for code in codes]


@rule("DX-11", since=LONG_AGO, cite=ICD_GUIDELINES)
def _incomplete(codes: Sequence[str]) -> tuple[Hold, ...]:
    """Aftercare of a neoplasm names it; follow-up after cancer names the history."""
    held = []
    if _AFTER_NEOPLASM in codes and not any(code.startswith(_NEOPLASM) for code in codes):
        held.append(
            Hold("missing_fact", "Evaluation: aftercare of a neoplasm, which one is not charted.")
        )
    if _AFTER_CANCER in codes and not any(code.startswith(_HAD_CANCER) for code in codes):
        says = "Evaluation: follow-up after cancer, the history of which one is not charted."
        held.append(Hold("missing_fact", says))
    return tuple(held)


@rule("DX-11", since=LONG_AGO, cite=ICD_GUIDELINES)
def _without_signs(codes: Sequence[str]) -> list[str]:
    """A sign is not coded beside the disease that explains it."""
    explained = any(kind_of(code) in _ITCHING_ERUPTIONS for code in codes)
    return [code for code in codes if not (explained and code.startswith(_SIGNS))]
