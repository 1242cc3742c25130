"""Events of the bus as facts of a case, and a denial as outsiders see it."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.denials.domain.case import (
    Acknowledgement,
    CodedVersion,
    Denial,
    EncounterNote,
    HeldAuthorization,
    LineOrigin,
    NotedLesion,
    NotedProcedure,
    PlannedService,
    Remittance,
    RemittedLine,
    Result,
    Submission,
    VisitFacts,
)
from services.denials.domain.story import Adjustment, Payer, SentClaim, SentLine
from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.claim_rejected import ClaimRejected
from shared.contracts.claim_submitted import ClaimSubmitted
from shared.contracts.documents import denial as documents
from shared.contracts.documents import remittance as remitted
from shared.contracts.documents.encounter import LesionWithoutProse
from shared.contracts.documents.procedures import ProcedureBase
from shared.contracts.documents.visit import Authorization
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.remittance_posted import RemittancePosted
from shared.contracts.visit_classified import VisitClassified
from shared.kernel.business_days import PRACTICE_ZONE

_UNSUPPORTED = ("necessity.unsupported", "necessity.reads_cosmetic")
_IN_NOTE = "necessity.only_in_note"


def visit_facts(event: VisitClassified, event_id: str) -> VisitFacts:
    """Coverage null is self-pay where it is known, else never stated."""
    coverage = event.coverage
    return VisitFacts(
        event_id,
        event.occurred_at,
        insured=coverage is not None if event.coverage_known else None,
        program=None if coverage is None else coverage.program,
        coverage_status=None if coverage is None else coverage.status,
        services=tuple(
            PlannedService(each.kind, each.nature, each.route, each.needs)
            for each in event.services
        ),
        authorizations=tuple(
            authorization(each, event_id, event.occurred_at) for each in event.authorizations
        ),
    )


def authorization(given: Authorization, event_id: str, at: datetime) -> HeldAuthorization:
    """An authorization with the event that told it."""
    return HeldAuthorization(
        event_id,
        at,
        number=given.number,
        service_kind=given.service_kind,
        code=given.code,
        status=given.status,
        valid_from=given.valid_from,
        valid_to=given.valid_to,
        units_approved=given.units_approved,
        units_used=given.units_used,
    )


def encounter_note(event: EncounterDocumented, event_id: str) -> EncounterNote:
    """What the note records for each procedure and lesion."""
    encounter = event.encounter
    evaluation = encounter.evaluation
    rules = {
        (finding.rule, finding.lesion_id)
        for finding in event.findings
        if finding.rule.startswith("necessity.")
    }
    return EncounterNote(
        event_id,
        event.occurred_at,
        encounter_id=event.encounter_id,
        version=event.encounter_version,
        separately_identifiable=None if evaluation is None else evaluation.separately_identifiable,
        procedures=tuple(_procedure(each, each.kind) for each in encounter.procedures),
        lesions=tuple(_lesion(each, rules) for each in encounter.lesions),
    )


def _procedure(procedure: ProcedureBase, kind: str) -> NotedProcedure:
    single = () if procedure.lesion_id is None else (procedure.lesion_id,)
    return NotedProcedure(
        procedure_id=procedure.procedure_id,
        kind=kind,
        lesion_ids=procedure.lesion_ids or single,
        count=getattr(procedure, "count", None),
        distinct=procedure.distinct,
        notice=procedure.abn_on_file,
    )


def _lesion(lesion: LesionWithoutProse, rules: set[tuple[str, str | None]]) -> NotedLesion:
    """Necessity as documentation read it: refused, found in the note alone, or in the facts."""
    criteria = (*lesion.symptoms, *lesion.failed_treatments)
    necessary: bool | None = None
    if any((rule, lesion.lesion_id) in rules for rule in _UNSUPPORTED):
        necessary = False
    elif criteria or lesion.suspicion or (_IN_NOTE, lesion.lesion_id) in rules:
        necessary = True
    return NotedLesion(lesion.lesion_id, criteria if necessary else (), necessary)


def result(event: PathologyReturned, event_id: str) -> Result:
    """A revision of a result."""
    facts = event.result
    return Result(
        event_id,
        event.occurred_at,
        series=(facts.lab_id, facts.accession, event.match.specimen_id, facts.part or ""),
        revision=event.revision,
        lesion_id=event.match.lesion_id,
        status=facts.status,
        behavior=event.behavior,
        icd10=event.icd10,
        reported_at=facts.reported_at,
    )


def coded_version(event: ClaimCoded, event_id: str) -> CodedVersion:
    """A version of a claim, without what is expected for it: the remittance tells that."""
    claim = event.claim
    return CodedVersion(
        event_id,
        event.occurred_at,
        encounter_id=event.encounter_id,
        claim=SentClaim(
            claim_id=claim.claim_id,
            version=claim.version,
            frequency_code=claim.frequency_code,
            date_of_service=claim.date_of_service,
            place_of_service=claim.place_of_service,
            submitted_on=None,
            authorization_number=None,
            diagnoses=claim.diagnoses,
            lines=tuple(
                SentLine(
                    each.number,
                    each.code,
                    each.modifiers,
                    Decimal(each.units),
                    each.diagnosis_pointers,
                    each.charge,
                    expected_allowed=None,
                )
                for each in claim.lines
            ),
        ),
        origins=tuple(
            LineOrigin(each.number, each.procedure_ids, each.lesion_ids) for each in claim.lines
        ),
        authorizations=tuple((each.number, each.codes) for each in claim.authorizations),
    )


def submission(event: ClaimSubmitted, event_id: str) -> Submission:
    """When a version left, by the practice's calendar."""
    return Submission(
        event_id,
        event.occurred_at,
        claim_id=event.claim_id,
        version=event.version,
        frequency_code=event.frequency_code,
        on=event.submitted_at.astimezone(PRACTICE_ZONE).date(),
    )


