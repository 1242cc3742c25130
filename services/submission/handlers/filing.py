"""How a version leaves: into a file, with the file to the route, or stopped."""

from dataclasses import replace
from datetime import datetime

from services.submission.domain.claim import Case, Claim, Delivery, Version
from services.submission.domain.commands import (
    FileTaken,
    HandOver,
    PutIntoFile,
    References,
    Stopped,
    TakenBack,
)
from shared.bus.stage import Answered, Asked, Decision, Outbound
from shared.contracts.claim_submitted import ClaimSubmitted
from shared.kernel.money import money
from shared.kernel.refused import Refused

FILE = "claim_file"
_REMEMBERED_DELIVERIES = 50


def on_hand_over(
    case: Case, asked: Asked[HandOver], now: datetime, references: References
) -> Decision[Case]:
    """Have the stored file delivered; the batch id is the key a repeat carries too."""
    batch_id = asked.data.batch_id
    call = Outbound(FILE, batch_id, {"practice_id": case.practice_id, "batch_id": batch_id})
    return Decision(case, send=[call])


def on_answered(
    case: Case, asked: Asked[Answered], now: datetime, references: References
) -> Decision[Case]:
    """Remember what the route said of a file; its claims follow (`FileTaken` or `Stopped`)."""
    answer = asked.data
    delivery = Delivery(answer.idempotency_key, answer.status, now)
    kept = (*case.deliveries, delivery)[-_REMEMBERED_DELIVERIES:]
    return Decision(replace(case, deliveries=kept))


def on_put_into_file(
    case: Case, asked: Asked[PutIntoFile], now: datetime, references: References
) -> Decision[Case]:
    """Mark a ready version as standing in a file: from here on it never changes.

    Raises:
        Refused: it is no longer ready; the file must not be stored.
    """
    command = asked.data
    claim, version = find(case, command.claim_id, command.version)
    if version.state != "ready":
        raise Refused("claim-not-ready", "the claim is no longer ready")
    version = replace(version, batch_id=command.batch_id, ready_at=None)
    version = version.step("batched", now, f"batch {command.batch_id}", asked.message_id)
    return Decision(case.with_claim(claim.with_version(version)))


def on_file_taken(
    case: Case, asked: Asked[FileTaken], now: datetime, references: References
) -> Decision[Case]:
    """Tell that the version was submitted; where an answer came first its state stays."""
    command = asked.data
    claim, version = find(case, command.claim_id, command.version)
    again = version.submitted_at is not None and version.state != "batched"
    if version.batch_id != command.batch_id or again:
        return Decision(case)
    version = replace(version, submitted_at=command.taken_at)
    if version.state == "batched":
        version = version.step("sent", now, f"batch {command.batch_id}", asked.message_id)
    event = ClaimSubmitted(
        case_id=case.case_id,
        practice_id=case.practice_id,
        occurred_at=command.taken_at,  # an acknowledgement may have been quicker than we
        claim_id=claim.claim_id,
        version=version.version,
        frequency_code=version.frequency_code,
        payer_id=version.payer_id or "",
        charge=money(version.coded.charge),
        batch_id=command.batch_id,
        interchange_control_number=command.interchange_control_number,
        payer_control_number=version.replaces_number,
        submitted_at=command.taken_at,
    )
    return Decision(case.with_claim(claim.with_version(version)), emit=[event])


def on_taken_back(
    case: Case, asked: Asked[TakenBack], now: datetime, references: References
) -> Decision[Case]:
    """Let a version leave again by another route, its content as it was; an answer forbids it."""
    command = asked.data
    claim, version = find(case, command.claim_id, command.version)
    if version.batch_id != command.batch_id or version.state not in ("batched", "sent"):
        return Decision(case)
    version = replace(version, batch_id=None, ready_at=now)
    by = f"route of {command.batch_id} closed"
    version = version.step("ready", now, by, asked.message_id)
    return Decision(case.with_claim(claim.with_version(version)), answer="ready")


def on_stopped(
    case: Case, asked: Asked[Stopped], now: datetime, references: References
) -> Decision[Case]:
    """Hold a version with its reason; one whose file was refused stands in no file any more."""
    command = asked.data
    claim, version = find(case, command.claim_id, command.version)
    if version.state not in ("ready", "batched"):
        return Decision(case)
    version = replace(version, hold=command.hold, ready_at=None, batch_id=None)
    version = version.step("held", now, "scrub", asked.message_id)
    return Decision(case.with_claim(claim.with_version(version)))


def find(case: Case, claim_id: str, number: int) -> tuple[Claim, Version]:
    """A version of a claim of the case.

    Raises:
        Refused: the case has none.
    """
    claim = case.claims.get(claim_id)
    version = claim.find(number) if claim else None
    if claim is None or version is None:
        raise Refused("claim-unknown", "the case has no such version of a claim")
    return claim, version
