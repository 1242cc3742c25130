"""Botulinum toxin: looks whatever the code, or a disease (`CL-3`, `CL-9`)."""

import re
from datetime import date

from services.eligibility.domain.answer import (
    Judgement,
    Reason,
    cosmetic,
    medical,
    undetermined,
)
from services.eligibility.domain.seen import Seen
from shared.clinical.diagnosis_groups import Group
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

_CITE = Cite("Benefit Policy Manual ch. 16 §120")
_CODES = frozenset(
    {"64612", "64615", "64616", "64650", "64653", "J0585", "J0586", "J0587", "J0588", "J0589"}
)
_NAME = re.compile(
    r"\b(?:\w*botulinum\w*|botox|dysport|xeomin|jeuveau|daxxify|neurotoxin|wrinkle\s+toxin)\b",
    re.IGNORECASE,
)
_LOOKS = re.compile(
    r"\b(?:(?:forehead|frown|glabellar|fine|smoker'?s)?\s*lines|wrinkles?|rhytids?|masseters?|brow(?:\s+lift)?|"
    r"crow'?s\s+feet|glabella|bunny)\b",
    re.IGNORECASE,
)
_DISEASE = frozenset({Group.HYPERHIDROSIS, Group.NEUROLOGIC})


def is_toxin(kind: str, code: str | None, drug: str | None, description: str | None) -> bool:
    """Whether a service injects botulinum toxin, by its code, drug or words."""
    if kind == "evaluation":
        return False
    return (code or "").upper() in _CODES or any(
        _NAME.search(words or "") is not None for words in (drug, description)
    )


@rule("CL-3", since=date(2024, 8, 8), cite=_CITE)
def toxin(seen: Seen) -> Judgement | None:
    """Toxin for lines is cosmetic whatever its code; for sweating, migraine or dystonia medical."""
    service = seen.service
    if not is_toxin(service.kind, service.code, service.drug, service.description):
        return None
    lines = seen.words(_LOOKS)
    diagnosis = (seen.at("diagnosis"),)
    if lines and seen.group in _DISEASE:
        return undetermined(
            "conflict_resolution",
            Reason("CL-9", "Booked for lines, with a medical diagnosis.", "own", diagnosis, lines),
        )
    if lines:
        return cosmetic(
            "high",
            Reason("CL-3", "Toxin for lines improves appearance only.", str(_CITE), (), lines),
            aesthetic_only=True,
        )
    if seen.group is Group.HYPERHIDROSIS and not service.failed_treatments:
        return medical(
            "medium",
            Reason(
                "CL-3",
                "Hyperhidrosis is a disease; no failed topical treatment is stated.",
                "BCBSND hyperhidrosis policy",
                (*diagnosis, seen.at("failed_treatments")),
            ),
            needs=("medical_necessity_facts",),
        )
    if seen.group in _DISEASE:
        return medical("high", Reason("CL-3", "Toxin for a disease.", "own", diagnosis))
    return undetermined(
        "diagnosis",
        Reason("CL-3", "Neither a disease nor lines are stated for the toxin.", "own", diagnosis),
    )
