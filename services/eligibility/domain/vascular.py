"""Vascular lesions under the laser: port-wine stains and redness (`CL-3`)."""

import re
from datetime import date

from services.eligibility.domain.answer import (
    Judgement,
    Reason,
    cosmetic,
    medical,
    undetermined,
)
from services.eligibility.domain.seen import Seen, names_site
from shared.clinical.diagnosis_groups import Group
from shared.clinical.signs import Sign
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

_IBX = Cite("IBX 11.08.04")
_HEAD_AND_NECK = frozenset({
    "face_other", "face_unspecified", "nose", "ear", "scalp_neck", "lip_skin", "eyelid_upper",
    "eyelid_lower", "eyelid_unspecified",
})  # fmt: skip
_FACE = re.compile(r"\b(?:face|facial|head)\b", re.IGNORECASE)
_REDNESS = re.compile(
    r"\b(?:laser\b.*\b(?:redness|telangiectasias?|rosacea)|(?:redness|telangiectasias?|rosacea)\b.*\blaser|"
    r"spider\s+angiomas?)\b",
    re.IGNORECASE,
)
_SIGNS = frozenset({Sign.BLEEDING, Sign.INFECTION, Sign.FUNCTION, Sign.OBSTRUCTION})


@rule("CL-3", since=date(2024, 8, 8), cite=_IBX)
def port_wine_stain(seen: Seen) -> Judgement | None:
    """A port-wine stain is medical on head or neck, elsewhere when it bleeds or restricts."""
    if seen.group is not Group.PORT_WINE_STAIN or seen.service.kind == "evaluation":
        return None
    evidence = (seen.at("diagnosis"),)
    if names_site(seen.description, _HEAD_AND_NECK) or _FACE.search(seen.description):
        return medical(
            "high", Reason("CL-3", "Port-wine stain of head or neck.", str(_IBX), evidence)
        )
    if signs := _present(seen):
        return medical(
            "high",
            Reason("CL-3", "A vascular stain with a sign.", str(_IBX), (*evidence, *signs)),
        )
    return undetermined(
        "medical_necessity_facts",
        Reason(
            "CL-3",
            "Neither head or neck nor bleeding, infection or restriction is stated.",
            str(_IBX),
            evidence,
        ),
    )


@rule("CL-3", since=date(2024, 8, 8), cite=_IBX)
def facial_redness(seen: Seen) -> Judgement | None:
    """Laser for redness or telangiectasia is cosmetic unless it bleeds."""
    spans = seen.words(_REDNESS)
    if not spans or seen.service.kind == "evaluation" or _present(seen):
        return None
    return cosmetic(
        "high", Reason("CL-3", "Redness is treated for appearance.", str(_IBX), (), spans)
    )


def _present(seen: Seen) -> tuple[str, ...]:
    return tuple(
        each.pointer for each in seen.said if each.evidence.present and each.evidence.sign in _SIGNS
    )
