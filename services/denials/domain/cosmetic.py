"""Cosmetic or medical: the payer saw no necessity, or no valid notice."""

from services.denials.domain.finding import Denied, Finding, NextAction
from services.denials.domain.pathology_diagnosis import proves_disease, result_not_on_claim
from services.denials.domain.story import UNKNOWN

CODES = frozenset(
    {"50", "55", "56", "272", "N383", "N115", "N130", "N386", "N180", "N661", "114", "188", "216"}
)
NOTICE_CODES = frozenset({"116", "M27", "M39", "N563"})
ACTINIC_KERATOSIS = "L57.0"
STRONGER = {"L82.1": "L82.0"}
"""Codes that hide an inflammation the note records."""


def necessity(denied: Denied) -> Finding:
    """The note decides: written in it, on the claim, or in neither."""
    late = result_not_on_claim(denied)
    if late is not None and any(proves_disease(result) for _, result in denied.results):
        return late
    if ACTINIC_KERATOSIS in denied.diagnoses:
        return Finding(
            "cosmetic_vs_medical",
            "follow_up",
            "appeal",
            "Actinic keratosis is covered without further proof (NCD 250.4).",
            denied.place("/claim/diagnoses"),
        )
    documented = _documented(denied)
    if documented is True:
        return _documented_finding(denied)
    nature = denied.classification.nature
    if nature in ("cosmetic", "undetermined"):
        return Finding(
            "cosmetic_vs_medical",
            "intake",
            _patient_or_write_off(denied),
            f"Classified {nature} before the visit and sent to insurance all the same.",
            denied.place("/story/classification/nature"),
            origin=denied.classification.event_id,
            counterfactual="Routed to the patient with a signed notice, it would not have gone to "
            "the payer.",
        )
    if documented is False:
        return Finding(
            "cosmetic_vs_medical",
            "documentation",
            _patient_or_write_off(denied),
            "The note gives no reason for the removal; an addendum only if true and timely.",
            denied.place("/story/documentation"),
            origin=denied.documentation.event_id,
            counterfactual="A symptom, sign or change of the lesion in the note.",
        )
    return Finding(
        "cosmetic_vs_medical",
        "documentation",
        "review",
        "Necessity was denied; neither the note's reading nor the classification is known.",
        denied.place(),
    )


def notice(denied: Denied) -> Finding:
    """A notice that is missing or void leaves the provider liable."""
    return Finding(
        "cosmetic_vs_medical",
        "intake",
        "write_off",
        "The notice of non-coverage is missing or void: the provider is liable.",
        denied.place("/story/classification/notice"),
        origin=denied.classification.event_id,
        counterfactual="A valid notice signed before the service.",
    )


def _documented(denied: Denied) -> bool | None:
    """True: a criterion is in the note. False: looked for and not there. None: not known."""
    note = denied.documentation
    if note.necessity_documented is True or (
        isinstance(note.symptoms, tuple) and note.symptoms != ()
    ):
        return True
    if note.necessity_documented is UNKNOWN and note.symptoms is UNKNOWN:
        return False if denied.story.documentation is None else None
    return False


def _documented_finding(denied: Denied) -> Finding:
    weaker = next((code for code in denied.diagnoses if code in STRONGER), None)
    if weaker is not None:
        return Finding(
            "cosmetic_vs_medical",
            "coding",
            "corrected_claim",
            f"The note records an inflammation; the claim says {weaker}.",
            denied.place("/claim/diagnoses", "/story/documentation"),
            counterfactual=f"{STRONGER[weaker]} in place of {weaker}.",
        )
    return Finding(
        "cosmetic_vs_medical",
        "follow_up",
        "appeal",
        "The reason is in the note and on the claim; the payer decided otherwise.",
        denied.place("/claim/diagnoses", "/story/documentation"),
    )


def _patient_or_write_off(denied: Denied) -> NextAction:
    """The patient pays only with a valid notice, and never a contractual obligation."""
    obliged = any(each.group_code == "CO" for each in denied.adjustments)
    return "bill_patient" if denied.valid_notice and not obliged else "write_off"
