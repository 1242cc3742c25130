"""Repairs: lengths are summed within one complexity and one group of sites."""

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
    review,
    tenths,
    total,
)
from services.coding.domain.claim import Edit
from services.coding.domain.closure import (
    closed,
    closed_targets,
    closure_site,
    included_in_flaps,
)
from services.coding.domain.documented import (
    AdjacentTissueTransfer,
    Biopsy,
    Destruction,
    Excision,
    Repair,
    ShaveRemoval,
    SkinGraft,
)
from services.coding.domain.excision import plans
from services.coding.domain.sources import (
    CPT_BIOPSY,
    CPT_EXCISION,
    CPT_GRAFT,
    CPT_REPAIR,
    CPT_SHAVING,
    CPT_TRANSFER,
    LONG_AGO,
    NCCI_3,
    PTP,
)
from shared.clinical.body_sites import Family
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

_LONGEST_AS_INTERMEDIATE = Decimal("1.0")
_COMPLEX_BASE = Decimal("7.5")
_COMPLEX_STEP = 5
_COMPLEX = {
    "trunk": ("13100", "13101", "13102"),
    "scalp_arms_legs": ("13120", "13121", "13122"),
    "forehead_cheeks_chin_mouth_neck_axillae_genitalia_hands_feet": ("13131", "13132", "13133"),
    "eyelids_nose_ears_lips": ("13151", "13152", "13153"),
}
_FAMILY: dict[str, Family] = {
    "simple": "simple_repair",
    "intermediate": "intermediate_repair",
    "complex": "complex_repair",
}


def repairs(chart: Chart) -> Outcome:
    """Every repair that is not part of what it closes."""
    flapped = included_in_flaps(chart)
    small = frozenset(
        each.procedure_id
        for plan in plans(chart)
        if plan.includes_every_repair
        for each in plan.procedures
    )
    parts: list[Outcome] = []
    counted: list[Repair] = []
    for procedure in chart.of(Repair):
        included = _included(chart, procedure, flapped, small)
        if included is not None:
            parts.append(included)
        elif procedure.complexity is None:
            parts.append(Outcome(holds=(missing(procedure, "complexity of the repair"),)))
        elif not procedure.length_cm:
            parts.append(Outcome(holds=(missing(procedure, "length of the repair"),)))
        elif _group(chart, procedure, procedure.complexity) is None:
            parts.append(Outcome(holds=(missing(procedure, "site of the repair"),)))
        else:
            counted.append(procedure)
    parts.append(_summed(chart, counted))
    return total(parts)


@rule("RP-1", since=LONG_AGO, cite=CPT_REPAIR)
@rule("RP-2", since=LONG_AGO, cite=CPT_REPAIR)
def _summed(chart: Chart, procedures: Sequence[Repair]) -> Outcome:
    """Same complexity and same site group are one length; otherwise separate codes."""
    complexes = _grouped(chart, procedures, "complex")
    short = [
        each
        for group in complexes.values()
        if _length(group) <= _LONGEST_AS_INTERMEDIATE
        for each in group
    ]
    parts = [
        _complex(chart, region, group)
        for region, group in complexes.items()
        if _length(group) > _LONGEST_AS_INTERMEDIATE
    ]
    for complexity in ("intermediate", "simple"):
        also = short if complexity == "intermediate" else []
        groups = _grouped(chart, procedures, complexity, also)
        parts += [_banded(chart, complexity, region, group) for region, group in groups.items()]
    return total(parts)


def _grouped(
    chart: Chart, procedures: Sequence[Repair], complexity: str, also: Sequence[Repair] = ()
) -> dict[str, list[Repair]]:
    groups: dict[str, list[Repair]] = defaultdict(list)
    for each in (*procedures, *also):
        if each.complexity == complexity or each in also:
            group = _group(chart, each, complexity)
            if group is not None:
                groups[group].append(each)
    return groups


def _group(chart: Chart, procedure: Repair, complexity: str) -> str | None:
    return region_at(closure_site(chart, procedure), _FAMILY[complexity])


@rule("RP-3", since=LONG_AGO, cite=CPT_REPAIR)
@rule("RP-4", since=LONG_AGO, cite=CPT_REPAIR)
@rule("RP-8", since=LONG_AGO, cite=CPT_REPAIR)
def _banded(chart: Chart, complexity: str, region: str, group: Sequence[Repair]) -> Outcome:
    """Simple and intermediate repairs by summed length; the face has bands of its own."""
    length = _length(group)
    code = chart.tables.banded(f"repair_{complexity}", region, length)
    if code is None:
        says = f"Procedure {group[0].procedure_id}: no code for this repair."
        return Outcome(holds=(review("not_covered", says),))
    says = f"{complexity.capitalize()} repair, {length} cm in all."
    return Outcome(drafts=(_draft(chart, code, 1, group, "RP-3", says),))


