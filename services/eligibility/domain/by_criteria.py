"""Criterion lesions: the combination of stated signs, wishes and denials (`CL-6`)."""

from collections.abc import Sequence
from datetime import date

from services.eligibility.domain.answer import (
    Judgement,
    Need,
    Reason,
    cosmetic,
    medical,
    undetermined,
)
from services.eligibility.domain.seen import Said, Seen
from shared.clinical.criteria import ARTICLE, CRITERIA, SYMPTOMS, supports
from shared.clinical.diagnosis_groups import Group
from shared.clinical.signs import Sign
from shared.kernel.cite import Cite
from shared.kernel.rule import rule


@rule("CL-6", since=date(2024, 8, 8), cite=Cite("L35498"))
def combination(seen: Seen) -> Judgement:
    """A benign lesion is covered only with a stated symptom, sign, change, trauma or suspicion."""
    if seen.service.suspicion:
        return medical("high", _because(seen, "Malignancy is suspected.", (), seen.at("suspicion")))
    support = [each for each in seen.said if supports(each.evidence, seen.contractor)]
    if conflict := _conflict(seen, support):
        return undetermined(
            "conflict_resolution",
            _because(seen, "The same sign is asserted and denied.", conflict),
        )
    wish = [each for each in seen.said if each.evidence.present and _wishes(each)]
    if support or seen.service.failed_treatments:
        return _supported(seen, support, wish)
    denial = _denial(seen)
    if wish or denial:
        reasons = []
        if denial:
            reasons.append(_because(seen, "Symptoms are denied.", denial, seen.at("diagnosis")))
        if wish:
            reasons.append(_because(seen, "Appearance is given as the reason.", wish))
        return cosmetic("high" if wish and denial else "medium", *reasons)
    return undetermined(
        _open_question(seen),
        _because(
            seen,
            "Covered only with a symptom, change, trauma or suspicion; "
            "none is stated and not all are denied.",
            (),
            seen.at("diagnosis"),
            seen.at("symptoms"),
        ),
    )


def _supported(seen: Seen, support: Sequence[Said], wish: Sequence[Said]) -> Judgement:
    reasons = []
    if support:
        reasons.append(_because(seen, "A criterion of the coverage article is stated.", support))
    if seen.service.failed_treatments:
        reasons.append(
            Reason("CL-6", "Earlier treatment has failed.", "own", (seen.at("failed_treatments"),))
        )
    if wish:
        reasons.append(_because(seen, "A wish for looks is stated as well.", wish))
    certain = [
        each
        for each in support
        if not each.in_reason and each.evidence.sign is not Sign.FAILED_TREATMENT
    ]
    needs_impairment = seen.group is Group.SCAR and seen.visit.program == "commercial"
    high = certain and not wish and not needs_impairment
    return medical("high" if high else "medium", *reasons)


def _conflict(seen: Seen, support: Sequence[Said]) -> list[Said]:
    """What asserts a sign together with what denies it or says there are no symptoms."""
    signs = {each.evidence.sign for each in support}
    against = [
        each
        for each in seen.said
        if (each.evidence.denied and each.evidence.sign in signs)
        or (each.evidence.present and each.evidence.sign is Sign.ASYMPTOMATIC and signs & SYMPTOMS)
    ]
    return [*support, *against] if against else []


def _wishes(said: Said) -> bool:
    return said.evidence.sign is Sign.APPEARANCE


def _denial(seen: Seen) -> list[Said]:
    """What says the lesion has no symptoms: so stated, or all three denied."""
    stated = [
        each
        for each in seen.said
        if each.evidence.sign is Sign.ASYMPTOMATIC and each.evidence.present
    ]
    denied = [each for each in seen.said if each.evidence.denied]
    if not stated and not {each.evidence.sign for each in denied} >= SYMPTOMS:
        return []
    stable = [each for each in seen.said if each.evidence.sign is Sign.STABLE]
    return [
        *stated,
        *(each for each in denied if each.evidence.sign in CRITERIA),
        *stable,
    ]


def _open_question(seen: Seen) -> Need:
    nothing_stated = seen.service.diagnosis is None and not seen.said
    return "diagnosis" if nothing_stated else "medical_necessity_facts"


def _because(seen: Seen, says: str, said: Sequence[Said], *evidence: str) -> Reason:
    pointers = [*evidence, *(each.pointer for each in said if each.structured)]
    if said and seen.service.diagnosis is not None:
        pointers.insert(0, seen.at("diagnosis"))
    return Reason(
        "CL-6",
        says,
        ARTICLE[seen.contractor],
        tuple(dict.fromkeys(pointers)),
        tuple(each.span for each in said if not each.structured),
    )
