"""Who pays: insurance, the patient, or a person's decision first (section 15)."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.coding.domain.chart import Finding, Outcome, review, total
from services.coding.domain.claim import Edit, PatientPay
from services.coding.domain.documented import (
    Cosmetic,
    Destruction,
    Encounter,
    Excision,
    Lesion,
    Procedure,
    ShaveRemoval,
    SkinTagRemoval,
)
from services.coding.domain.facts import Facts
from services.coding.domain.sources import COVERAGE, LONG_AGO, OWN
from shared.clinical.criteria import Contractor, read_criteria, supports
from shared.clinical.diagnosis_groups import NEEDS_A_REASON, Group, group_of
from shared.kernel.rule import rule

_REMOVALS = (ShaveRemoval, Excision, Destruction, SkinTagRemoval)
_MEDICAL_CONTENT = frozenset({Group.HYPERHIDROSIS, Group.NEUROLOGIC})


@dataclass(frozen=True, slots=True)
class Routing:
    """insured: ids of procedures that go to insurance. outcome: what the patient pays, and asks."""

    insured: frozenset[str]
    outcome: Outcome


def route(facts: Facts, findings: Mapping[str, Finding]) -> Routing:
    """Split the procedures of an encounter between insurance, the patient and a person."""
    insured: set[str] = set()
    parts = []
    for procedure in sorted(facts.encounter.procedures, key=lambda each: each.procedure_id):
        says_no = _not_insured(procedure, facts, findings)
        if says_no is None:
            insured.add(procedure.procedure_id)
        else:
            parts.append(says_no)
    return Routing(frozenset(insured), total(parts))


def _not_insured(
    procedure: Procedure, facts: Facts, findings: Mapping[str, Finding]
) -> Outcome | None:
    if isinstance(procedure, Cosmetic):
        return _cosmetic(procedure, facts.encounter)
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
                return _paid_by_agreement(procedure)  # some of its lesions have a reason
            return _without_criterion(procedure, facts)
    if procedure.patient_pay:
        return _paid_by_agreement(procedure)
    return None


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
