"""What the stated diagnosis decides (`CL-3`, diagnosis table)."""

from datetime import date

from services.eligibility.domain.answer import (
    Judgement,
    Reason,
    cosmetic,
    medical,
    undetermined,
)
from services.eligibility.domain.seen import Seen
from shared.clinical.criteria import CRITERIA, supports
from shared.clinical.diagnosis_groups import Group
from shared.clinical.signs import Sign
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

_SINCE = date(2024, 8, 8)
_WPS = Cite("L35498")
_NCD = Cite("NCD 250.4")
_SAYS = {
    Group.MALIGNANT: ("Treatment of a malignant tumor.", "own"),
    Group.IN_SITU: ("Treatment of an in-situ tumor.", "own"),
    Group.UNCERTAIN: ("A neoplasm whose behavior is open.", "own"),
    Group.ACTINIC_KERATOSIS: (
        "Destruction of actinic keratosis is covered whatever the lesion or patient.",
        "NCD 250.4",
    ),
    Group.MOLLUSCUM_CONDYLOMA: ("Molluscum and condyloma are infections.", "L35498"),
    Group.DISEASE: ("Treatment of a disease.", "own"),
    Group.HYPERHIDROSIS: ("Treatment of a disease.", "own"),
    Group.NEUROLOGIC: ("Treatment of a disease.", "own"),
}
_WART_SIGNS = frozenset({Sign.PAIN, Sign.BLEEDING, Sign.SPREAD, Sign.IMMUNOSUPPRESSION})
_WART_SITES = ("periocular", "eyelid", "genital", "perianal", "penis", "vulva", "canthus")


@rule("CL-3", since=_SINCE, cite=_NCD)
def disease(seen: Seen) -> Judgement | None:
    """Tumors, actinic keratoses, infections and inflammatory diseases are medical."""
    if seen.group is None or (stated := _SAYS.get(seen.group)) is None:
        return None
    says, source = stated
    return medical("high", Reason("CL-3", says, source, (seen.at("diagnosis"),)))


@rule("CL-3", since=_SINCE, cite=_WPS)
def wart(seen: Seen) -> Judgement | None:
    """Warts are disease; Medicare wants pain, bleeding, spread or a site stated as well."""
    if seen.group is not Group.WART:
        return None
    signs = [
        each.pointer
        for each in seen.said
        if each.evidence.present and each.evidence.sign in _WART_SIGNS
    ]
    says = "Warts with a stated sign are disease." if signs else "Warts are disease."
    reason = Reason("CL-3", says, str(_WPS), (seen.at("diagnosis"), *dict.fromkeys(signs)))
    stated = signs or any(site in seen.description.lower() for site in _WART_SITES)
    if seen.visit.program == "medicare" and not stated:
        return medical("high", reason, needs=("medical_necessity_facts",))
    return medical("high", reason)


@rule("CL-3", since=_SINCE, cite=_WPS)
def cosmetic_unless(seen: Seen) -> Judgement | None:
    """Lentigo, melasma, telangiectasia, hair loss and wrinkles are cosmetic without a sign."""
    if seen.group is not Group.COSMETIC_UNLESS:
        return None
    diagnosis = seen.at("diagnosis")
    if seen.service.suspicion:
        return medical(
            "high",
            Reason("CL-3", "Malignancy is suspected.", str(_WPS), (seen.at("suspicion"),)),
        )
    signs = [
        each
        for each in seen.said
        if each.evidence.present
        and each.evidence.sign in (Sign.BLEEDING, Sign.FUNCTION, Sign.MALIGNANCY)
    ]
    if signs:
        return medical(
            "medium" if all(each.in_reason for each in signs) else "high",
            Reason(
                "CL-3",
                "Bleeding, impairment or doubt is stated.",
                str(_WPS),
                (diagnosis, *(each.pointer for each in signs if each.structured)),
                tuple(each.span for each in signs if not each.structured),
            ),
        )
    return cosmetic(
        "high",
        Reason("CL-3", "Treated for appearance unless a sign is stated.", str(_WPS), (diagnosis,)),
    )


@rule("CL-3", since=_SINCE, cite=_WPS)
def inflamed_keratosis(seen: Seen) -> Judgement | None:
    """The code of an inflamed keratosis proves nothing without a stated symptom or sign."""
    if seen.group is not Group.INFLAMED_KERATOSIS or seen.service.suspicion:
        return None
    stated = [each for each in seen.said if supports(each.evidence, seen.contractor)]
    denied = [
        each
        for each in seen.said
        if (each.evidence.denied and each.evidence.sign in CRITERIA)
        or (each.evidence.present and each.evidence.sign is Sign.ASYMPTOMATIC)
    ]
    if stated or not denied:
        return None
    return undetermined(
        "conflict_resolution",
        Reason(
            "CL-3",
            "The code says inflamed; the record denies symptoms or inflammation.",
            str(_WPS),
            (seen.at("diagnosis"),),
            tuple(each.span for each in denied),
        ),
    )
