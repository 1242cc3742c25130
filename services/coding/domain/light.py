"""Light: by what was applied, excimer by area, photodynamic therapy by who applied it."""

from services.coding.domain.chart import (
    Chart,
    Draft,
    Outcome,
    because,
    missing,
    review,
    total,
)
from services.coding.domain.claim import Hold
from services.coding.domain.documented import PhotodynamicTherapy, Phototherapy
from services.coding.domain.drugs import drug_used
from services.coding.domain.sources import CPT_LIGHT, LONG_AGO
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

_CPT_PHOTODYNAMIC = Cite("CPT Photodynamic therapy")
_SMALL_EXCIMER = 250
_MEDIUM_EXCIMER = 500


@rule("PH-1", since=LONG_AGO, cite=CPT_LIGHT)
def phototherapies(chart: Chart) -> Outcome:
    """Light alone, light with tar or petrolatum, psoralen with UVA, or excimer."""
    return total(_phototherapy(chart, each) for each in chart.of(Phototherapy))


def _phototherapy(chart: Chart, procedure: Phototherapy) -> Outcome:
    if procedure.modality is None:
        return Outcome(holds=(missing(procedure, "kind of light"),))
    if procedure.modality == "excimer":
        return _excimer(chart, procedure)
    if procedure.modality == "puva":
        code, says = "96912", "Psoralen with UVA."
    elif procedure.modality == "goeckerman" or (
        procedure.modality == "narrowband_uvb" and procedure.topical_agent is not None
    ):
        code, says = "96910", "UVB with tar or petrolatum."
    else:
        code, says = "96900", "Ultraviolet light alone."
    evidence = chart.at(procedure, "modality")
    return Outcome(drafts=(_draft(chart, procedure, code, "PH-1", says, evidence),))


@rule("PH-2", since=LONG_AGO, cite=CPT_LIGHT)
def _excimer(chart: Chart, procedure: Phototherapy) -> Outcome:
    """Excimer laser is for psoriasis, by area."""
    area = procedure.area_sq_cm
    if not area:
        return Outcome(holds=(missing(procedure, "area of the excimer treatment"),))
    kinds = {target.finding.kind for target in chart.targets(procedure)}
    held: tuple[Hold, ...] = ()
    if kinds != {"psoriasis"}:
        asks = f"Procedure {procedure.procedure_id}: excimer for another disease than psoriasis."
        held = (review("diagnosis", asks),)
    code = "96920" if area < _SMALL_EXCIMER else "96921" if area <= _MEDIUM_EXCIMER else "96922"
    says = f"Excimer, {area} sq cm."
    evidence = chart.at(procedure, "area_sq_cm")
    return Outcome(drafts=(_draft(chart, procedure, code, "PH-2", says, evidence),), holds=held)


@rule("PD-1", since=LONG_AGO, cite=_CPT_PHOTODYNAMIC)
def photodynamic_therapies(chart: Chart) -> Outcome:
    """By staff, by the provider, or by the provider with debridement; one a day, and the drug."""
    parts = []
    procedures = chart.of(PhotodynamicTherapy)
    for procedure in procedures:
        parts.append(_photodynamic(chart, procedure))
        parts.append(drug_used(chart, procedure, procedure.drug, "drug/"))
    if len(procedures) > 1:
        asks = "Photodynamic therapy is charted more than once for the day."
        parts.append(Outcome(holds=(review("count_conflict", asks),)))
    return total(parts)


def _photodynamic(chart: Chart, procedure: PhotodynamicTherapy) -> Outcome:
    if procedure.applied_by is None:
        return Outcome(holds=(missing(procedure, "person who applied the light"),))
    if procedure.applied_by == "provider" and procedure.debridement is None:
        return Outcome(holds=(missing(procedure, "debridement before the light"),))
    if procedure.applied_by == "staff":
        code, says = "96567", "Applied by staff."
    elif procedure.debridement:
        code, says = "96574", "Applied by the provider, with debridement."
    else:
        code, says = "96573", "Applied by the provider."
    evidence = chart.at(procedure, "applied_by", "debridement")
    return Outcome(drafts=(_draft(chart, procedure, code, "PD-1", says, evidence),))


def _draft(
    chart: Chart,
    procedure: Phototherapy | PhotodynamicTherapy,
    code: str,
    rule_id: str,
    says: str,
    evidence: tuple[str, ...],
) -> Draft:
    return Draft(
        code=code,
        units=1,
        procedure_ids=(procedure.procedure_id,),
        targets=chart.targets(procedure),
        reasons=(because(rule_id, says, CPT_LIGHT, *evidence),),
        distinct=procedure.distinct,
    )
