"""`POST /v1/changes/preview`: its documents, and the rules' answer in them."""

from datetime import date
from typing import Literal

from services.submission.domain.change import decide_change
from services.submission.domain.change_facts import (
    Action,
    ChangeFacts,
    ChangeKind,
    ClaimFacts,
    PayerFacts,
)
from shared.contracts.documents.base import Count, Day, Document, Flag, Id, Money
from shared.contracts.documents.claim import ClaimState, FrequencyCode, RejectedBy


class ChangingClaim(Document):
    claim_id: Id
    version: Count
    state: ClaimState
    rejected_by: RejectedBy | None = None
    frequency_code: FrequencyCode
    date_of_service: Day
    submitted_on: Day | None = None
    remittance_on: Day | None = None
    payer_control_number: str | None = None
    paid: Money
    unprocessable: Flag
    pending_replacement: Flag


class ChangePayer(Document):
    program: Literal["medicare", "medicare_advantage", "medicaid", "commercial"]
    accepts_replacement: Flag
    filing_days: Count | None = None
    corrected_claim_days: Count | None = None
    appeal_days: Count | None = None


class Change(Document):
    kind: ChangeKind
    says: str
    codes_change: Flag
    expected_allowed_before: Money | None = None
    expected_allowed_after: Money | None = None
    identified_on: Day


class ChangeToPreview(Document):
    claim: ChangingClaim
    payer: ChangePayer
    change: Change
    as_of: Day


class ChangePreviewed(Document):
    action: Action
    frequency_code: FrequencyCode | None
    payer_control_number_needed: Flag
    whole_claim: Flag
    overpayment: Flag
    refund_due_on: date | None
    due_on: date | None
    wait_for: str | None
    rule: str
    says: str
    source: str


def preview_change(request: ChangeToPreview) -> ChangePreviewed:
    """What would be done about a change after submission."""
    claim, payer, change = request.claim, request.payer, request.change
    answer = decide_change(
        ClaimFacts(
            state=claim.state,
            frequency_code=claim.frequency_code,
            date_of_service=claim.date_of_service,
            rejected_by=claim.rejected_by,
            remittance_on=claim.remittance_on,
            payer_control_number=claim.payer_control_number,
            paid=claim.paid,
            unprocessable=claim.unprocessable,
            pending_replacement=claim.pending_replacement,
        ),
        PayerFacts(
            program=payer.program,
            accepts_replacement=payer.accepts_replacement,
            filing_days=payer.filing_days,
            corrected_claim_days=payer.corrected_claim_days,
            appeal_days=payer.appeal_days,
        ),
        ChangeFacts(
            kind=change.kind,
            codes_change=change.codes_change,
            identified_on=change.identified_on,
            expected_before=change.expected_allowed_before,
            expected_after=change.expected_allowed_after,
        ),
        request.as_of,
    )
    return ChangePreviewed.model_validate(answer, from_attributes=True)
