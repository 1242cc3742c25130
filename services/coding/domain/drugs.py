"""Drugs and their administration: whole units, waste on a line of its own, who supplied it."""

import math
from dataclasses import dataclass
from datetime import date
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
from services.coding.domain.claim import Edit, Hold, Reason
from services.coding.domain.documented import Container, DrugAdministration, DrugUsed, ProcedureBase
from services.coding.domain.sources import AAD, LONG_AGO, OWN, WASTE
from shared.clinical.drugs import drugs
from shared.kernel.rule import rule

_CHEMOTHERAPY = "J9"


@dataclass(frozen=True, slots=True)
class _Given:
    """A drug as charted: `at` is the field of the procedure under which its facts stand."""

    procedure: ProcedureBase
    hcpcs: str
    units: Decimal
    wasted: Decimal | None
    container: Container | None
    at: str


@rule("DR-1", since=LONG_AGO, cite=AAD)
def drug_administrations(chart: Chart) -> Outcome:
    """Injections that are no chemotherapy, most biologics among them, are 96372."""
    return total(_administration(chart, each) for each in chart.of(DrugAdministration))


@rule("DR-3", since=LONG_AGO, cite=OWN)
@rule("DR-6", since=LONG_AGO, cite=OWN)
def _administration(chart: Chart, procedure: DrugAdministration) -> Outcome:
    """What a specialty pharmacy supplied is administered, never charged; infusions need times."""
    if procedure.route is None:
        return Outcome(holds=(missing(procedure, "route of the drug"),))
    outcome = _given(chart, procedure)
    if procedure.supplied_by == "specialty_pharmacy":
        return outcome
    if procedure.supplied_by is None:
        return outcome + Outcome(holds=(missing(procedure, "supplier of the drug"),))
    drug = DrugUsed(
        hcpcs=procedure.hcpcs,
        units=procedure.units,
        wasted_units=procedure.wasted_units,
        container=procedure.container,
    )
    return outcome + drug_used(chart, procedure, drug, "")


def _given(chart: Chart, procedure: DrugAdministration) -> Outcome:
    if procedure.route == "intravenous":
        asks = f"Procedure {procedure.procedure_id}: infusion codes need start and stop times."
        return Outcome(holds=(review("infusion_times", asks),))
    if (procedure.hcpcs or "").startswith(_CHEMOTHERAPY):
        asks = f"Procedure {procedure.procedure_id}: chemotherapy administration is not decided."
        return Outcome(holds=(review("not_covered", asks),))
    says = "Injected under the skin or into muscle, no chemotherapy."
    given = Draft(
        code=chart.facts.policy.injection,
        units=1,
        procedure_ids=(procedure.procedure_id,),
        targets=chart.targets(procedure),
        reasons=(because("DR-1", says, AAD, *chart.at(procedure, "route")),),
        distinct=procedure.distinct,
    )
    return Outcome(drafts=(given,))


@rule("DR-2", since=LONG_AGO, cite=WASTE)
def drug_used(chart: Chart, procedure: ProcedureBase, drug: DrugUsed | None, at: str) -> Outcome:
    """A drug of the practice is billed in HCPCS units, a broken unit rounded up.

    at: the field of the procedure that holds the drug, with its slash; empty where it is itself.
    """
    if drug is None:
        return Outcome()
    if not drug.hcpcs:
        return Outcome(holds=(missing(procedure, "HCPCS code of the drug"),))
    if not drug.units:
        return Outcome(holds=(missing(procedure, "units of the drug"),))
    if drug.hcpcs not in chart.tables.codes:
        asks = f"Procedure {procedure.procedure_id}: {drug.hcpcs} is not in the code table."
        return Outcome(holds=(review("unknown_code", asks),))
    given = _Given(procedure, drug.hcpcs, drug.units, drug.wasted_units, drug.container, at)
    container = _container(given)
    if container is None:
        return _billed(chart, given, ()) + _unknown(
            chart, given, "container (single dose or multi dose)"
        )
    if container == "multi_dose":
        return _billed(chart, given, ())
    if given.wasted is None:
        return _billed(chart, given, ()) + _unknown(chart, given, "discarded amount")
    return _single_dose(chart, given)


@rule("DR-0", since=LONG_AGO, cite=WASTE)
def _container(given: _Given) -> str | None:
    """The charted container, else that of the drug table."""
    if given.container is not None:
        return given.container
    known = drugs().get(given.hcpcs)
    return None if known is None or known.container == "unknown" else known.container


@rule("DR-4", since=date(2017, 1, 1), cite=WASTE)
@rule("DR-5", since=date(2023, 7, 1), cite=WASTE)
def _single_dose(chart: Chart, given: _Given) -> Outcome:
    """Single dose: JZ without waste; with waste the discarded units on a second line, JW."""
    wasted = given.wasted or Decimal(0)
    administered = math.ceil(given.units)
    discarded = math.ceil(given.units + wasted) - administered
    evidence = chart.at(given.procedure, f"{given.at}wasted_units")
    if discarded <= 0:
        reason = because("DR-5", "Single dose, nothing discarded: JZ.", WASTE, *evidence)
        return _billed(chart, given, ("JZ",), reason)
    says = f"{discarded} units of a single dose discarded: JW."
    waste = Draft(
        code=given.hcpcs,
        units=discarded,
        procedure_ids=(given.procedure.procedure_id,),
        targets=chart.targets(given.procedure),
        reasons=(because("DR-4", says, WASTE, *evidence),),
        modifiers=("JW",),
    )
    return _billed(chart, given, ()) + Outcome(drafts=(waste,))


def _billed(chart: Chart, given: _Given, modifiers: tuple[str, ...], *why: Reason) -> Outcome:
    evidence = chart.at(given.procedure, f"{given.at}units")
    units = math.ceil(given.units)
    says = f"{units} units, supplied by the practice."
    draft = Draft(
        code=given.hcpcs,
        units=units,
        procedure_ids=(given.procedure.procedure_id,),
        targets=chart.targets(given.procedure),
        reasons=(because("DR-2", says, f"HCPCS {given.hcpcs}", *evidence), *why),
        modifiers=modifiers,
    )
    return Outcome(drafts=(draft,))


def _unknown(chart: Chart, given: _Given, fact: str) -> Outcome:
    """Medicare needs it; other payers are warned of it."""
    says = f"Procedure {given.procedure.procedure_id}: the {fact} of {given.hcpcs} is not charted."
    if chart.facts.payer.national:
        return Outcome(holds=(Hold("missing_fact", says),))
    return Outcome(
        edits=(Edit("modifier", "warned", (given.hcpcs,), says, str(WASTE), rule="DR-0"),)
    )
