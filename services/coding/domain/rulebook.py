"""The rules in running order, and the one function that codes an encounter by them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from services.coding.domain.authorization import authorized, warn_unauthorized
from services.coding.domain.biopsy import biopsies
from services.coding.domain.carried import releases_said, releases_wanted
from services.coding.domain.chart import Chart, Draft, Outcome, by_kind, review, total
from services.coding.domain.charted import charted_codes
from services.coding.domain.claim import (
    PATHOLOGY_PENDING,
    Claim,
    Considered,
    Edit,
    Hold,
    Line,
    PatientPay,
    Reason,
    Status,
)
from services.coding.domain.closure import included_in_flaps, withheld_by_grafts
from services.coding.domain.considered import considered, releases_used
from services.coding.domain.destruction import destructions
from services.coding.domain.diagnosis import findings, specimens_by_lesion
from services.coding.domain.documented import (
    AdjacentTissueTransfer,
    Biopsy,
    Destruction,
    DrugAdministration,
    Excision,
    IncisionDrainage,
    IntralesionalInjection,
    Mohs,
    Nail,
    Other,
    PatchTest,
    PhotodynamicTherapy,
    Phototherapy,
    ProcedureBase,
    Repair,
    ShaveRemoval,
    SkinGraft,
    SkinTagRemoval,
)
from services.coding.domain.drugs import drug_administrations
from services.coding.domain.evaluation import (
    evaluate,
    visit_without_diagnosis,
    without_complexity_beside_25,
)
from services.coding.domain.excision import excisions, unsettled
from services.coding.domain.facts import Facts
from services.coding.domain.flaps_grafts import flaps_and_grafts
from services.coding.domain.global_periods import apply_global_periods
from services.coding.domain.injections import drainages, injections
from services.coding.domain.light import photodynamic_therapies, phototherapies
from services.coding.domain.modifiers import (
    ask_about_contradictions,
    mark_multiple,
    mark_notices,
    order_modifiers,
)
from services.coding.domain.mohs import mohs_surgeries
from services.coding.domain.nails import nails
from services.coding.domain.ncci import (
    check_add_ons,
    check_units,
    edit_pairs,
    mark_repeats,
    sum_units,
)
from services.coding.domain.pending import wait_for_reports
from services.coding.domain.ranking import ranked
from services.coding.domain.references import Tables, charge, component
from services.coding.domain.repair import repairs
from services.coding.domain.routing import route
from services.coding.domain.shave import shave_removals
from services.coding.domain.skin_tags import skin_tags
from services.coding.domain.sources import LONG_AGO, OWN
from services.coding.domain.support import ask_about_unsupported, missed, unsupported
from services.coding.domain.testing import patch_tests
from services.coding.domain.validity import ended_codes, invalid_diagnoses
from shared.kernel.rule import rule

Section = Callable[[Chart], Outcome]
Step = Callable[[Chart, Outcome], Outcome]


def _excisions(chart: Chart) -> Outcome:
    return excisions(chart, included_in_flaps(chart) | withheld_by_grafts(chart))


SECTIONS: tuple[tuple[Section, frozenset[type[ProcedureBase]]], ...] = (
    (biopsies, frozenset({Biopsy, Destruction})),  # a destruction may turn out to be a sample only
    (shave_removals, frozenset({ShaveRemoval})),
    (_excisions, frozenset({Excision})),
    (destructions, frozenset({Destruction})),
    (skin_tags, frozenset({SkinTagRemoval})),
    (mohs_surgeries, frozenset({Mohs})),
    (repairs, frozenset({Repair})),
    (flaps_and_grafts, frozenset({AdjacentTissueTransfer, SkinGraft})),
    (injections, frozenset({IntralesionalInjection})),
    (drainages, frozenset({IncisionDrainage})),
    (phototherapies, frozenset({Phototherapy})),
    (photodynamic_therapies, frozenset({PhotodynamicTherapy})),
    (patch_tests, frozenset({PatchTest})),
    (nails, frozenset({Nail})),
    (drug_administrations, frozenset({DrugAdministration})),
    (charted_codes, frozenset({Other})),
)
"""Procedures become units of service; a section is asked where one of its kinds was done."""

STEPS: tuple[Step, ...] = (
    evaluate,
    without_complexity_beside_25,
    apply_global_periods,
    edit_pairs,
    sum_units,
    mark_repeats,
    check_add_ons,
    check_units,
    ask_about_unsupported,
    mark_multiple,
    mark_notices,
    ask_about_contradictions,
    order_modifiers,
    wait_for_reports,
    visit_without_diagnosis,
    warn_unauthorized,
)
"""What the lines mean to each other, in this order."""

_MOST_DIAGNOSES = 12
_MOST_POINTERS = 4


def code(facts: Facts, tables: Tables, as_of: date) -> Claim:
    """Code one encounter from everything known about it, as it stands on a day."""
    encounter = facts.encounter
    specimens = specimens_by_lesion(encounter)
    found = findings(facts, specimens)
    routing = route(facts, found)
    documented = [routing.narrowed.get(each.procedure_id, each) for each in encounter.procedures]
    chart = Chart(
        facts=facts,
        tables=tables,
        day=facts.day,
        as_of=as_of,
        findings=found,
        insured=routing.insured,
        lesions={each.lesion_id: each for each in encounter.lesions},
        specimens=specimens,
        procedures={each.procedure_id: each for each in documented},
        places={each.procedure_id: place for place, each in enumerate(encounter.procedures)},
        lesion_places={each.lesion_id: place for place, each in enumerate(encounter.lesions)},
        of_kind=by_kind(documented, routing.insured),
        noticed=routing.noticed,
    )
    waiting = unsettled(chart)
    if waiting:
        chart = replace(chart, findings={**found, **waiting})
    done = chart.of_kind.keys()
    sections = [section(chart) for section, kinds in SECTIONS if not kinds.isdisjoint(done)]
    outcome = total((*sections, routing.outcome))
    for step in STEPS:
        outcome = step(chart, outcome)
    return _claim(chart, outcome)


def _claim(chart: Chart, outcome: Outcome) -> Claim:
    drafts = ranked(chart, outcome.drafts)
    diagnoses = tuple(dict.fromkeys(each for draft in drafts for each in draft.codes_of_targets))
    holds = [*outcome.holds, *_questions(chart, drafts), *_queries(chart)]
    if drafts:
        holds += releases_wanted(chart)
    holds += invalid_diagnoses(chart, diagnoses)
    holds += ended_codes(chart, (draft.code for draft in drafts))
    if len(diagnoses) > _MOST_DIAGNOSES:
        holds.append(review("diagnoses", "More than twelve diagnoses: which are billed?"))
        diagnoses = diagnoses[:_MOST_DIAGNOSES]
    billed, said = frozenset(draft.code for draft in drafts), releases_said(chart)
    lines = tuple(
        _line(chart, draft, diagnoses, said, considered(chart, draft, outcome.edits, billed))
        for draft in drafts
    )
    paid = outcome.patient_pay
    if chart.facts.payer.self_pay:
        lines, paid, diagnoses = (), (*paid, *_paid_by_patient(chart, lines)), ()
    if not (lines or paid or holds or outcome.edits):
        holds.append(review("nothing_documented", "No visit and no procedure is documented."))
    unique = tuple(dict.fromkeys(holds))
    return Claim(
        status=_status(lines, paid, unique),
        date_of_service=chart.day,
        place_of_service=chart.encounter.place_of_service,
        rendering_npi=chart.encounter.rendering_provider.npi,
        authorizations=authorized(chart, outcome),
        diagnoses=diagnoses,
        lines=lines,
        patient_pay_lines=paid,
        holds=unique,
        edits=_unique(outcome.edits),
        missed=missed(chart, outcome),
        unsupported=unsupported(chart, drafts),
        releases=releases_used(chart),
    )


def _line(
    chart: Chart,
    draft: Draft,
    diagnoses: tuple[str, ...],
    said: tuple[Reason, ...],
    weighed: tuple[Considered, ...],
) -> Line:
    """A draft with its pointers and charge. said: what every line of the claim says."""
    pointers = tuple(
        diagnoses.index(each) + 1 for each in draft.codes_of_targets if each in diagnoses
    )
    place = chart.encounter.place_of_service
    payer = chart.facts.payer.payer_id
    fee = charge(
        draft.code,
        chart.facts.fees,
        chart.tables,
        place,
        chart.day,
        payer,
        component(draft.modifiers),
    )
    of_targets = tuple(reason for target in draft.targets for reason in target.finding.reasons)
    rationale = (*draft.reasons, *of_targets, *said)
    return Line(
        code=draft.code,
        modifiers=draft.modifiers,
        units=draft.units,
        diagnosis_pointers=pointers[:_MOST_POINTERS],
        charge=fee * draft.units,
        procedure_ids=draft.procedure_ids,
        lesion_ids=draft.lesion_ids,
        rationale=tuple(dict.fromkeys(rationale)),
        considered=weighed,
    )


def _questions(chart: Chart, drafts: list[Draft]) -> list[Hold]:
    """What is open about the lesions of the lines, and lines that point to no diagnosis."""
    held = [hold for draft in drafts for target in draft.targets for hold in target.finding.holds]
    for draft in drafts:
        asked = any(target.finding.holds for target in draft.targets)
        if draft.diagnoses is None and not draft.codes_of_targets and not asked:
            named = ", ".join(draft.procedure_ids)
            held.append(Hold("missing_fact", f"Procedure {named}: no diagnosis is charted."))
    return held


def _queries(chart: Chart) -> list[Hold]:
    return [review("documentation_query", says) for says in chart.facts.queries]


@rule("ST-1", since=LONG_AGO, cite=OWN)
def _status(
    lines: tuple[Line, ...], paid: tuple[PatientPay, ...], holds: tuple[Hold, ...]
) -> Status:
    """A question beats a wait, a wait beats ready; patient pay and no charge only without lines."""
    if any(hold.reason != PATHOLOGY_PENDING for hold in holds):
        return "needs_review"
    if holds:
        return "held"
    if lines:
        return "ready"
    return "patient_pay" if paid else "no_charge"


@rule("MC-4", since=LONG_AGO, cite=OWN)
def _paid_by_patient(chart: Chart, lines: tuple[Line, ...]) -> list[PatientPay]:
    """Without coverage every service is the patient's."""
    return [
        PatientPay(
            (line.procedure_ids or ("evaluation",))[0],
            chart.tables.codes[line.code].description,
            line.charge,
        )
        for line in lines
    ]


def _unique(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    return tuple(dict.fromkeys(edits))
