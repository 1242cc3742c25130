"""The clearinghouse at work: takes a file, decides every claim for itself and the payers."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from deploy.simulators.clearinghouse import acknowledgements as write
from deploy.simulators.clearinghouse.acknowledgements import HOUSE, ClaimAnswer, Entity, SetAnswer
from deploy.simulators.clearinghouse.behaviours import (
    Late,
    RejectByClearinghouse,
    RejectByPayer,
    RejectFile,
    RejectSet,
    Silent,
)
from deploy.simulators.clearinghouse.claim import Claim
from deploy.simulators.clearinghouse.edits import clearinghouse_refusals, payer_refusals
from deploy.simulators.clearinghouse.intake import Batch, envelope_note, read_batch, set_fault
from deploy.simulators.clearinghouse.misbehaviour import Misbehaviour
from deploy.simulators.clearinghouse.outbox import DELAYS, Outbox, business_days_later
from deploy.simulators.clearinghouse.payers import PAYERS
from deploy.simulators.clearinghouse.store import KeptFile, Store
from deploy.simulators.x12 import Group, Interchange, read_interchange


@dataclass(frozen=True, slots=True)
class Opened:
    """One functional group with the answer to each of its sets, and the sets it takes."""

    group: Group
    answers: Sequence[SetAnswer]
    batches: Sequence[Batch]
    claims: Sequence[Claim]


class House:
    """What is decided here is written to the store; sending and paying is others' work."""

    def __init__(self, store: Store, payment_days: int) -> None:
        self._store = store
        self._payment_days = payment_days
        self._misbehaviour = Misbehaviour(store)
        self._outbox = Outbox(store)

    def receive(self, raw: bytes, key: str, now: datetime) -> KeptFile:
        """Keep a file and decide all that follows from it.

        Raises:
            Unreadable: it holds no interchange.
        """
        interchange = read_interchange(raw)
        with self._store.transaction():
            opened, note = self._open(interchange)
            file = KeptFile(
                isa13=interchange.control_number,
                sha256=hashlib.sha256(raw).hexdigest(),
                received_at=now.isoformat(),
                status="refused" if note else "received",
            )
            self._store.add_file(file, interchange.sender, key, raw)
            if note is not None:
                number = self._store.next("isa")
                refusal = write.ta1(interchange, note, control_number=number, at=now)
                self._outbox.add("ta1", file.isa13, now, refusal, [])
            for one in opened:
                self._acknowledge(interchange, one, now)
                for batch in one.batches:
                    self._decide(interchange, batch, now)
        return file

    def _open(self, interchange: Interchange) -> tuple[list[Opened], str | None]:
        """The groups of a good envelope, or the TA105 for which nothing in it is looked at."""
        seen = self._store.file(interchange.control_number) is not None
        note = "025" if seen else envelope_note(interchange)
        if note is not None:
            return [], note
        opened = [self._open_group(interchange, group) for group in interchange.groups]
        for one in opened:
            for claim in one.claims:
                asked = self._misbehaviour.find(claim, RejectFile)
                if asked is not None:
                    return [], asked.note
        return opened, None

    def _open_group(self, interchange: Interchange, group: Group) -> Opened:
        answers, batches, claims = [], [], []
        for one in group.sets:
            answer = set_fault(one, group)
            if answer.accepted:
                batch = read_batch(one, interchange.component)
                claims += batch.claims
                answer = self._set_refused_on_request(answer, batch)
                if answer.accepted:
                    batches.append(batch)
            answers.append(answer)
        return Opened(group, answers, batches, claims)

    def _set_refused_on_request(self, answer: SetAnswer, batch: Batch) -> SetAnswer:
        for position, claim in batch.positions:
            if self._misbehaviour.find(claim, RejectSet) is not None:
                return SetAnswer(
                    answer.control_number,
                    answer.guide,
                    accepted=False,
                    segment_id="CLM",
                    position=position,
                    claim_id=claim.claim_id,
                )
        return answer

    def _acknowledge(self, interchange: Interchange, opened: Opened, now: datetime) -> None:
        raw = write.acknowledgement(
            interchange,
            opened.group,
            opened.answers,
            control_number=self._store.next("isa"),
            at=now + DELAYS["999"],
        )
        for claim in opened.claims:
            if self._misbehaviour.find(claim, Silent, answer="999") is not None:
                return
        self._outbox.add("999", interchange.control_number, now, raw, opened.claims)

    def _decide(self, interchange: Interchange, batch: Batch, now: datetime) -> None:
        by_house: list[ClaimAnswer] = []
        by_payer: dict[str, list[ClaimAnswer]] = {}
        for claim in batch.claims:
            asked = self._misbehaviour.find(claim, RejectByClearinghouse)
            stc = asked.stc if asked else tuple(clearinghouse_refusals(claim, now.date()))
            if stc:
                by_house.append(ClaimAnswer(claim, stc[:3]))
                self._keep(interchange, claim, "rejected_clearinghouse", "", now)
                continue
            reference = ("D9", f"CH{self._store.next('house'):010d}")
            by_house.append(ClaimAnswer(claim, ("A2:20",), reference))
            answer = self._decide_for_payer(interchange, claim, now)
            by_payer.setdefault(claim.payer_id, []).append(answer)
        self._answer_claims("277ca_clearinghouse", interchange, batch, HOUSE, by_house, now)
        for payer_id, answers in by_payer.items():
            entity = Entity("PR", PAYERS[payer_id].name, "PI", payer_id)
            self._answer_claims("277ca_payer", interchange, batch, entity, answers, now)

    def _decide_for_payer(
        self, interchange: Interchange, claim: Claim, now: datetime
    ) -> ClaimAnswer:
        asked = self._misbehaviour.find(claim, RejectByPayer)
        stc = asked.stc if asked else tuple(self._payer_refusals(claim))
        if stc:
            self._keep(interchange, claim, "rejected_payer", "", now)
            return ClaimAnswer(claim, stc[:3])
        number = f"{now:%Y%j}{self._store.next('payer'):07d}"
        if claim.frequency in ("7", "8"):
            self._withdraw_unpaid(claim)
        self._keep(interchange, claim, "accepted", number, now)
        return ClaimAnswer(claim, ("A2:20",), ("1K", number))

    def _payer_refusals(self, claim: Claim) -> list[str]:
        twin = any(
            kept.state in ("accepted", "paid") and _same_service(kept.claim, claim)
            for kept in self._store.claims_of_member(claim.payer_id, claim.member_id)
        )

        def known(number: str) -> bool:
            return self._store.claim_by_number(claim.payer_id, number) is not None

        return payer_refusals(claim, known, twin)

    def _withdraw_unpaid(self, claim: Claim) -> None:
        """A replacement or void in time: the earlier claim is never paid."""
        earlier = self._store.claim_by_number(claim.payer_id, claim.payer_control_number)
        if earlier is not None and earlier.state == "accepted":
            self._store.move(earlier, "replaced" if claim.frequency == "7" else "voided")

    def _keep(
        self, interchange: Interchange, claim: Claim, state: str, number: str, now: datetime
    ) -> None:
        due = None
        if state == "accepted" and self._misbehaviour.find(claim, Silent, answer="835") is None:
            late = self._misbehaviour.find(claim, Late, answer="835")
            days = self._payment_days + (late.days if late else 0)
            due = business_days_later(now + DELAYS["277ca_payer"], days)
        self._store.add_claim(
            interchange.control_number, interchange.sender, claim, state, number, now, due
        )

    def _answer_claims(
        self,
        kind: str,
        interchange: Interchange,
        batch: Batch,
        entity: Entity,
        answers: Sequence[ClaimAnswer],
        now: datetime,
    ) -> None:
        told = [
            one
            for one in answers
            if self._misbehaviour.find(one.claim, Silent, answer=kind) is None
        ]
        if not told:
            return
        raw = write.claim_acknowledgement(
            interchange,
            batch.batch_id,
            batch.submitter,
            entity,
            told,
            control_number=self._store.next("isa"),
            at=now + DELAYS[kind],
        )
        claims = [one.claim for one in told]
        self._outbox.add(kind, interchange.control_number, now, raw, claims)


def _same_service(one: Claim, other: Claim) -> bool:
    """Whether two claims bill the same patient for the same services on the same day."""

    def content(claim: Claim) -> tuple[object, ...]:
        lines = sorted((line.code, line.modifiers, line.units) for line in claim.lines)
        who = (claim.last_name, claim.first_name, claim.rendering_npi)
        return (who, claim.service_date, claim.charge, tuple(lines))

    return content(one) == content(other)
