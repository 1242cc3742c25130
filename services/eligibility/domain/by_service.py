"""What the kind of service alone decides (`CL-3`, `CL-9`): one function per row of the table.

A row answers None where it does not decide; `SERVICE_RULES` is the running order.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from services.eligibility.domain.answer import (
    Judgement,
    Reason,
    Span,
    cosmetic,
    medical,
    undetermined,
)
from services.eligibility.domain.seen import Seen
from shared.clinical.criteria import CRITERIA
from shared.clinical.diagnosis_groups import Group
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

ServiceRule: TypeAlias = Callable[[Seen], Judgement | None]

_SINCE = date(2024, 8, 8)
_OWN = Cite("own")
_BPM = Cite("Benefit Policy Manual ch. 16 §120")
_WPS = Cite("L35498")

MEDICAL_GROUPS = frozenset({
    Group.MALIGNANT, Group.IN_SITU, Group.UNCERTAIN, Group.ACTINIC_KERATOSIS, Group.WART,
    Group.MOLLUSCUM_CONDYLOMA, Group.DISEASE, Group.HYPERHIDROSIS, Group.NEUROLOGIC,
})  # fmt: skip
_AESTHETIC = re.compile(
    r"\b(?:filler|wrinkles?|rhytids?|fine\s+lines|rejuvenation|anti-?aging|hair\s+removal|laser\s+hair|"
    r"tattoo|spider\s+veins?|lip\s+augmentation|chemical\s+peels?)\b",
    re.IGNORECASE,
)
_MEDICAL_CONTENT = re.compile(
    r"\b(?:migraines?|hyperhidrosis|actinic\s+keratos[ei]s|hidradenitis|(?:active\s+)?acne(?!\s+scars?)|"
    r"painful\s+varicose|dystonia|psoriasis|eczema)\b",
    re.IGNORECASE,
)


def says_aesthetic(seen: Seen) -> tuple[Span, ...]:
    """Where the booking names what improves looks only."""
    return seen.words(_AESTHETIC)


@rule("CL-3", since=_SINCE, cite=_OWN)
def diagnostic(seen: Seen) -> Judgement | None:
    """Tissue for a diagnosis, patch tests and drainage are medical."""
    if seen.service.kind not in ("biopsy", "patch_test", "incision_drainage"):
        return None
    return medical(
        "high",
        Reason(
            "CL-3",
            "Tissue for a diagnosis, patch tests and drainage are medical.",
            str(_OWN),
            (seen.at("kind"),),
        ),
    )


@rule("CL-3", since=_SINCE, cite=Cite("L35494"))
def mohs(seen: Seen) -> Judgement | None:
    """Mohs surgery treats a malignant or in-situ tumor; without that diagnosis it is a question."""
    if seen.service.kind != "mohs":
        return None
    if seen.group in (Group.MALIGNANT, Group.IN_SITU):
        return medical(
            "high", _by_diagnosis(seen, "Mohs surgery of a malignant or in-situ tumor.", "L35494")
        )
    return undetermined(
        "diagnosis",
        _by_diagnosis(seen, "Mohs surgery needs a malignant or in-situ diagnosis.", "L35494"),
    )


_NEEDS_DISEASE = {
    "phototherapy": "Light treatment of a skin disease.",
    "drug_administration": "A drug given for a disease.",
}


@rule("CL-3", since=_SINCE, cite=_OWN)
def treatment_of_a_disease(seen: Seen) -> Judgement | None:
    """Light and drugs are medical for a disease; without a diagnosis it is a question."""
    if (says := _NEEDS_DISEASE.get(seen.service.kind)) is None:
        return None
    if seen.group in MEDICAL_GROUPS:
        return medical("high", _by_diagnosis(seen, says, "own"))
    if seen.service.diagnosis is not None and seen.service.kind == "drug_administration":
        return medical("medium", _by_diagnosis(seen, "A drug given for a stated diagnosis.", "own"))
    return undetermined(
        "diagnosis", _by_diagnosis(seen, "No disease is stated for this treatment.", "own")
    )


@rule("CL-3", since=_SINCE, cite=_OWN)
def photodynamic_therapy(seen: Seen) -> Judgement | None:
    """Photodynamic therapy is medical for actinic keratoses and superficial cancers."""
    if seen.service.kind != "photodynamic_therapy":
        return None
    if spans := says_aesthetic(seen):
        words = Reason("CL-3", "Booked for rejuvenation.", str(_BPM), (), spans)
        if seen.group in MEDICAL_GROUPS:
            return undetermined("conflict_resolution", words)
        return cosmetic("high", words)
    if seen.group in (Group.ACTINIC_KERATOSIS, Group.MALIGNANT, Group.IN_SITU):
        return medical(
            "high", _by_diagnosis(seen, "Actinic keratosis or superficial cancer.", "NCD 250.4")
        )
    return undetermined(
        "diagnosis",
        _by_diagnosis(seen, "No actinic keratosis or superficial cancer is stated.", "own"),
    )


@rule("CL-9", since=_SINCE, cite=_OWN)
def booked_as_cosmetic(seen: Seen) -> Judgement | None:
    """A cosmetic booking is cosmetic, unless the same record holds medical content."""
    if seen.service.kind != "cosmetic":
        return None
    content = seen.words(_MEDICAL_CONTENT)
    signs = [each for each in seen.said if each.evidence.present and each.evidence.sign in CRITERIA]
    evidence = [seen.at("kind")]
    if seen.group in MEDICAL_GROUPS:
        evidence.append(seen.at("diagnosis"))
    if len(evidence) > 1 or content or signs or seen.service.suspicion:
        return undetermined(
            "conflict_resolution",
            Reason(
                "CL-9",
                "Booked as cosmetic, but the record holds a medical diagnosis or symptom.",
                str(_OWN),
                (*evidence, *(each.pointer for each in signs)),
                content,
            ),
            aesthetic_only=True,
        )
    return cosmetic(
        "high",
        Reason(
            "CL-3",
            "Improves appearance only.",
            str(_BPM),
            (seen.at("kind"),),
            says_aesthetic(seen),
        ),
        aesthetic_only=True,
    )


@rule("CL-9", since=_SINCE, cite=_OWN)
def medical_booking_for_looks(seen: Seen) -> Judgement | None:
    """A medical diagnosis booked with a purely aesthetic service is a conflict."""
    spans = says_aesthetic(seen)
    if seen.group not in MEDICAL_GROUPS or not spans:
        return None
    return undetermined(
        "conflict_resolution",
        Reason(
            "CL-9",
            "A medical diagnosis is booked with a service that improves appearance only.",
            str(_OWN),
            (seen.at("diagnosis"),),
            spans,
        ),
    )


@rule("CL-3", since=_SINCE, cite=_BPM)
def named_aesthetic(seen: Seen) -> Judgement | None:
    """Fillers, peels, hair and tattoo removal improve appearance only, however booked."""
    spans = says_aesthetic(seen)
    if not spans or seen.group is not None or seen.service.suspicion or seen.said:
        return None
    return cosmetic("high", Reason("CL-3", "Improves appearance only.", str(_BPM), (), spans))


def _by_diagnosis(seen: Seen, says: str, source: str) -> Reason:
    return Reason("CL-3", says, source, (seen.at("diagnosis"),))
