"""Events of other services read into the domain, and our own events written from it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from services.submission.domain.acknowledgement import Reason
from services.submission.domain.claim import (
    Case,
    Coded,
    CodedAuthorization,
    CodedLine,
    DrugGiven,
    Encounter,
    Name,
    Version,
    Visit,
)
from services.submission.domain.commands import PostRemittance
from services.submission.domain.posting import PostedClaim, PostedLine
from services.submission.domain.profile import PayerProfile
from shared.contracts.claim_rejected import RejectionReason
from shared.contracts.documents import remittance as documents
from shared.contracts.documents.base import Provider
from shared.contracts.documents.claim import CodedClaim
from shared.contracts.documents.procedures import DrugAdministration, DrugUsed, Procedure
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.remittance_posted import RemittancePosted
from shared.contracts.visit_classified import VisitClassified
from shared.kernel.money import money
from shared.x12.remittance import Adjustment


def visit(event: VisitClassified) -> Visit:
    """Who pays and, sealed, who the patient is."""
    return Visit(
        heard_at=event.occurred_at,
        subject=event.subject,
        coverage_known=event.coverage_known,
        payer_id=event.coverage.payer_id if event.coverage else None,
        rendering=_name(event.rendering_provider),
    )


def encounter(event: EncounterDocumented) -> Encounter:
    """The drugs of an encounter by procedure id; a drug without code or NDC is left out."""
    drugs = {
        procedure.procedure_id: drug
        for procedure in event.encounter.procedures
        if (drug := _drug(procedure)) is not None
    }
    return Encounter(event.encounter_version, drugs)


def coded(document: CodedClaim) -> Coded:
    """A coded claim as far as it goes into a file."""
    return Coded(
        status=document.status,
        frequency_code=document.frequency_code,
        date_of_service=document.date_of_service,
        place_of_service=document.place_of_service,
        rendering=_name(document.rendering_provider),
        referring=_name(document.referring_provider) if document.referring_provider else None,
        authorizations=tuple(
            CodedAuthorization(each.number, tuple(each.codes)) for each in document.authorizations
        ),
        diagnoses=tuple(document.diagnoses),
        lines=tuple(
            CodedLine(
                number=line.number,
                code=line.code,
                modifiers=tuple(line.modifiers),
                units=line.units,
                pointers=tuple(line.diagnosis_pointers),
                charge=line.charge,
                procedure_ids=tuple(line.procedure_ids),
            )
            for line in document.lines
        ),
        hold_reason=document.holds[0].reason if document.holds else None,
    )


def rejection_reason(reason: Reason) -> RejectionReason:
    """A reason as it travels."""
    return RejectionReason(
        category=reason.category,
        status=reason.status,
        entity=reason.entity,
        segment=reason.segment,
        says=reason.says,
    )


def remittance_posted(
    case: Case,
    version: Version,
    posted: PostedClaim,
    numbers: Sequence[int | None],
    payer: PayerProfile | None,
    command: PostRemittance,
    now: datetime,
) -> RemittancePosted:
    """One payer's answer to one claim, with what its contract said."""
    return RemittancePosted(
        case_id=case.case_id,
        practice_id=case.practice_id,
        occurred_at=now,
        remittance_id=str(command.remittance_id),
        claim_id=command.claim_id,
        version=version.version,
        payer_id=version.payer_id or "",
        program=payer.program if payer else None,
        filing_days=payer.filing_days if payer else None,
        corrected_claim_days=payer.corrected_claim_days if payer else None,
        appeal_days=payer.appeal_days if payer else None,
        payer_control_number=posted.payer_control_number,
        claim_status=posted.claim_status,
        post_as=posted.post_as,
        trace_number=command.trace_number,
        payment_date=command.payment_date,
        received_on=command.received_on,
        charge=money(posted.charge),
        paid=money(posted.paid),
        patient_responsibility=money(posted.patient_responsibility),
        adjusted=money(posted.adjusted),
        claim_adjustments=adjustments(posted.claim_adjustments),
        rarcs=posted.rarcs,
        lines=tuple(
            posted_line(line, number) for line, number in zip(posted.lines, numbers, strict=True)
        ),
    )


def adjustments(given: Iterable[Adjustment]) -> tuple[documents.Adjustment, ...]:
    """Adjustments as documents show them."""
    return tuple(
        documents.Adjustment(group_code=each.group_code, carc=each.carc, amount=money(each.amount))
        for each in given
    )


def posted_line(line: PostedLine, number: int | None = None) -> documents.RemittanceLine:
    """A posted line as documents show it."""
    return documents.RemittanceLine(
        line=line.line,
        number=number,
        code=line.code,
        modifiers=line.modifiers,
        submitted_code=line.submitted_code,
        units=line.units if line.units is None or line.units >= 0 else None,
        charge=money(line.charge),
        paid=money(line.paid),
        allowed=_money(line.allowed),
        patient_responsibility=money(line.patient_responsibility),
        adjusted=money(line.adjusted),
        adjustments=adjustments(line.adjustments),
        rarcs=line.rarcs,
        denied=line.denied,
        expected_allowed=_money(line.expected_allowed),
        variance=_money(line.variance),
        underpaid=line.underpaid,
    )


def _money(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else money(amount)


def _name(provider: Provider) -> Name:
    return Name(provider.npi, provider.first_name, provider.last_name)


def _drug(procedure: Procedure) -> DrugGiven | None:
    given: DrugAdministration | DrugUsed | None
    if isinstance(procedure, DrugAdministration):
        given = procedure
    else:
        given = getattr(procedure, "drug", None)
    if given is None or not given.hcpcs or not given.ndc:
        return None
    return DrugGiven(given.hcpcs, given.ndc, given.ndc_quantity, given.ndc_unit)
