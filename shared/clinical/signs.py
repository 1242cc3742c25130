"""The words by which a note or a booking says a sign, a wish or a denial."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum


class Sign(StrEnum):
    """What words can say of a lesion or of the wish to treat it."""

    BLEEDING = "bleeding"
    PAIN = "pain"
    ITCH = "itch"
    INFLAMMATION = "inflammation"
    INFECTION = "infection"
    CHANGE = "change"
    OBSTRUCTION = "obstruction"
    TRAUMA = "trauma"
    FUNCTION = "function"
    MALIGNANCY = "malignancy"
    SPREAD = "spread"
    IMMUNOSUPPRESSION = "immunosuppression"
    FAILED_TREATMENT = "failed_treatment"
    APPEARANCE = "appearance"
    ASYMPTOMATIC = "asymptomatic"
    STABLE = "stable"
    WEAK = "weak"


def any_of(terms: Iterable[str]) -> re.Pattern[str]:
    """One pattern for whole words and phrases, longest alternatives as listed."""
    return re.compile(rf"\b(?:{'|'.join(terms)})\b", re.IGNORECASE)


_HARM = (
    r"(?:bleed\w*|bled|torn?|tears?|tore|nick\w*|cuts?|scab\w*|raw|sore|pain\w*|ripped|broke"
    r"|inflamed|red)"
)
_INJURY = r"(?:snag\w*|catch(?:es|ing)?|caught|rub(?:s|bed|bing)?|traumati[sz]ed|shav\w+)"
_INJURING = r"(?:snag\w*|catch\w*|clothing|shav\w+|jewel\w*|necklace|comb\w*|belt|collar)"
_OPENING = r"(?:vision|nostril|ear|orifice|canal|eye|airway)"
_GAP = r"[^.;]{0,80}?"
"""What may stand between two words of one statement; bounded, so that reading stays linear."""
_LOOKS = r"(?:old|ugly|bad|unsightly|awful)"

LEXICON: Mapping[Sign, re.Pattern[str]] = {
    Sign.BLEEDING: any_of(
        (r"bleed(?:s|ing)?", "bled", r"ooz(?:ing|es)\s+blood", r"ha?emorrhag\w+")
    ),
    Sign.PAIN: any_of(("pain(?:ful)?", "tender(?:ness)?", "sore(?:ness)?", "hurts?", "aches?")),
    Sign.ITCH: any_of(("itch(?:y|es|ing)?", "prurit(?:ic|us)", r"scratches\s+(?:at\s+)?it")),
    Sign.INFLAMMATION: any_of(
        (
            "inflamed",
            "inflammation",
            "swollen",
            "swelling",
            "o?edema",
            "erythema(?:tous)?",
            "redness",
            "reddened",
            "red",
        )
    ),
    Sign.INFECTION: any_of(
        ("infect(?:ed|ion)", "pus", "purulent", "drain(?:s|ing|age)", "abscess")
    ),
    Sign.CHANGE: any_of(
        (
            "growing",
            "grows",
            "grew",
            "grown",
            "enlarg(?:ing|ed|es)",
            "bigger",
            "larger",
            "dark(?:er|ening)",
            "chang(?:ing|ed|es?)",
            r"new\s+colou?rs?",
            "irregular",
            r"asymmetr\w+",
            r"\d+(?:\.\d+)?\s*(?:to|→)\s*\d+(?:\.\d+)?\s*mm",
        )
    ),
    Sign.OBSTRUCTION: any_of(
        (
            rf"(?:obstruct|block)(?:s|ing|ed)?\s+(?:\w+\s+){{0,3}}?{_OPENING}",
            r"visual\s+field\s+(?:loss|defect)",
        )
    ),
    Sign.TRAUMA: any_of(
        (
            rf"{_INJURY}\b{_GAP}\b{_HARM}",
            rf"{_HARM}\b{_GAP}\b(?:when|on|by|from|after|while)\s+(?:\w+\s+){{0,3}}?{_INJURING}",
            r"nicked\s+(?:by|while|when)\s+shaving",
            r"(?:repeated|recurrent)\s+trauma",
        )
    ),
    Sign.FUNCTION: any_of(
        (
            r"(?:cannot|can't|unable\s+to|difficulty|difficult\s+to)\s+"
            r"(?:bend|walk|grip|wear|sit|see|move|hold)\w*(?:\s+hearing\s+aids?)?",
            r"limits?\s+(?:movement|motion)",
            r"restrict(?:s|ing|ed)\s+\w+",
            r"functional\s+(?:impairment|limitation)",
            "contracture",
        )
    ),
    Sign.MALIGNANCY: any_of(
        (
            "suspicious",
            r"suspected\s+(?:\w+\s+)?(?:cancer|carcinoma|melanoma)",
            r"rule[d]?\s+out",
            "atypical",
            r"concern(?:ing)?\s+for",
            r"biopsy[-\s]proven",
        )
    ),
    Sign.SPREAD: any_of(
        ("spread(?:s|ing)?", "multiplying", r"more\s+(?:of\s+them|lesions)", r"new\s+lesions")
    ),
    Sign.IMMUNOSUPPRESSION: any_of(
        (r"immunosuppress\w+", "immunocompromised", "transplant(?:ed)?", "chemotherapy")
    ),
    Sign.FAILED_TREATMENT: any_of(
        (
            "failed",
            "refractory",
            "recurred",
            "regrew",
            "regrowth",
            "refilled",
            r"came\s+back",
            r"despite\s+(?:treatment|topical|\w+ment|cream)",
            r"(?:no|without)\s+(?:response|relief|improvement)",
        )
    ),
    Sign.APPEARANCE: any_of(
        (
            rf"because\s+(?:\w+\s+){{1,2}}looks?\s+(?:\w+\s+)?{_LOOKS}",
            rf"looks\s+{_LOOKS}",
            "cosmetic(?:ally)?",
            "appearance",
            "ugly",
            "unsightly",
            "younger",
            r"for\s+(?:the\s+|her\s+|his\s+|their\s+)?(?:looks|photos|pictures)",
            r"before\s+(?:\w+\s+){0,2}wedding",
            r"(?:does\s+not|doesn't)\s+like\s+(?:the\s+|its\s+|how\s+it\s+)?looks?",
            r"dislikes\s+(?:the\s+|its\s+|how\s+it\s+)?looks?",
            r"embarrass\w+",
            "self-conscious",
            "make-?\\s?up",
        )
    ),
    Sign.ASYMPTOMATIC: any_of(
        (
            "asymptomatic",
            r"(?:no|without|denies)\s+(?:any\s+)?symptoms",
            r"not\s+bothersome",
            r"(?:does\s+not|doesn't)\s+bother",
        )
    ),
    Sign.STABLE: any_of(
        (
            r"unchanged(?:\s+for\s+(?:\w+\s+)?(?:years?|months?|decades?))?",
            r"stable(?:\s+for\s+(?:\w+\s+)?(?:years?|months?))?",
            r"no\s+(?:recent\s+)?changes?",
        )
    ),
    Sign.WEAK: any_of(
        (
            r"irritat(?:ed|es|ing|ion)",
            "bothersome",
            "bothers",
            "rub(?:s|bing|bed)?",
            "catch(?:es|ing)?",
            "caught",
            "snag(?:s|ged)?",
            "uncomfortable",
            "annoying",
        )
    ),
}

NOT_SAID = any_of(
    (
        "ha?emostasis",
        r"(?:estimated\s+)?blood\s+loss",
        "painless(?:ly)?",
        r"tolerated\s+(?:\w+\s+){0,6}?without\s+pain",
        r"pain\s+(?:control|scale|medication)",
        r"a\s+(?:new\s+)?growth",
        r"growths?\s+on",
        r"new\s+growth",
        r"under\s+(?:the\s+)?bra\s+strap",
        r"cosmetic(?:ally)?\s+(?:result|outcome|sensitive|acceptable|important)\w*",
        r"red\s+(?:dots?|spots?|papules?|bumps?)",
        r"drainage\s+of",
        r"incision\s+and\s+drainage",
    )
)
"""Phrases that hold a term and do not say it; a lesion's own colour is no inflammation."""

NOT_INFLAMED = re.compile(r"\bnon-?\s?inflamed\b", re.IGNORECASE)
INTENSE = re.compile(r"\b(?:intens\w+|severe\w*|constant\w*|unbearabl\w+)\b", re.IGNORECASE)
OWN_NEGATION = re.compile(r"\b(?:not|no|without|cannot|unable)\b|n't", re.IGNORECASE)
