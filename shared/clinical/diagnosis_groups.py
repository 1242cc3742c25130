"""What an ICD-10-CM code means for the question medical or cosmetic (`CL-3`).

Grouped as the coverage articles read them: NCD 250.4 (actinic keratosis), L35498 (benign lesions).
A code that no prefix names is of no known group: then nothing is inferred from it.
"""

from enum import StrEnum


class Group(StrEnum):
    """Diagnoses that are answered alike."""

    MALIGNANT = "malignant"
    IN_SITU = "in_situ"
    UNCERTAIN = "uncertain"
    ACTINIC_KERATOSIS = "actinic_keratosis"
    MOLLUSCUM_CONDYLOMA = "molluscum_condyloma"
    WART = "wart"
    DISEASE = "disease"
    CRITERION_LESION = "criterion_lesion"
    SCAR = "scar"
    COSMETIC_UNLESS = "cosmetic_unless"
    INFLAMED_KERATOSIS = "inflamed_keratosis"
    HYPERHIDROSIS = "hyperhidrosis"
    NEUROLOGIC = "neurologic"
    PORT_WINE_STAIN = "port_wine_stain"
    ENCOUNTER = "encounter"


_G = Group
_BY_PREFIX: dict[str, Group] = {
    "C00": _G.MALIGNANT,
    "C43": _G.MALIGNANT,
    "C44": _G.MALIGNANT,
    "C4A": _G.MALIGNANT,
    "C46": _G.MALIGNANT,
    "C49": _G.MALIGNANT,
    "C79.2": _G.MALIGNANT,
    "C84": _G.MALIGNANT,
    "D03": _G.IN_SITU,
    "D04": _G.IN_SITU,
    "D48.5": _G.UNCERTAIN,
    "D49": _G.UNCERTAIN,
    "D37": _G.UNCERTAIN,
    "D39": _G.UNCERTAIN,
    "D40": _G.UNCERTAIN,
    "L57.0": _G.ACTINIC_KERATOSIS,
    "B08.1": _G.MOLLUSCUM_CONDYLOMA,
    "A63.0": _G.MOLLUSCUM_CONDYLOMA,
    "B07": _G.WART,
    "L82.0": _G.INFLAMED_KERATOSIS,
    "L82.1": _G.CRITERION_LESION,
    "D22": _G.CRITERION_LESION,
    "D23": _G.CRITERION_LESION,
    "L72": _G.CRITERION_LESION,
    "D17": _G.CRITERION_LESION,
    "L91.8": _G.CRITERION_LESION,
    "L91.9": _G.CRITERION_LESION,
    "D18.01": _G.CRITERION_LESION,
    "H02.6": _G.CRITERION_LESION,
    "L91.0": _G.SCAR,
    "L90.5": _G.SCAR,
    "L81.4": _G.COSMETIC_UNLESS,
    "L81.1": _G.COSMETIC_UNLESS,
    "I78.1": _G.COSMETIC_UNLESS,
    "L64": _G.COSMETIC_UNLESS,
    "L98.8": _G.COSMETIC_UNLESS,
    "L57.4": _G.COSMETIC_UNLESS,
    "L81.2": _G.COSMETIC_UNLESS,
    "L90.6": _G.COSMETIC_UNLESS,
    "Z41.1": _G.COSMETIC_UNLESS,
    "L68": _G.COSMETIC_UNLESS,
    "L74.5": _G.HYPERHIDROSIS,
    "G43": _G.NEUROLOGIC,
    "G24": _G.NEUROLOGIC,
    "G51.3": _G.NEUROLOGIC,
    "Q82.5": _G.PORT_WINE_STAIN,
    "Z08": _G.ENCOUNTER,
    "Z09": _G.ENCOUNTER,
    "Z12.83": _G.ENCOUNTER,
    "Z48": _G.ENCOUNTER,
    "Z51.81": _G.ENCOUNTER,
    "Z79": _G.ENCOUNTER,
    "Z80.8": _G.ENCOUNTER,
    "Z85": _G.ENCOUNTER,
    "Z86": _G.ENCOUNTER,
    "Z94": _G.ENCOUNTER,
} | dict.fromkeys(
    (
        "A46",
        "B00",
        "B02",
        "B35",
        "B36",
        "B37",
        "B85",
        "B86",
        "D86.3",
        "E80.1",
        "H61.0",
        "L01",
        "L02",
        "L03",
        "L04",
        "L05",
        "L08",
        "L10",
        "L11",
        "L12",
        "L13",
        "L20",
        "L21",
        "L22",
        "L23",
        "L24",
        "L25",
        "L26",
        "L27",
        "L28",
        "L29",
        "L30",
        "L40",
        "L41",
        "L42",
        "L43",
        "L44",
        "L50",
        "L51",
        "L52",
        "L53",
        "L55",
        "L56",
        "L60",
        "L63",
        "L65",
        "L66",
        "L70",
        "L71",
        "L73",
        "L80",
        "L84",
        "L85",
        "L87",
        "L88",
        "L90.0",
        "L92",
        "L93",
        "L94",
        "L95",
        "L97",
        "L98.0",
        "L98.2",
        "L98.4",
        "M33",
        "M34",
        "M35",
        "R20",
        "R21",
        "R22",
        "R23",
        "T81",
        "C91",
        "I83",
    ),
    _G.DISEASE,
)
_LONGEST = max(len(prefix) for prefix in _BY_PREFIX)

NEEDS_NO_REASON = frozenset(
    {
        Group.MALIGNANT,
        Group.IN_SITU,
        Group.UNCERTAIN,
        Group.ACTINIC_KERATOSIS,
        Group.MOLLUSCUM_CONDYLOMA,
        Group.WART,
        Group.DISEASE,
    }
)
"""Treated as disease whatever the symptoms (NCD 250.4, L35498)."""

NEEDS_A_REASON = frozenset(
    {
        Group.CRITERION_LESION,
        Group.INFLAMED_KERATOSIS,
        Group.SCAR,
        Group.COSMETIC_UNLESS,
    }
)
"""Treated as disease only with a stated symptom, sign, change or suspicion."""


def group_of(diagnosis: str | None) -> Group | None:
    """The group of a code; the longest known prefix decides, None where none does."""
    if diagnosis is None:
        return None
    code = diagnosis.strip().upper()
    for length in range(min(len(code), _LONGEST), 2, -1):
        if (group := _BY_PREFIX.get(code[:length])) is not None:
            return group
    return None
