"""What coding, submission and denials tell, drawn into the case's claims."""

from dataclasses import replace
from decimal import Decimal

from services.operations.domain.case import (
    Case,
    DenialSeen,
    HoldSeen,
    Line,
    Step,
    Version,
    put,
)
from shared.bus.stage import Heard
from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.claim_held import ClaimHeld
from shared.contracts.claim_rejected import ClaimRejected
from shared.contracts.claim_submitted import ClaimSubmitted
from shared.contracts.denial_received import DenialReceived
from shared.contracts.documents.claim import ClaimLine, CodedClaim
from shared.contracts.remittance_posted import RemittancePosted

_NOTHING = Decimal("0.00")


def claim_coded(case: Case, heard: Heard[ClaimCoded]) -> Case:
    """One more version of the claim."""
    event = heard.data
    claim = case.claim(event.claim.claim_id)
    version = Version(
        version=event.claim.version,
        status=event.claim.status,
        frequency_code=event.claim.frequency_code,
        coded_at=event.occurred_at,
        event_id=heard.event_id,
        diagnoses=event.claim.diagnoses,
        lines=tuple(_line(line, event.claim) for line in event.claim.lines),
        holds=tuple(
            HoldSeen(hold.reason, hold.detail, hold.release_on) for hold in event.claim.holds
        ),
        why=tuple(change.why for change in event.claim.changes),
        causes=tuple(str(change.event_id) for change in event.claim.changes),
    )
    coded = replace(
        claim,
        encounter_id=event.encounter_id,
        versions=put(claim.versions, version, "version"),
    )
    return replace(case.with_claim(coded), visit_id=case.visit_id or event.visit_id)


def claim_held(case: Case, heard: Heard[ClaimHeld]) -> Case:
    """Submission keeps it, or lets it go again."""
    event = heard.data
    state = "held" if event.held else "ready"
    step = Step(
        heard.event_id, event.version, event.changed_at, state, event.fix_stage, says=event.says
    )
    return _with_step(case, event.claim_id, step)


def claim_submitted(case: Case, heard: Heard[ClaimSubmitted]) -> Case:
    """The version is out."""
    event = heard.data
    step = Step(heard.event_id, event.version, event.submitted_at, "sent", "submission")
    return _with_step(case, event.claim_id, step)


def claim_accepted(case: Case, heard: Heard[ClaimAccepted]) -> Case:
    """The clearinghouse or the payer has taken it."""
    event = heard.data
    step = Step(
        heard.event_id,
        event.version,
        event.accepted_at,
        f"accepted_{event.by}",
        event.by,
        payer_control_number=event.payer_control_number,
    )
    return _with_step(case, event.claim_id, step)


def claim_rejected(case: Case, heard: Heard[ClaimRejected]) -> Case:
    """It was not adjudicated; a rejection after an acceptance counts."""
    event = heard.data
    step = Step(heard.event_id, event.version, event.rejected_at, "rejected", event.rejected_by)
    return _with_step(case, event.claim_id, step)


def remittance_posted(case: Case, heard: Heard[RemittancePosted]) -> Case:
    """The payer's answer; an estimate or a claim sent on moves no money."""
    event = heard.data
    if event.post_as in ("predetermination", "forwarded"):
        return case
    allowed = [line.allowed for line in event.lines if line.allowed is not None]
    step = Step(
        heard.event_id,
        event.version,
        event.occurred_at,
        _paid_state(event),
        event.payer_id,
        payer_control_number=event.payer_control_number,
        allowed=sum(allowed, _NOTHING),
        paid=event.paid,
        adjusted=event.adjusted,
        patient_responsibility=event.patient_responsibility,
    )
    return _with_step(case, event.claim_id, step)


def denial_received(case: Case, heard: Heard[DenialReceived]) -> Case:
    """A denial with its cause."""
    denial = heard.data.denial
    claim = case.claim(denial.claim_id)
    seen = DenialSeen(
        denial_id=denial.denial_id,
        claim_id=denial.claim_id,
        version=heard.data.version,
        root_cause=denial.root_cause,
        stage=denial.stage,
        denied_amount=denial.denied_amount,
        next_action=heard.data.next_action,
        due_on=denial.due_on,
        heard_at=heard.data.occurred_at,
    )
    return case.with_claim(replace(claim, denials=put(claim.denials, seen, "denial_id")))


def _paid_state(event: RemittancePosted) -> str | None:
    if event.post_as == "reversal":
        return None
    denied = [line.denied for line in event.lines]
    if event.claim_status == "4" or (denied and all(denied)):
        return "denied"
    short = any(line.denied or line.underpaid for line in event.lines)
    return "partly_paid" if short else "paid"


def _with_step(case: Case, claim_id: str, step: Step) -> Case:
    claim = case.claim(claim_id)
    return case.with_claim(replace(claim, steps=put(claim.steps, step, "event_id")))


def _line(line: ClaimLine, claim: CodedClaim) -> Line:
    pointed = [
        claim.diagnoses[pointer - 1]
        for pointer in line.diagnosis_pointers
        if 0 < pointer <= len(claim.diagnoses)
    ]
    return Line(
        number=line.number,
        code=line.code,
        modifiers=line.modifiers,
        units=line.units,
        diagnoses=tuple(pointed),
        charge=line.charge,
        rules=tuple(dict.fromkeys(reason.rule for reason in line.rationale)),
    )
