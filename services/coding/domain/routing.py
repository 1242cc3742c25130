"""Who pays: insurance, the patient, or a person's decision first (section 15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from services.coding.domain.chart import Finding, Outcome, review, total
from services.coding.domain.claim import Edit, PatientPay
from services.coding.domain.documented import (
    AdjacentTissueTransfer,
    Cosmetic,
    Destruction,
    Encounter,
    Excision,
    Lesion,
    Procedure,
    Repair,
    ShaveRemoval,
    SkinGraft,
    SkinTagRemoval,
)
from services.coding.domain.facts import Facts, Payer
from services.coding.domain.sources import COVERAGE, LONG_AGO, OWN
from shared.clinical.criteria import Contractor, read_criteria, supports
from shared.clinical.diagnosis_groups import NEEDS_A_REASON, group_of
from shared.kernel.rule import rule

_REMOVALS = (ShaveRemoval, Excision, Destruction, SkinTagRemoval)
_CLOSURES = (Repair, AdjacentTissueTransfer, SkinGraft)
Closure: TypeAlias = Repair | AdjacentTissueTransfer | SkinGraft


@dataclass(frozen=True, slots=True)
class Routing:
    """insured: ids of procedures that go to insurance. outcome: what the patient pays, and asks.

    narrowed: insured procedures of which some lesions are not. noticed: ids of those for which a
    denial is expected and a notice of it is signed.
    """

    insured: frozenset[str]
    outcome: Outcome
    narrowed: Mapping[str, Procedure] = field(default_factory=dict)
    noticed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Way:
    """Where one procedure goes: what of it is insured, and what is said of the rest."""

    insured: Procedure | None = None
    outcome: Outcome = field(default_factory=Outcome)
    noticed: bool = False


def route(facts: Facts, findings: Mapping[str, Finding]) -> Routing:
    """Split the procedures of an encounter between insurance, the patient and a person."""
    documented = {each.procedure_id: each for each in facts.encounter.procedures}
    ways = {
        name: _way(each, facts, findings)
        for name, each in sorted(documented.items())
        if not isinstance(each, _CLOSURES)
    }
    for name, each in sorted(documented.items()):
        if isinstance(each, _CLOSURES):
            ways[name] = _closure(each, ways, facts, findings)
    insured = {name: way.insured for name, way in ways.items() if way.insured is not None}
    return Routing(
        frozenset(insured),
        total(way.outcome for _, way in sorted(ways.items())),
        {name: each for name, each in insured.items() if each is not documented[name]},
        frozenset(name for name, way in ways.items() if way.noticed),
    )


def _way(procedure: Procedure, facts: Facts, findings: Mapping[str, Finding]) -> _Way:
    if isinstance(procedure, Cosmetic):
        return _Way(outcome=_cosmetic(procedure, facts.encounter))
    if isinstance(procedure, _REMOVALS):
        lesions = _lesions_of(procedure, facts.encounter)
        doubtful = [
            each
            for each in lesions
            if _needs_criterion(each)
            and not _has_criterion(each)
            and not _proven_disease(findings.get(each.lesion_id))
        ]
        by_kind = isinstance(procedure, SkinTagRemoval) and not lesions
        if doubtful or by_kind:
            if procedure.patient_pay and len(doubtful) < len(lesions):
                return _Way(outcome=_paid_by_agreement(procedure))  # some lesions have a reason
            if _notice_signed(procedure, facts.payer):
                return _Way(procedure, _expects_denial(procedure), noticed=True)
            outcome = _without_criterion(procedure, facts)
            return _Way(_with_reason(procedure, doubtful), outcome)
    if procedure.patient_pay:
        return _Way(outcome=_paid_by_agreement(procedure))
    return _Way(procedure)


@rule("MC-6", since=LONG_AGO, cite=COVERAGE)
def _with_reason(procedure: Procedure, doubtful: Sequence[Lesion]) -> Procedure | None:
    """Of lesions destroyed together those with a reason of their own are insured, the rest asked.

    None where nothing is left, or a count does not say of which lesions it is.
    """
    if not isinstance(procedure, Destruction):
        return None
    without = {each.lesion_id for each in doubtful}
    kept = tuple(each for each in procedure.lesions if each not in without)
    if not kept or procedure.count not in (None, len(procedure.lesions)):
        return None
    return replace(procedure, lesion_id=None, lesion_ids=kept, count=None)


@rule("MC-7", since=LONG_AGO, cite=OWN)
def _closure(
    procedure: Closure,
    ways: Mapping[str, _Way],
    facts: Facts,
    findings: Mapping[str, Finding],
) -> _Way:
    """Closing a wound that insurance does not pay is not insured either."""
    closed = [ways[name] for name in procedure.closes if name in ways]
    if not closed or any(each.insured is not None for each in closed):
        return _way(procedure, facts, findings)
    if any(each.outcome.patient_pay for each in closed):
        says = f"{procedure.kind.replace('_', ' ').capitalize()}, not insured"
        return _Way(outcome=Outcome(patient_pay=(PatientPay(procedure.procedure_id, says),)))
    return _Way()


def _notice_signed(procedure: Procedure, payer: Payer) -> bool:
    """A signed notice of non-coverage counts with Medicare alone (GA)."""
    medicare = payer.payer_id is None or payer.program == "medicare"
    return medicare and bool(procedure.abn_on_file) and not procedure.patient_pay


@rule("MD-3", since=LONG_AGO, cite=COVERAGE)
def _expects_denial(procedure: Procedure) -> Outcome:
    """Without a criterion a removal is billed to Medicare with GA where an ABN is signed."""
    says = f"Procedure {procedure.procedure_id}: denial expected, notice signed: GA."
    edit = Edit(
        "medical_necessity",
        "warned",
        (),
        says,
        str(COVERAGE),
        rule="MD-3",
        procedure_ids=(procedure.procedure_id,),
    )
    return Outcome(edits=(edit,))


@rule("MC-1", since=LONG_AGO, cite=COVERAGE)
def _cosmetic(procedure: Cosmetic, encounter: Encounter) -> Outcome:
    """A cosmetic service goes to the patient; with a disease behind it a person decides."""
    codes = [each.diagnosis for each in _lesions_of(procedure, encounter)]
    groups = {group_of(code) for code in (*codes, procedure.diagnosis) if code}
    if groups and not groups <= (NEEDS_A_REASON | {None}):
        asks = f"Procedure {procedure.procedure_id}: cosmetic, but a disease is charted for it."
        return Outcome(holds=(review("medical_necessity", asks),))
    if procedure.patient_pay is False:
        asks = (
            f"Procedure {procedure.procedure_id}: cosmetic, and the patient did not agree to pay."
        )
        return Outcome(holds=(review("medical_necessity", asks),))
    service = (procedure.service or "cosmetic service").replace("_", " ").capitalize()
    return Outcome(patient_pay=(PatientPay(procedure.procedure_id, service, procedure.charge),))


def _needs_criterion(lesion: Lesion) -> bool:
    """Whether removal of the lesion is insured only with a stated reason."""
    return not lesion.suspicion and group_of(lesion.diagnosis) in NEEDS_A_REASON


def _has_criterion(lesion: Lesion) -> bool:
    """Whether a symptom, sign, change or failed treatment is documented for that very lesion."""
    stated = any(
        supports(evidence, Contractor.WPS)
        for symptom in lesion.symptoms
        for evidence in read_criteria(symptom)
    )
    return stated or bool(lesion.failed_treatments)


def _proven_disease(finding: Finding | None) -> bool:
    """Whether a report showed more than a benign lesion: then its removal was necessary."""
    return (
        finding is not None
        and finding.report is not None
        and finding.behavior in ("malignant", "in_situ", "premalignant", "uncertain")
    )


@rule("MC-2", since=LONG_AGO, cite=COVERAGE)
def _without_criterion(procedure: Procedure, facts: Facts) -> Outcome:
    """Without a criterion documented for the lesion the patient pays where agreed; else ask."""
    agreed = procedure.patient_pay or (
        procedure.patient_pay is None and _visit_routes_to_patient(procedure, facts)
    )
    kind = procedure.kind.replace("_", " ")
    if agreed:
        paid = PatientPay(procedure.procedure_id, f"{kind.capitalize()}, not insured")
        return Outcome(patient_pay=(paid,))
    says = (
        f"Procedure {procedure.procedure_id}: no symptom, sign or change of the lesion is charted."
    )
    return Outcome(
        holds=(review("medical_necessity", says),),
        edits=(
            Edit(
                "medical_necessity",
                "denied",
                (),
                says,
                str(COVERAGE),
                rule="MC-2",
                procedure_ids=(procedure.procedure_id,),
            ),
        ),
    )


@rule("MC-3", since=LONG_AGO, cite=OWN)
def _paid_by_agreement(procedure: Procedure) -> Outcome:
    """A necessary, covered service that the patient agreed to pay is a contradiction: ask."""
    asks = f"Procedure {procedure.procedure_id}: necessary and covered, yet agreed as patient pay."
    return Outcome(
        holds=(review("medical_necessity", asks),),
        edits=(
            Edit(
                "medical_necessity",
                "warned",
                (),
                asks,
                str(OWN),
                rule="MC-3",
                procedure_ids=(procedure.procedure_id,),
            ),
        ),
    )


def _visit_routes_to_patient(procedure: Procedure, facts: Facts) -> bool:
    routes = {each.route for each in facts.routed if each.kind == procedure.kind}
    return routes == {"patient_pay"}


def _lesions_of(procedure: Procedure, encounter: Encounter) -> list[Lesion]:
    if not procedure.lesions and procedure.diagnosis is not None:
        return [Lesion(lesion_id="", diagnosis=procedure.diagnosis)]
    return [each for each in encounter.lesions if each.lesion_id in procedure.lesions]
