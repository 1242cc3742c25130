"""Light: by what was applied, excimer by area, photodynamic therapy by who applied it."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from services.coding.domain.chart import (
    Chart,
    Draft,
    Outcome,
    because,
    missing,
    review,
    total,
)
from services.coding.domain.claim import Edit, Hold
from services.coding.domain.documented import PhotodynamicTherapy, Phototherapy
from services.coding.domain.drugs import drug_used
from services.coding.domain.sources import CPT_LIGHT, LONG_AGO
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

_CPT_PHOTODYNAMIC = Cite("CPT Photodynamic therapy")
_APPLIED = {
    "96567": "Applied by staff.",
    "96573": "Applied by the provider.",
    "96574": "Applied by the provider, with debridement.",
}
_ONCE = "Photodynamic therapy is billed once a day."
_SMALL_EXCIMER = 250
_MEDIUM_EXCIMER = 500


@rule("PH-1", since=LONG_AGO, cite=CPT_LIGHT)
def phototherapies(chart: Chart) -> Outcome:
    """Light alone, light with tar or petrolatum, psoralen with UVA, or excimer."""
    given = chart.of(Phototherapy)
    excimer = [each for each in given if each.modality == "excimer"]
    others = [_phototherapy(chart, each) for each in given if each.modality != "excimer"]
    return total([*others, _excimer(chart, excimer)])


def _phototherapy(chart: Chart, procedure: Phototherapy) -> Outcome:
    if procedure.modality is None:
        return Outcome(holds=(missing(procedure, "kind of light"),))
    if procedure.modality == "puva":
        code, says = "96912", "Psoralen with UVA."
    elif procedure.modality == "goeckerman" or (
        procedure.modality == "narrowband_uvb" and procedure.topical_agent is not None
    ):
        code, says = "96910", "UVB with tar or petrolatum."
    else:
        code, says = "96900", "Ultraviolet light alone."
    evidence = chart.at(procedure, "modality")
    return Outcome(drafts=(_draft(chart, [procedure], code, "PH-1", says, evidence),))


@rule("PH-2", since=LONG_AGO, cite=CPT_LIGHT)
def _excimer(chart: Chart, procedures: Sequence[Phototherapy]) -> Outcome:
    """Excimer laser is for psoriasis, by the area of the session."""
    held = [
        missing(each, "area of the excimer treatment") for each in procedures if not each.area_sq_cm
    ]
    measured = [each for each in procedures if each.area_sq_cm]
    if not measured:
        return Outcome(holds=tuple(held))
    for each in measured:
        if {target.finding.kind for target in chart.targets(each)} != {"psoriasis"}:
            asks = f"Procedure {each.procedure_id}: excimer for another disease than psoriasis."
            held.append(review("diagnosis", asks))
    area = sum((each.area_sq_cm or Decimal(0) for each in measured), start=Decimal(0))
    code = "96920" if area < _SMALL_EXCIMER else "96921" if area <= _MEDIUM_EXCIMER else "96922"
    says = f"Excimer, {area} sq cm."
    evidence = tuple(place for each in measured for place in chart.at(each, "area_sq_cm"))
    draft = _draft(chart, measured, code, "PH-2", says, evidence)
    return Outcome(drafts=(draft,), holds=tuple(held))


@rule("PD-1", since=LONG_AGO, cite=_CPT_PHOTODYNAMIC)
def photodynamic_therapies(chart: Chart) -> Outcome:
    """By staff, by the provider, or by the provider with debridement; one a day, and the drug.

    Charted in several ways for one day, the most that was done is the one billed.
    """
    parts: list[Outcome] = []
    by_code: dict[str, list[PhotodynamicTherapy]] = defaultdict(list)
    for procedure in chart.of(PhotodynamicTherapy):
        code = _photodynamic(procedure)
        if isinstance(code, Hold):
            parts.append(Outcome(holds=(code,)))
        else:
            by_code[code].append(procedure)
        parts.append(drug_used(chart, procedure, procedure.drug, "drug/"))
    if not by_code:
        return total(parts)
    billed, *included = sorted(by_code, reverse=True)
    each = [one for code in (billed, *included) for one in by_code[code]]
    evidence = [place for one in each for place in chart.at(one, "applied_by", "debridement")]
    draft = _draft(chart, each, billed, "PD-1", _APPLIED[billed], tuple(evidence))
    edits = tuple(
        Edit("ncci", "bundled", (billed, code), _ONCE, str(_CPT_PHOTODYNAMIC), rule="PD-1")
        for code in included
    )
    return total([Outcome(drafts=(draft,), edits=edits), *parts])


def _photodynamic(procedure: PhotodynamicTherapy) -> str | Hold:
    if procedure.applied_by is None:
        return missing(procedure, "person who applied the light")
    if procedure.applied_by == "staff":
        return "96567"
    if procedure.debridement is None:
        return missing(procedure, "debridement before the light")
    return "96574" if procedure.debridement else "96573"


def _draft(
    chart: Chart,
    procedures: Sequence[Phototherapy | PhotodynamicTherapy],
    code: str,
    rule_id: str,
    says: str,
    evidence: tuple[str, ...],
) -> Draft:
    targets = (target for each in procedures for target in chart.targets(each))
    return Draft(
        code=code,
        units=1,
        procedure_ids=tuple(each.procedure_id for each in procedures),
        targets=tuple(dict.fromkeys(targets)),
        reasons=(because(rule_id, says, CPT_LIGHT, *evidence),),
        distinct=all(each.distinct for each in procedures) or None,
    )
