"""`POST /v1/acknowledgements/check`: its documents, and what a file would do to claims."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field

from services.submission.domain.acknowledgement import (
    AcknowledgementKind,
    BatchSent,
    SetSent,
    Verdict,
    most_specific,
    read_answer,
)
from services.submission.domain.code_tables import CodeTables
from services.submission.domain.lifecycle import moved
from services.submission.wire.inbound import MOST_TEXT, Many, kind_of, read_file
from shared.contracts.documents.base import Document, Flag, Id
from shared.contracts.documents.claim import ClaimState, FixStage, RejectedBy
from shared.kernel.refused import Refused


class ClaimOfSet(Document):
    claim_id: Id
    billing_npi: str


class SetOfBatch(Document):
    control_number: str
    claim_ids: Many[Id] = ()
    claims: Many[ClaimOfSet] = ()


class Batch(Document):
    batch_id: Id
    interchange_control_number: str
    group_control_number: str
    sets: Many[SetOfBatch] = ()

    def value(self) -> BatchSent:
        return BatchSent(
            self.batch_id,
            self.interchange_control_number,
            self.group_control_number,
            tuple(
                SetSent(
                    each.control_number,
                    tuple(each.claim_ids) or tuple(claim.claim_id for claim in each.claims),
                    {claim.claim_id: claim.billing_npi for claim in each.claims},
                )
                for each in self.sets
            ),
        )


class KnownClaim(Document):
    state: ClaimState
    payer_control_number: str | None = None


class AcknowledgementToCheck(Document):
    x12: Annotated[str, Field(max_length=MOST_TEXT)]
    batch: Batch
    states: dict[str, KnownClaim]


class ReasonDocument(Document):
    category: str | None
    status: str | None
    entity: str | None
    segment: str | None
    says: str


class AcknowledgedClaim(Document):
    claim_id: str
    state: ClaimState
    changed: Flag
    rejected_by: RejectedBy | None
    fix_stage: FixStage | None
    payer_control_number: str | None
    reasons: tuple[ReasonDocument, ...]


class AcknowledgementChecked(Document):
    kind: AcknowledgementKind
    claims: tuple[AcknowledgedClaim, ...]
    unmatched: tuple[str, ...]
    problems: tuple[str, ...]


def check_acknowledgement(
    request: AcknowledgementToCheck, codes: CodeTables
) -> AcknowledgementChecked:
    """What a file of acknowledgements would do to these claims.

    Raises:
        Refused: it holds no acknowledgement.
    """
    answers = read_file(request.x12.encode()).answers
    if not answers:
        raise Refused("no-such-set", "The file holds no TA1, 999, 277CA or 277.", "/x12")
    batch = request.batch.value()
    claims = {claim_id: _before(claim_id, known) for claim_id, known in request.states.items()}
    spelled = _spellings(claims)
    of_batch = set(batch.claim_ids())
    unmatched: dict[str, None] = {}
    problems: list[str] = []
    for answer in answers:
        reading = read_answer(answer, batch, codes)
        problems.extend(reading.problems)
        for verdict in reading.verdicts:
            known = _match(verdict, claims, spelled)
            if known is not None:
                claims[known.claim_id] = _after(known, verdict)
            elif verdict.claim_id not in of_batch:
                unmatched[verdict.claim_id] = None
    return AcknowledgementChecked(
        kind=most_specific(kind_of(answer) for answer in answers),
        claims=tuple(
            claim.model_copy(
                update={"changed": claim.state != request.states[claim.claim_id].state}
            )
            for claim in claims.values()
        ),
        unmatched=tuple(unmatched),
        problems=tuple(problems),
    )


def _spellings(claims: Iterable[str]) -> dict[str, str]:
    """Ids of ours by how a payer may spell them back; what two share in capitals names neither."""
    found: dict[str, list[str]] = {}
    for claim_id in claims:
        found.setdefault(claim_id.strip().upper(), []).append(claim_id)
    return {spelled: ids[0] for spelled, ids in found.items() if len(ids) == 1}


def _match(
    verdict: Verdict, claims: Mapping[str, AcknowledgedClaim], spelled: Mapping[str, str]
) -> AcknowledgedClaim | None:
    """By our own number, as sent or in capitals; a 277 also by the payer's (x12.md section 7)."""
    found = claims.get(verdict.claim_id) or claims.get(spelled.get(verdict.claim_id.upper(), ""))
    if found is None and verdict.kind == "277" and verdict.payer_control_number:
        found = next(
            (
                each
                for each in claims.values()
                if each.payer_control_number == verdict.payer_control_number
            ),
            None,
        )
    return found


def _before(claim_id: str, known: KnownClaim) -> AcknowledgedClaim:
    return AcknowledgedClaim(
        claim_id=claim_id,
        state=known.state,
        changed=False,
        rejected_by=None,
        fix_stage=None,
        payer_control_number=known.payer_control_number,
        reasons=(),
    )


def _after(before: AcknowledgedClaim, verdict: Verdict) -> AcknowledgedClaim:
    after = moved(before.state, verdict, before.rejected_by)
    rejected = after.state == "rejected" and verdict.finding == "rejected"
    accepted = after.changed and not rejected
    reasons = tuple(
        ReasonDocument(
            category=each.category,
            status=each.status,
            entity=each.entity,
            segment=each.segment,
            says=each.says,
        )
        for each in verdict.reasons
    )
    return before.model_copy(
        update={
            "state": after.state,
            "rejected_by": verdict.by if rejected else None if accepted else before.rejected_by,
            "fix_stage": verdict.fix_stage if rejected else None if accepted else before.fix_stage,
            "payer_control_number": verdict.payer_control_number or before.payer_control_number,
            "reasons": reasons or before.reasons,
        }
    )
