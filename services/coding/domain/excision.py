"""Excisions: size by lesion and margins, family by what pathology proves."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.coding.domain.chart import (
    Chart,
    Draft,
    Finding,
    Outcome,
    Target,
    because,
    missing,
    review,
    tenths,
    total,
)
from services.coding.domain.claim import Hold, Reason
from services.coding.domain.documented import Excision
from services.coding.domain.pending import PENDING, pathology_hold
from services.coding.domain.sources import (
    CPT_ASSISTANT,
    CPT_EXCISION,
    FROM_MEMORY,
    LONG_AGO,
    OWN,
)
from shared.clinical.diagnoses import behavior_of, unspecified_neoplasm_at
from shared.kernel.rule import rule

SMALLEST_BAND = Decimal("0.5")
_WIDE_MARGIN = Decimal("0.5")
_STATED = frozenset({"benign", "premalignant", "uncertain", "in_situ", "malignant"})
_BENIGN_AT_ONCE = frozenset({"cyst", "lipoma"})
_CATEGORIES_AT_ONCE = ("L72", "D17")


@dataclass(frozen=True, slots=True)
class Plan:
    """One excised lesion. `size` None: a fact is missing, so no code may be chosen."""

    procedures: tuple[Excision, ...]
    target: Target
    size: Decimal | None
    family: str
    reasons: tuple[Reason, ...]
    holds: tuple[Hold, ...]

    @property
    def includes_every_repair(self) -> bool:
        """A benign excision up to 0.5 cm includes any closure (EX-9)."""
        return (
            self.family == "excision_benign"
            and self.size is not None
            and self.size <= SMALLEST_BAND
        )


@rule("EX-7", since=LONG_AGO, cite=CPT_EXCISION)
@rule("EX-8", since=LONG_AGO, cite=CPT_EXCISION)
def plans(chart: Chart) -> tuple[Plan, ...]:
    """Lesions are never summed; further margin of one lesion in the session is one excision."""
    grouped: dict[str, list[Excision]] = defaultdict(list)
    for procedure in chart.of(Excision):
        lesions = procedure.lesions
        grouped[lesions[0] if lesions else f"#{procedure.procedure_id}"].append(procedure)
    return tuple(_plan(chart, tuple(each)) for _, each in sorted(grouped.items()))


def excisions(chart: Chart, closed_by_flaps: frozenset[str]) -> Outcome:
    """The lines of every excision whose defect no flap closes.

    closed_by_flaps: procedures that an adjacent tissue transfer includes (EX-10, FL-4).
    """
    return total(_line(chart, plan, closed_by_flaps) for plan in plans(chart))


def _line(chart: Chart, plan: Plan, closed_by_flaps: frozenset[str]) -> Outcome:
    ids = tuple(each.procedure_id for each in plan.procedures)
    if closed_by_flaps.intersection(ids):
        pending = tuple(each for each in plan.holds if each.reason.startswith("pathology"))
        return Outcome(holds=pending)
    if plan.size is None:
        return Outcome(holds=plan.holds)
    region = plan.target.region("removal")
    if region is None:
        return Outcome(holds=(missing(plan.procedures[0], "site of the excision"), *plan.holds))
    code = chart.tables.banded(plan.family, region, plan.size)
    if code is None:
        return Outcome(holds=(review("not_covered", f"Procedure {ids[0]}: no code."),))
    distinct = all(each.distinct for each in plan.procedures) or None
    draft = Draft(code, 1, ids, (plan.target,), plan.reasons, distinct=distinct)
    return Outcome(drafts=(draft,), holds=plan.holds)


def _plan(chart: Chart, procedures: tuple[Excision, ...]) -> Plan:
    target = chart.targets(procedures[0])[0]
    sizes = [_size(chart, each) for each in procedures]
    held = tuple(each for each in sizes if isinstance(each, Hold))
    measured = [each for each in sizes if isinstance(each, Decimal)]
    family, why, pending = _family(chart, procedures, target)
    size = None if held or not measured else max(measured)
    reasons = (*(_measured(chart, each) for each in procedures), *why)
    return Plan(procedures, target, size, family, reasons, (*held, *pending))


@rule("EX-1", since=LONG_AGO, cite=CPT_EXCISION)
def _size(chart: Chart, procedure: Excision) -> Decimal | Hold:
    """Greatest lesion diameter and twice the narrowest margin; a contradicting total is no size."""
    lesion_cm, margin, excised = (
        procedure.lesion_diameter_cm,
        procedure.margin_cm,
        procedure.excised_diameter_cm,
    )
    known = chart.lesions.get(procedure.lesions[0]) if procedure.lesions else None
    of_lesion = None if known is None else known.diameter_cm
    if lesion_cm is not None and of_lesion is not None and lesion_cm != of_lesion:
        says = f"Procedure {procedure.procedure_id}: lesion {lesion_cm} cm here, {of_lesion} there."
        return review("size_conflict", says)
    lesion_cm = lesion_cm if lesion_cm is not None else of_lesion
    if lesion_cm and excised and excised < lesion_cm:
        says = f"Procedure {procedure.procedure_id}: {excised} cm excised, lesion {lesion_cm}."
        return review("size_conflict", says)
    if lesion_cm and margin is not None:
        summed = tenths(lesion_cm + 2 * margin)
        if excised is not None and tenths(excised) != summed:
            says = f"Procedure {procedure.procedure_id}: {excised} cm charted, the sum is {summed}."
            return review("size_conflict", says)
        return summed
    if excised:
        return tenths(excised)
    return missing(procedure, "margin" if lesion_cm else "lesion diameter")


def _measured(chart: Chart, procedure: Excision) -> Reason:
    lesion_cm, margin = procedure.lesion_diameter_cm, procedure.margin_cm
    known = chart.lesions.get(procedure.lesions[0]) if procedure.lesions else None
    stated = chart.at(procedure, "lesion_diameter_cm")
    if lesion_cm is None and known is not None:
        lesion_cm = known.diameter_cm
        stated = chart.at_lesion(known.lesion_id, "diameter_cm")
    if lesion_cm is not None and margin is not None:
        exact = lesion_cm + 2 * margin
        rounded = "" if exact == tenths(exact) else f", rounded to {tenths(exact)}"
        says = f"{lesion_cm} + 2 x {margin} = {exact} cm{rounded}."
        evidence = (*stated, *chart.at(procedure, "margin_cm"))
    else:
        says = "The excised diameter as charted."
        evidence = chart.at(procedure, "excised_diameter_cm")
    return because("EX-1", says, CPT_EXCISION, *evidence)


def _family(
    chart: Chart, procedures: Sequence[Excision], target: Target
) -> tuple[str, tuple[Reason, ...], tuple[Hold, ...]]:
    finding = target.finding
    first = procedures[0].procedure_id
    if finding.proven or (target.lesion_id is None and finding.malignant):
        says = "Malignancy proven by earlier pathology: malignant family."
        at = chart.at_lesion(target.lesion_id, "diagnosis") or chart.at(procedures[0], "diagnosis")
        return "excision_malignant", (because("EX-4", says, CPT_ASSISTANT, *at),), ()
    if finding.report is not None and finding.behavior in _STATED:
        family, reasons, held = _reported_family(chart, procedures, target)
        if not finding.malignant and _waits_for_more(chart, procedures, target):
            held = (*held, pathology_hold(chart, first, target, "the excision family"))
        return family, reasons, held
    if _benign_at_once(chart, procedures, target):
        says = "Cyst, lipoma or benign by earlier biopsy: benign family at once."
        at = _known_benign(chart, procedures, target)
        return "excision_benign", (because("EX-4", says, CPT_ASSISTANT, *at),), ()
    says = "No final report: best line in the benign family, not released."
    reason = because("EX-4", says, CPT_ASSISTANT, *_specimen_pointers(chart, target))
    if finding.report is not None:
        return "excision_benign", (reason,), ()  # its wording is already a person's question
    held = (pathology_hold(chart, first, target, "the excision family"),)
    return "excision_benign", (reason,), held


@rule("EX-2", since=LONG_AGO, cite=CPT_EXCISION)
@rule("EX-3", since=LONG_AGO, cite=CPT_EXCISION)
@rule("EX-5", since=LONG_AGO, cite=FROM_MEMORY)
def _reported_family(
    chart: Chart, procedures: Sequence[Excision], target: Target
) -> tuple[str, tuple[Reason, ...], tuple[Hold, ...]]:
    """The report decides; in situ is malignant, uncertain and premalignant are benign."""
    finding = target.finding
    at = chart.at_report(finding.report)
    if finding.malignant:
        says = "Malignant or in situ by the report: malignant family."
        return "excision_malignant", (because("EX-3", says, CPT_EXCISION, *at),), ()
    if finding.behavior == "uncertain":
        wide = [each for each in procedures if _margin(chart, each) >= _WIDE_MARGIN]
        asks = f"Procedure {procedures[0].procedure_id}: uncertain behavior, wide margin."
        held = (review("wide_margin", asks),) if wide else ()
        says = "Uncertain behavior: benign family."
        return "excision_benign", (because("EX-5", says, FROM_MEMORY, *at),), held
    says = "Benign by the report: benign family."
    return "excision_benign", (because("EX-4", says, CPT_ASSISTANT, *at),), ()


def _margin(chart: Chart, procedure: Excision) -> Decimal:
    """The margin charted, else what the excised diameter leaves on each side; zero where unknown.

    cm.
    """
    known = chart.lesions.get(procedure.lesions[0]) if procedure.lesions else None
    size = procedure.lesion_diameter_cm or (None if known is None else known.diameter_cm)
    if procedure.margin_cm is not None:
        return procedure.margin_cm
    if size is None or procedure.excised_diameter_cm is None:
        return Decimal(0)
    return (procedure.excised_diameter_cm - size) / 2


def _known_benign(chart: Chart, procedures: Sequence[Excision], target: Target) -> tuple[str, ...]:
    """Where the chart says that no report is needed."""
    if _cyst_or_lipoma(target):
        stated = chart.at_lesion(target.lesion_id, "diagnosis")
        return stated or chart.at(procedures[0], "diagnosis")
    biopsied = [each for each in procedures if each.prior_biopsy_on is not None]
    return tuple(place for each in biopsied for place in chart.at(each, "prior_biopsy_on"))


@rule("EX-4", since=date(2012, 5, 1), cite=CPT_ASSISTANT)
def _benign_at_once(chart: Chart, procedures: Sequence[Excision], target: Target) -> bool:
    """A cyst, a lipoma or what an earlier biopsy showed benign needs no report."""
    lesion = chart.lesions.get(target.lesion_id or "")
    if lesion is not None and lesion.suspicion:
        return False
    if _cyst_or_lipoma(target):
        return True
    biopsied = any(each.prior_biopsy_on is not None for each in procedures)
    return biopsied and target.finding.behavior == "benign"


def _cyst_or_lipoma(target: Target) -> bool:
    named = any(code.startswith(_CATEGORIES_AT_ONCE) for code in target.finding.codes[:1])
    return named or target.finding.kind in _BENIGN_AT_ONCE


@rule("PA-2", since=LONG_AGO, cite=OWN)
def unsettled(chart: Chart) -> dict[str, Finding]:
    """A lesion whose excision waits for the report has no specified behavior until then."""
    found: dict[str, Finding] = {}
    for plan in plans(chart):
        finding, lesion_id = plan.target.finding, plan.target.lesion_id
        waits = any(each.reason in PENDING for each in plan.holds)
        if lesion_id is None or finding.report is not None or not waits:
            continue
        if finding.codes and finding.behavior != "unspecified":
            code = unspecified_neoplasm_at(plan.target.site_term)
            says = "Until the report: behavior is not specified."
            at = chart.at_lesion(lesion_id, "diagnosis")
            reason = because("PA-2", says, OWN, *at)
            found[lesion_id] = replace(
                finding, codes=(code,), behavior=behavior_of(code), kind=None, reasons=(reason,)
            )
    return found


def _waits_for_more(chart: Chart, procedures: Sequence[Excision], target: Target) -> bool:
    """Whether another specimen of this excision has no report yet."""
    ids = {each.procedure_id for each in procedures}
    return any(
        each.specimen_id in target.finding.awaited
        for each in chart.specimens.get(target.lesion_id or "", ())
        if each.procedure_id is None or each.procedure_id in ids
    )


def _specimen_pointers(chart: Chart, target: Target) -> list[str]:
    return [
        f"/encounter/specimens/{place}"
        for place, specimen in enumerate(chart.encounter.specimens)
        if specimen.lesion_id is not None and specimen.lesion_id == target.lesion_id
    ]
