"""The diagnosis does not carry the code: usually because of a pathology result."""

from services.denials.domain.finding import Denied, Finding
from services.denials.domain.story import UNKNOWN, ResultFacts

CODES = frozenset({"11", "12", "146", "167", "B22", "M76", "M64", "MA63", "M81", "N569", "N206"})
WITHOUT_SPECIMEN = {"12": "other", "9": "other"}


def diagnosis_against_code(denied: Denied) -> Finding:
    """The claim's diagnosis is compared with the results on file."""
    mended = result_not_on_claim(denied)
    if mended is not None:
        return mended
    if denied.results:
        place, _ = denied.results[-1]
        return Finding(
            "pathology_diagnosis",
            "follow_up",
            "appeal",
            "The claim carries the diagnosis of the final result; the payer decided otherwise.",
            denied.place("/claim/diagnoses", f"/story/pathology/{place}"),
        )
    return Finding(
        "other" if denied.carc in WITHOUT_SPECIMEN else "pathology_diagnosis",
        "coding",
        "corrected_claim",
        "No result is on file: code and diagnosis do not go together.",
        denied.place("/claim/diagnoses"),
        counterfactual="A diagnosis that supports the code, where the record has one.",
    )


def result_not_on_claim(denied: Denied) -> Finding | None:
    """The finding where a settled result came after the claim left, or was ignored by it."""
    for place, result in reversed(denied.results):
        icd10 = result.icd10
        if icd10 is UNKNOWN or icd10 is None or icd10 in denied.claim.diagnoses:
            continue
        late = came_after_sending(denied, result)
        when = "before a result proved" if late else "without the result on file, which proves"
        return Finding(
            "pathology_diagnosis",
            "coding",
            "corrected_claim",
            f"The claim left {when} {icd10}; its diagnosis cannot support the code.",
            denied.place("/claim/diagnoses/0", f"/story/pathology/{place}"),
            origin=result.event_id,
            counterfactual=f"Sent after the result, the claim would have carried {icd10}"
            + (" with the malignant family." if _malignant(result) else "."),
        )
    return None


def came_after_sending(denied: Denied, result: ResultFacts) -> bool:
    """Whether the result was reported after the claim left."""
    reported = result.reported_at
    if reported is UNKNOWN or reported is None:
        reported = result.occurred_at
    sent = denied.claim.submitted_on
    return reported is not None and sent is not None and reported.date() > sent


def proves_disease(result: ResultFacts) -> bool:
    """Whether a result makes the removal medical whatever the impression was."""
    return result.behavior in ("malignant", "in_situ", "premalignant", "uncertain")


def _malignant(result: ResultFacts) -> bool:
    return result.behavior in ("malignant", "in_situ")
