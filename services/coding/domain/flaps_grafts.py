"""Flaps and grafts: by area and site group; a flap includes excision and repair of its defect."""

import math
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from services.coding.domain.chart import (
    Chart,
    Draft,
    Outcome,
    because,
    missing,
    region_at,
    tenths,
    total,
)
from services.coding.domain.claim import Edit
from services.coding.domain.closure import closed, closed_targets, closure_site
from services.coding.domain.documented import (
    AdjacentTissueTransfer,
    Excision,
    Mohs,
    SkinGraft,
)
from services.coding.domain.sources import CPT_GRAFT, CPT_MOHS, CPT_TRANSFER, LONG_AGO
from shared.clinical.body_sites import Family
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
    return total([*flaps, _grafts(chart, chart.of(SkinGraft))])


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
        drafts = [_draft(chart, [procedure], "14301", 1, "FL-2", says)]
        if area > _LARGE_FLAP_BASE:
            steps = math.ceil((area - _LARGE_FLAP_BASE) / 30)
            says = f"{area - _LARGE_FLAP_BASE} sq cm beyond 60, each 30 or part."
            drafts.append(_draft(chart, [procedure], "14302", steps, "FL-2", says))
        return Outcome(drafts=tuple(drafts)) + included
    if region is None:
        return Outcome(holds=(missing(procedure, "site of the flap"),)) + included
    small, large = _FLAP[region]
    code = small if area <= 10 else large
    return Outcome(drafts=(_draft(chart, [procedure], code, 1, "FL-1", says),)) + included


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


def _grafts(chart: Chart, procedures: Sequence[SkinGraft]) -> Outcome:
    """Grafts of one thickness and group of sites are one area: their first code is billed once."""
    parts: list[Outcome] = []
    groups: dict[tuple[str, str], list[SkinGraft]] = defaultdict(list)
    for procedure in procedures:
        if procedure.thickness is None:
            parts.append(Outcome(holds=(missing(procedure, "thickness of the graft"),)))
            continue
        if not procedure.area_sq_cm:
            parts.append(Outcome(holds=(missing(procedure, "area of the graft"),)))
            continue
        full = procedure.thickness == "full"
        region = _region(chart, procedure, "complex_repair" if full else "split_graft")
        if region is None:
            parts.append(Outcome(holds=(missing(procedure, "site of the graft"),)))
            continue
        groups[procedure.thickness, region].append(procedure)
    parts += [_graft(chart, *group, grafts) for group, grafts in groups.items()]
    return total(parts)


@rule("GR-1", since=LONG_AGO, cite=CPT_GRAFT)
@rule("GR-2", since=LONG_AGO, cite=CPT_GRAFT)
@rule("GR-3", since=LONG_AGO, cite=CPT_GRAFT)
def _graft(chart: Chart, thickness: str, region: str, grafts: Sequence[SkinGraft]) -> Outcome:
    """Full thickness by 20 sq cm, split by 100; the excision before it is separate."""
    first, further = (_FULL if thickness == "full" else _SPLIT)[region]
    base = _GRAFT_BASE[thickness]
    area = tenths(sum((each.area_sq_cm or Decimal(0) for each in grafts), start=Decimal(0)))
    rule_id = "GR-1" if thickness == "full" else "GR-2"
    says = f"{thickness.capitalize()} thickness, {area} sq cm."
    drafts = [_draft(chart, grafts, first, 1, rule_id, says)]
    if area > base:
        says = f"{area - base} sq cm beyond {base}, each {base} or part."
        steps = math.ceil((area - base) / base)
        drafts.append(_draft(chart, grafts, further, steps, rule_id, says))
    return Outcome(drafts=tuple(drafts))


def _draft(
    chart: Chart,
    procedures: Sequence[AdjacentTissueTransfer | SkinGraft],
    code: str,
    units: int,
    rule_id: str,
    says: str,
) -> Draft:
    source = CPT_TRANSFER if rule_id.startswith("FL") else CPT_GRAFT
    measured = [place for each in procedures for place in chart.at(each, "area_sq_cm")]
    reasons = [because(rule_id, says, source, *measured)]
    after_mohs = [each for each in procedures if _after_mohs(chart, each.closes)]
    if rule_id.startswith("FL") and after_mohs:
        says = "Mohs surgery is not included in the flap."
        closing = [place for each in after_mohs for place in chart.at(each, "closes")]
        reasons.append(because("FL-4", says, CPT_MOHS, *closing))
    targets = (target for each in procedures for target in closed_targets(chart, each))
    return Draft(
        code=code,
        units=units,
        procedure_ids=tuple(each.procedure_id for each in procedures),
        targets=tuple(dict.fromkeys(targets)),
        reasons=tuple(reasons),
        distinct=all(each.distinct for each in procedures) or None,
    )


@rule("MO-6", since=LONG_AGO, cite=CPT_MOHS)
def _after_mohs(chart: Chart, closes: Sequence[str]) -> bool:
    """Whether the wound is one of Mohs surgery, which no closure includes."""
    return any(isinstance(each, Mohs) for each in closed(chart, closes))


def _region(
    chart: Chart, procedure: AdjacentTissueTransfer | SkinGraft, family: Family
) -> str | None:
    return region_at(closure_site(chart, procedure), family)
