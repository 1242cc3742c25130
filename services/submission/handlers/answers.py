"""What comes back: acknowledgements per claim, and money."""

from datetime import datetime

from services.submission.domain.answered import acknowledge, expected_of, line_numbers, post
from services.submission.domain.claim import Case, Claim, Version
from services.submission.domain.commands import Acknowledge, PostRemittance, References
from services.submission.domain.posting import post_claim
from services.submission.handlers.filing import find
from services.submission.handlers.hearing import again
from services.submission.wire import events as wire
from shared.bus.stage import Asked, Decision
from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.claim_rejected import ClaimRejected
from shared.contracts.event import Event


def on_acknowledge(
    case: Case, asked: Asked[Acknowledge], now: datetime, references: References
) -> Decision[Case]:
    """Move a claim forward; tell each acceptance once and each rejection with its reasons."""
    command = asked.data
    claim, _ = find(case, command.claim_id, command.version)
    result = acknowledge(claim, command.version, command.verdict, now, asked.message_id)
    if result is None:
        return Decision(case)
    events: list[Event] = []
    if result.accepted_by is not None:
        events.append(
            ClaimAccepted(
                case_id=case.case_id,
                practice_id=case.practice_id,
                occurred_at=now,
                claim_id=claim.claim_id,
                version=command.version,
                payer_control_number=result.version.payer_control_number,
                accepted_at=now,
                by=result.accepted_by,
            )
        )
    if result.rejected:
        events.append(_rejected(case, claim, command, now))
    case = case.with_claim(result.claim)
    case = again(case, now, references, command.verdict.kind, asked.message_id, _waits)
    return Decision(case, emit=events)


def on_post_remittance(
    case: Case, asked: Asked[PostRemittance], now: datetime, references: References
) -> Decision[Case]:
    """Post one claim of a remittance and tell it, line by line, against the contract."""
    command = asked.data
    claim, version = find(case, command.claim_id, command.version)
    payer = references.of(case.practice_id).payers.get(version.payer_id or "")
    numbers = line_numbers(version, claim.claim_id, command.claim.lines)
    posted = post_claim(command.claim, expected_of(version, numbers, payer))
    result = post(
        claim,
        command.version,
        posted,
        numbers,
        command.remittance_id,
        command.position,
        command.received_on,
        now,
        asked.message_id,
    )
    if result is None:
        return Decision(case)
    event = wire.remittance_posted(case, result[1], posted, numbers, payer, command, now)
    case = again(case.with_claim(result[0]), now, references, "835", asked.message_id, _waits)
    return Decision(case, emit=[event])


def _waits(version: Version) -> bool:
    """What was decided from the standing version's state: it waits for it, or builds on it."""
    waiting = version.hold is not None and version.hold.reason == "answer_awaited"
    return waiting or version.state == "ready"


def _rejected(case: Case, claim: Claim, command: Acknowledge, now: datetime) -> ClaimRejected:
    verdict = command.verdict
    return ClaimRejected(
        case_id=case.case_id,
        practice_id=case.practice_id,
        occurred_at=now,
        claim_id=claim.claim_id,
        version=command.version,
        rejected_by=verdict.by,
        fix_stage=verdict.fix_stage or "follow_up",
        rejected_at=now,
        reasons=tuple(wire.rejection_reason(each) for each in verdict.reasons),
    )
