"""Flaps and grafts: by area and site group; a flap includes excision and repair of its defect."""

import math
from collections.abc import Sequence
from decimal import Decimal

from services.coding.domain.chart import (
    Chart,
    Draft,
    Outcome,
    because,
    missing,
    review,
    tenths,
    total,
)
from services.coding.domain.claim import Edit
from services.coding.domain.closure import closed, closed_targets
from services.coding.domain.documented import (
    AdjacentTissueTransfer,
    Excision,
    Mohs,
    SkinGraft,
)
from services.coding.domain.sources import CPT_GRAFT, CPT_MOHS, CPT_TRANSFER, LONG_AGO
from shared.clinical.body_sites import Family, find_site
from shared.kernel.rule import rule

_LARGE_FLAP = Decimal(30)
_LARGE_FLAP_BASE = Decimal(60)
_GRAFT_BASE = {"full": Decimal(20), "split": Decimal(100)}
_FULL = {
    "trunk": ("15200", "15201"),
    "scalp_arms_legs": ("15220", "15221"),
    "forehead_cheeks_chin_mouth_neck_axillae_genitalia_hands_feet": ("15240", "15241"),
    "eyelids_nose_ears_lips": ("15260", "15261"),
}
_SPLIT = {
    "trunk_arms_legs": ("15100", "15101"),
    "face_scalp_eyelids_mouth_neck_ears_orbits_genitalia_hands_feet_digits": ("15120", "15121"),
}
_FLAP = {
    "trunk": ("14000", "14001"),
    "scalp_arms_legs": ("14020", "14021"),
    "forehead_cheeks_chin_mouth_neck_axillae_genitalia_hands_feet": ("14040", "14041"),
    "eyelids_nose_ears_lips": ("14060", "14061"),
}


def flaps_and_grafts(chart: Chart) -> Outcome:
    """Every adjacent tissue transfer and skin graft."""
    flaps = [_flap(chart, each) for each in chart.of(AdjacentTissueTransfer)]
    return total([*flaps, *(_graft(chart, each) for each in chart.of(SkinGraft))])


@rule("FL-1", since=LONG_AGO, cite=CPT_TRANSFER)
@rule("FL-2", since=LONG_AGO, cite=CPT_TRANSFER)
@rule("FL-3", since=LONG_AGO, cite=CPT_TRANSFER)
def _flap(chart: Chart, procedure: AdjacentTissueTransfer) -> Outcome:
    """By primary and secondary defect together: 10 and 30 sq cm by site, beyond that any site."""
    included = _included(chart, procedure)
    if not procedure.area_sq_cm:
        return Outcome(holds=(missing(procedure, "area of the flap"),)) + included
    area = tenths(procedure.area_sq_cm)
    region = _region(chart, procedure, "complex_repair")
    says = f"Flap of {area} sq cm."
    if area > _LARGE_FLAP:
        drafts = [_draft(chart, procedure, "14301", 1, "FL-2", says)]
        if area > _LARGE_FLAP_BASE:
            steps = math.ceil((area - _LARGE_FLAP_BASE) / 30)
            says = f"{area - _LARGE_FLAP_BASE} sq cm beyond 60, each 30 or part."
            drafts.append(_draft(chart, procedure, "14302", steps, "FL-2", says))
        return Outcome(drafts=tuple(drafts)) + included
    if region is None:
        return Outcome(holds=(missing(procedure, "site of the flap"),)) + included
    small, large = _FLAP[region]
    code = small if area <= 10 else large
    return Outcome(drafts=(_draft(chart, procedure, code, 1, "FL-1", says),)) + included


@rule("FL-4", since=LONG_AGO, cite=CPT_TRANSFER)
def _included(chart: Chart, procedure: AdjacentTissueTransfer) -> Outcome:
    """Excision of the same defect is part of the flap; Mohs surgery is not."""
    excised = [
        (each.procedure_id, each.lesions)
        for each in closed(chart, procedure.closes)
        if isinstance(each, Excision)
    ]
    edits = tuple(
        Edit(
            "ncci",
            "bundled",
            (),
            f"Procedure {name}: the flap {procedure.procedure_id} includes the excision.",
            str(CPT_TRANSFER),
            rule="FL-4",
            procedure_ids=(name,),
            lesion_ids=tuple(lesions),
        )
        for name, lesions in excised
    )
    return Outcome(edits=edits)


@rule("GR-1", since=LONG_AGO, cite=CPT_GRAFT)
@rule("GR-2", since=LONG_AGO, cite=CPT_GRAFT)
@rule("GR-3", since=LONG_AGO, cite=CPT_GRAFT)
def _graft(chart: Chart, procedure: SkinGraft) -> Outcome:
    """Full thickness by 20 sq cm, split by 100; the excision before it is separate."""
    if procedure.thickness is None:
        return Outcome(holds=(missing(procedure, "thickness of the graft"),))
    if not procedure.area_sq_cm:
        return Outcome(holds=(missing(procedure, "area of the graft"),))
    full = procedure.thickness == "full"
    region = _region(chart, procedure, "complex_repair" if full else "split_graft")
    if region is None:
        return Outcome(holds=(missing(procedure, "site of the graft"),))
    codes = (_FULL if full else _SPLIT).get(region)
    if codes is None:
        says = f"Procedure {procedure.procedure_id}: no code for a graft there."
        return Outcome(holds=(review("not_covered", says),))
    area, base = tenths(procedure.area_sq_cm), _GRAFT_BASE[procedure.thickness]
    rule_id = "GR-1" if full else "GR-2"
    says = f"{procedure.thickness.capitalize()} thickness, {area} sq cm."
    drafts = [_draft(chart, procedure, codes[0], 1, rule_id, says)]
    if area > base:
        says = f"{area - base} sq cm beyond {base}, each {base} or part."
        steps = math.ceil((area - base) / base)
        drafts.append(_draft(chart, procedure, codes[1], steps, rule_id, says))
    return Outcome(drafts=tuple(drafts))


def _draft(
    chart: Chart,
    procedure: AdjacentTissueTransfer | SkinGraft,
    code: str,
    units: int,
    rule_id: str,
    says: str,
) -> Draft:
    source = CPT_TRANSFER if rule_id.startswith("FL") else CPT_GRAFT
    reasons = [because(rule_id, says, source, *chart.at(procedure, "area_sq_cm"))]
    if rule_id.startswith("FL") and _after_mohs(chart, procedure.closes):
        says = "Mohs surgery is not included in the flap."
        reasons.append(because("FL-4", says, CPT_MOHS, *chart.at(procedure, "closes")))
    return Draft(
        code=code,
        units=units,
        procedure_ids=(procedure.procedure_id,),
        targets=closed_targets(chart, procedure),
        reasons=tuple(reasons),
        distinct=procedure.distinct,
    )


@rule("MO-6", since=LONG_AGO, cite=CPT_MOHS)
def _after_mohs(chart: Chart, closes: Sequence[str]) -> bool:
    """Whether the wound is one of Mohs surgery, which no closure includes."""
    return any(isinstance(each, Mohs) for each in closed(chart, closes))


def _region(
    chart: Chart, procedure: AdjacentTissueTransfer | SkinGraft, family: Family
) -> str | None:
    term = procedure.site or closed_targets(chart, procedure)[0].site_term
    site = find_site(term)
    return None if site is None else site.region(family)