def acceptance(event: ClaimAccepted, event_id: str) -> Acknowledgement:
    """An acceptance, dated as the partner dated it."""
    state = f"accepted_{event.by}"
    return Acknowledgement(
        event_id, event.accepted_at, event.claim_id, event.version, state, event.by
    )


def rejection(event: ClaimRejected, event_id: str) -> Acknowledgement:
    """A rejection; of interchange and group the clearinghouse's."""
    by = "payer" if event.rejected_by == "payer" else "clearinghouse"
    return Acknowledgement(
        event_id, event.rejected_at, event.claim_id, event.version, "rejected", by
    )


def remittance(event: RemittancePosted, event_id: str) -> Remittance:
    """A payer's answer: its lines, and what it adjusted on the claim as a whole."""
    whole = RemittedLine(
        number=None,
        code=None,
        submitted_code=None,
        modifiers=(),
        units=None,
        charge=event.charge,
        paid=event.paid,
        allowed=None,
        expected_allowed=None,
        adjustments=_adjustments(event.claim_adjustments),
        rarcs=event.rarcs,
    )
    lines = tuple(_line(each, event.rarcs) for each in event.lines)
    return Remittance(
        event_id,
        event.occurred_at,
        remittance_id=event.remittance_id,
        claim_id=event.claim_id,
        version=event.version,
        payer=Payer(
            program=event.program or "other",
            payer_id=event.payer_id,
            filing_days=event.filing_days,
            corrected_claim_days=event.corrected_claim_days,
            appeal_days=event.appeal_days,
        ),
        program_known=event.program is not None,
        claim_status=_STATUS.get(event.post_as, event.claim_status),
        received_on=event.received_on,
        paid=event.paid,
        lines=(*lines, whole) if event.claim_adjustments else lines,
    )


_STATUS: dict[remitted.PostAs, str] = {"reversal": "22", "predetermination": "25"}


def _line(line: remitted.RemittanceLine, claim_rarcs: tuple[str, ...]) -> RemittedLine:
    """A line of the remittance; remarks on the claim explain its lines too."""
    return RemittedLine(
        number=line.number,
        code=line.code,
        submitted_code=line.submitted_code,
        modifiers=line.modifiers,
        units=line.units,
        charge=line.charge,
        paid=line.paid,
        allowed=line.allowed,
        expected_allowed=line.expected_allowed,
        adjustments=_adjustments(line.adjustments),
        rarcs=tuple(dict.fromkeys((*line.rarcs, *claim_rarcs))),
    )


def _adjustments(given: tuple[remitted.Adjustment, ...]) -> tuple[Adjustment, ...]:
    return tuple(Adjustment(each.group_code, each.carc, each.amount) for each in given)


def denial_document(case_id: UUID, denial: Denial) -> documents.Denial:
    """A denial in the shape of the contract."""
    answer = denial.answer
    if answer.root_cause is None or answer.stage is None:
        raise ValueError("what is no denial makes no record")
    return documents.Denial(
        denial_id=denial.denial_id,
        claim_id=denial.claim_id,
        case_id=case_id,
        line=denial.line,
        root_cause=answer.root_cause,
        stage=answer.stage,
        carc=denial.carc,
        rarcs=denial.rarcs,
        group_code=denial.group_code,
        billed=denial.billed,
        expected=answer.expected,
        paid=denial.paid,
        denied_amount=answer.denied_amount,
        appealable=answer.appealable,
        due_on=answer.due_on,
        evidence=answer.evidence,
        originating_event_id=answer.originating_event_id,
        suggested_fix=answer.counterfactual or answer.says,
    )