@rule("RP-5", since=LONG_AGO, cite=CPT_REPAIR)
def _complex(chart: Chart, region: str, group: Sequence[Repair]) -> Outcome:
    """Complex repair up to 2.5, up to 7.5 cm, then an add-on for each further 5 cm or part."""
    length = _length(group)
    short, base, add_on = _COMPLEX[region]
    if length <= Decimal("2.5"):
        return Outcome(drafts=(_draft(chart, short, 1, group, "RP-5", f"Complex, {length} cm."),))
    drafts = [_draft(chart, base, 1, group, "RP-5", f"Complex, {length} cm in all.")]
    if length > _COMPLEX_BASE:
        steps = math.ceil((length - _COMPLEX_BASE) / _COMPLEX_STEP)
        says = f"{length - _COMPLEX_BASE} cm beyond 7.5, each 5 cm or part."
        drafts.append(_draft(chart, add_on, steps, group, "RP-5", says))
    return Outcome(drafts=tuple(drafts))


def _draft(
    chart: Chart, code: str, units: int, group: Sequence[Repair], rule_id: str, says: str
) -> Draft:
    evidence = [place for each in group for place in chart.at(each, "length_cm")]
    reasons = [because(rule_id, says, CPT_REPAIR, *evidence)]
    over_excision = any(
        isinstance(wound, Excision) for each in group for wound in closed(chart, each.closes)
    )
    if over_excision:
        says = "Intermediate or complex closure of an excision is separate."
        closing = [place for each in group for place in chart.at(each, "closes")]
        reasons.append(because("EX-9", says, CPT_EXCISION, *closing))
    return Draft(
        code=code,
        units=units,
        procedure_ids=tuple(each.procedure_id for each in group),
        targets=tuple(
            dict.fromkeys(target for each in group for target in closed_targets(chart, each))
        ),
        reasons=tuple(reasons),
        distinct=all(each.distinct for each in group) or None,
    )


def _included(
    chart: Chart, procedure: Repair, flapped: frozenset[str], small: frozenset[str]
) -> Outcome | None:
    """A repair that is part of what it closes; None where it is reported.

    flapped: repairs of a defect that a flap closes. small: benign excisions up to 0.5 cm.
    """
    if procedure.procedure_id in flapped:
        says = f"Procedure {procedure.procedure_id}: the flap includes repair of its defect."
        return _part_of(procedure, "FL-4", says, CPT_TRANSFER)
    wounds = closed(chart, procedure.closes)
    if not wounds:
        return None
    return (
        _of_a_donor_site(procedure, wounds)
        or _in_small_excision(procedure, small)
        or _in_surface_procedure(procedure, wounds)
    )


@rule("FL-3", since=LONG_AGO, cite=CPT_TRANSFER)
@rule("GR-3", since=LONG_AGO, cite=CPT_GRAFT)
def _of_a_donor_site(procedure: Repair, wounds: Sequence[object]) -> Outcome | None:
    """Closing the secondary defect of a flap or the donor site of a graft is part of it."""
    if not all(isinstance(each, (AdjacentTissueTransfer, SkinGraft)) for each in wounds):
        return None
    says = f"Procedure {procedure.procedure_id}: closes the donor site of a flap or graft."
    return _part_of(procedure, "GR-3", says, CPT_GRAFT)


@rule("EX-9", since=LONG_AGO, cite=NCCI_3)
def _in_small_excision(procedure: Repair, small: frozenset[str]) -> Outcome | None:
    """A benign excision up to 0.5 cm includes every closure."""
    if not procedure.closes or not small.issuperset(procedure.closes):
        return None
    says = f"Procedure {procedure.procedure_id}: closes a benign excision up to 0.5 cm."
    return _part_of(procedure, "EX-9", says, NCCI_3)


@rule("BX-8", since=LONG_AGO, cite=CPT_BIOPSY)
@rule("SH-2", since=LONG_AGO, cite=CPT_SHAVING)
@rule("RP-6", since=LONG_AGO, cite=CPT_REPAIR)
@rule("RP-7", since=LONG_AGO, cite=PTP)
def _in_surface_procedure(procedure: Repair, wounds: Sequence[object]) -> Outcome | None:
    """Simple closure of what was done is included; so is any closure of a shave or a biopsy."""
    surface = (ShaveRemoval, Destruction, Biopsy)
    if all(isinstance(each, surface) for each in wounds):
        says = f"Procedure {procedure.procedure_id}: closure is part of what it closes."
        return _part_of(procedure, "RP-7", says, PTP)
    if procedure.complexity == "simple" and all(
        isinstance(each, (*surface, Excision)) for each in wounds
    ):
        return Outcome()
    return None


def _part_of(procedure: Repair, rule_id: str, says: str, cite: Cite) -> Outcome:
    ids = (procedure.procedure_id,)
    edit = Edit("ncci", "bundled", (), says, str(cite), rule=rule_id, procedure_ids=ids)
    return Outcome(edits=(edit,))


def _length(group: Sequence[Repair]) -> Decimal:
    return tenths(sum((each.length_cm or Decimal(0) for each in group), start=Decimal(0)))
