"""Whether the visit's evaluation has something to assess (`CL-3`, row of the evaluation)."""

import re
from datetime import date

from services.eligibility.domain.answer import (
    Judgement,
    Reason,
    Span,
    cosmetic,
    medical,
    undetermined,
)
from services.eligibility.domain.by_service import MEDICAL_GROUPS
from services.eligibility.domain.seen import Seen
from shared.clinical.clauses import Status, clauses
from shared.clinical.criteria import CRITERIA, read_criteria
from shared.clinical.diagnosis_groups import Group
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

_CITE = Cite("own")
_PROBLEM = re.compile(
    r"\b(?:spots?|lesions?|moles?|nevus|nevi|rash(?:es)?|acne|eczema|dermatitis|psoriasis|rosacea|"
    r"warts?|cysts?|skin\s+tags?|bumps?|lumps?|growths?|sores?|ulcers?|blisters?|hives|urticaria|"
    r"hair\s+loss|alopecia|nails?|itch\w*|pain\w*|bleed\w*|cancer|carcinoma|melanoma|"
    r"screening|skin\s+(?:check|exam)|full[-\s]body|keratos[ei]s|vitiligo|infection|fungus|"
    r"medication|isotretinoin|biologic|sweating|hyperhidrosis|hidradenitis|wound|follow-?\s?up\s+(?:for|of))\b",
    re.IGNORECASE,
)
_COSMETIC_WISH = re.compile(
    r"\b(?:filler|botox|wrinkles?|fine\s+lines|cosmetic|peels?|laser\s+hair|hair\s+removal|tattoo|"
    r"rejuvenation|spider\s+veins?|crow'?s\s+feet|frown\s+lines|forehead\s+lines)\b",
    re.IGNORECASE,
)


@rule("CL-3", since=date(2024, 8, 8), cite=_CITE)
def evaluation(seen: Seen) -> Judgement | None:
    """A visit is medical when there is a problem, disease, medication or screening to assess."""
    if seen.service.kind != "evaluation":
        return None
    facts = _stated_facts(seen)
    problems = _places(seen, _PROBLEM)
    if facts or problems:
        return medical(
            "high" if facts else "medium",
            Reason("CL-3", "There is a problem to assess.", str(_CITE), facts, problems),
        )
    if wishes := _places(seen, _COSMETIC_WISH):
        return cosmetic(
            "high",
            Reason("CL-3", "Only cosmetic services are asked about.", str(_CITE), (), wishes),
        )
    return undetermined(
        "service_details",
        Reason(
            "CL-3",
            "Nothing says what is to be assessed.",
            str(_CITE),
            (seen.at("description"), "/reason"),
        ),
    )


def _stated_facts(seen: Seen) -> tuple[str, ...]:
    service = seen.service
    stated = []
    if seen.group in MEDICAL_GROUPS or seen.group is Group.ENCOUNTER:
        stated.append(seen.at("diagnosis"))
    if service.suspicion:
        stated.append(seen.at("suspicion"))
    for number, symptom in enumerate(service.symptoms):
        if any(each.present and each.sign in CRITERIA for each in read_criteria(symptom)):
            stated.append(seen.at(f"symptoms/{number}"))
    return tuple(stated)


def _places(seen: Seen, pattern: re.Pattern[str]) -> tuple[Span, ...]:
    """Where booking or reason says a thing that is not denied."""
    texts = ((seen.at("description"), seen.description), ("/reason", seen.visit.reason))
    return tuple(
        Span(pointer, found.start(), found.end())
        for pointer, text in texts
        for clause in clauses(text)
        for found in pattern.finditer(text, clause.start, clause.end)
        if clause.status(found.start(), found.end()) is not Status.DENIED
    )
