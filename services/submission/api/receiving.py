"""What partners post: files of acknowledgements and remittances, per claim and per payment."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.submission.domain.acknowledgement import Answer, BatchSent, Verdict, read_answer
from services.submission.domain.code_tables import CodeTables
from services.submission.domain.commands import Acknowledge, PostRemittance
from services.submission.domain.posting import SAME_NUMBERS, PostedTransaction, read_transaction
from services.submission.store import batches, claims, remittances
from services.submission.store.remittances import NewRemittance, RemittanceStatus, Unmatched
from services.submission.wire.inbound import PaymentSet, read_file
from services.submission.wire.remittance_check import transaction
from shared.http import Interpreted, Received, Trouble
from shared.http.message import State
from shared.kernel.business_days import PRACTICE_ZONE
from shared.kernel.ids import derived_id
from shared.kernel.refused import Refused
from shared.vault import Sealer
from shared.x12.acknowledgements import GroupAcknowledgement, InterchangeAcknowledgement
from shared.x12.remittance import RemittanceClaim
from shared.x12.segments import NotX12, tokenize

FORMATS = ("x12",)

Found = tuple[UUID, str, int]
"""A version of ours: case, claim, version."""


class Reports:
    """Reads the files of clearinghouses and payers."""

    def __init__(self, codes: CodeTables) -> None:
        self._codes = codes

    def identify(self, message: Received) -> UUID | None:
        """A file names many cases or none; it must at least begin as X12.

        Raises:
            Refused: no readable interchange.
        """
        try:
            next(tokenize(message.body))
        except NotX12 as error:
            raise Refused(error.code, error.says) from None
        return None

    async def interpret(
        self, connection: AsyncConnection, message: Received, seal: Sealer
    ) -> Interpreted:
        """Every acknowledgement and payment of the file, as commands to the cases it names."""
        file = read_file(message.body)
        commands: list[tuple[UUID, object]] = []
        problems: list[Trouble] = []
        states: set[State] = set()
        for answer in file.answers:
            taken, troubles = await self._acknowledged(connection, answer)
            commands.extend(taken)
            problems.extend(troubles)
            if troubles:
                states.add("unmatched")
        for place, payment in enumerate(file.payments):
            taken, troubles, held = await self._paid(connection, message, payment, place)
            commands.extend(taken)
            problems.extend(troubles)
            if held:
                states.add("review")
        if file.unknown:
            says = f"Nobody here reads {', '.join(sorted(set(file.unknown)))}."
            problems.append(Trouble("unknown_report", says))
            states.add("review")
        cases = {case_id for case_id, _ in commands}
        state: State = "applied"
        if "review" in states:
            state = "review"
        elif "unmatched" in states and not commands:
            state = "unmatched"
        return Interpreted(
            file.kind,
            commands,
            case_id=next(iter(cases)) if len(cases) == 1 else None,
            state=state,
            problems=problems,
        )

    async def _acknowledged(
        self, connection: AsyncConnection, answer: Answer
    ) -> tuple[list[tuple[UUID, object]], list[Trouble]]:
        batch = await _batch_of(connection, answer)
        reading = read_answer(answer, batch, self._codes)
        problems = [Trouble(reading.kind, says) for says in reading.problems]
        known = await claims.find_versions(connection, (v.claim_id for v in reading.verdicts))
        by_payer = await claims.find_by_payer_number(
            connection,
            (v.payer_control_number for v in reading.verdicts if v.payer_control_number),
        )
        commands: list[tuple[UUID, object]] = []
        for verdict in reading.verdicts:
            found = known.get(verdict.claim_id) or _by_payer_number(verdict, by_payer)
            if found is None:
                says = "A claim it names is none of ours."
                problems.append(Trouble("claim_unmatched", says, verdict.kind))
                continue
            case_id, claim_id, version = found
            commands.append((case_id, Acknowledge(claim_id, version, verdict)))
        return commands, problems

    async def _paid(
        self, connection: AsyncConnection, message: Received, payment: PaymentSet, place: int
    ) -> tuple[list[tuple[UUID, object]], list[Trouble], bool]:
        """Post one ST, or hold it whole; the commands, what to say, whether a person must look."""
        read = read_transaction(payment.payment, self._codes)
        new = _new_remittance(message, payment, place, read)
        status, reasons = await _judged(connection, new, read)
        read = replace(read, quarantine_reasons=reasons)
        new = replace(new, status=status, document=transaction(read).model_dump(mode="json"))
        problems = [
            Trouble(reason, f"Transaction {read.control_number} is held.", "ST")
            for reason in reasons
        ]
        problems += [
            Trouble(f"{each.level}_out_of_balance", f"Out by {each.difference}.", each.place)
            for each in read.imbalances
        ]
        problems += [Trouble(each.rule, each.says, each.segment) for each in read.warnings]
        added = await remittances.insert_remittance(connection, new)
        if not added or status != "posted":
            return [], problems, status == "quarantined"
        await remittances.close_repaired(connection, new)
        commands, unmatched = await self._postings(connection, message, payment, new.remittance_id)
        await remittances.insert_unmatched(
            connection, message.practice_id, new.remittance_id, unmatched
        )
        if unmatched:
            says = f"{len(unmatched)} of its claims are none of ours."
            problems.append(Trouble("claim_unmatched", says, "CLP"))
        return commands, problems, bool(unmatched)

    async def _postings(
        self,
        connection: AsyncConnection,
        message: Received,
        payment: PaymentSet,
        remittance_id: UUID,
    ) -> tuple[list[tuple[UUID, object]], list[Unmatched]]:
        """Each claim by CLM01, then by its lines' ids, then by the payer's number (PO-4)."""
        received_on = message.received_at.astimezone(PRACTICE_ZONE).date()
        paid = payment.payment.claims
        by_id = await claims.find_versions(connection, _ids_in(paid))
        by_payer = await claims.find_by_payer_number(
            connection, (each.payer_control_number for each in paid if each.payer_control_number)
        )
        commands: list[tuple[UUID, object]] = []
        unmatched: list[Unmatched] = []
        for position, claim in enumerate(paid):
            found = _match(claim, by_id) or by_payer.get(claim.payer_control_number or "")
            if found is None:
                unmatched.append(
                    Unmatched(
                        position,
                        claim.claim_id,
                        claim.payer_control_number,
                        claim.status,
                        claim.charge,
                        claim.paid,
                    )
                )
                continue
            case_id, claim_id, version = found
            paid_on = payment.payment.paid_on or received_on
            commands.append(
                (
                    case_id,
                    PostRemittance(
                        claim_id,
                        version,
                        remittance_id,
                        position,
                        claim,
                        payment.payment.trace_number,
                        paid_on,
                        received_on,
                    ),
                )
            )
        return commands, unmatched


async def _batch_of(connection: AsyncConnection, answer: Answer) -> BatchSent | None:
    """The file of ours that an acknowledgement names, where it names one."""
    row: RowMapping | None
    if isinstance(answer, InterchangeAcknowledgement):
        row = await batches.find_by_interchange(connection, answer.control_number)
    elif isinstance(answer, GroupAcknowledgement):
        row = await batches.find_by_group(connection, answer.control_number)
    else:
        traces = (each.trace for each in answer.entries if each.level == "receiver" and each.trace)
        row = await batches.load_batch(connection, next(traces, ""))
    return batches.batch_sent(row) if row else None


def _by_payer_number(verdict: Verdict, by_payer: dict[str, Found]) -> Found | None:
    """A 277 may name the claim by the payer's number alone."""
    if verdict.kind != "277":
        return None
    return by_payer.get(verdict.payer_control_number or "")


def _ids_in(paid: Sequence[RemittanceClaim]) -> Iterable[str]:
    for claim in paid:
        yield claim.claim_id
        yield from _ids_of_lines(claim)


def _ids_of_lines(claim: RemittanceClaim) -> Iterable[str]:
    """CLM01 as the line ids carry it."""
    for line in claim.lines:
        if line.line:
            yield line.line.rpartition("-")[0]


def _match(claim: RemittanceClaim, by_id: dict[str, Found]) -> Found | None:
    for number in (claim.claim_id, *_ids_of_lines(claim)):
        if number in by_id:
            return by_id[number]
    return None


def _new_remittance(
    message: Received, payment: PaymentSet, place: int, read: PostedTransaction
) -> NewRemittance:
    return NewRemittance(
        practice_id=message.practice_id,
        remittance_id=derived_id("remittance", message.message_id, payment.body_hash.hex(), place),
        message_id=message.message_id,
        sender=payment.sender,
        receiver=payment.receiver,
        interchange_control_number=payment.interchange_control_number,
        group_control_number=payment.group_control_number,
        control_number=payment.control_number,
        body_hash=payment.body_hash,
        trace_number=read.trace_number,
        payer_id=read.payer_id,
        payment_date=read.payment_date,
        payment_amount=read.payment_amount,
        payee_npi=read.payee_npi,
        status="posted",
        document={},
        received_at=message.received_at,
    )


async def _judged(
    connection: AsyncConnection, new: NewRemittance, read: PostedTransaction
) -> tuple[RemittanceStatus, tuple[str, ...]]:
    """Posted, held, or seen before: by its content, its control numbers, its payment (PO-2)."""
    if await remittances.same_content(connection, new.body_hash):
        return "duplicate", ()
    if await remittances.same_key(connection, new):
        return "quarantined", (*read.quarantine_reasons, SAME_NUMBERS)
    if read.quarantined:
        return "quarantined", read.quarantine_reasons
    mine = _money_of(transaction(read).model_dump(mode="json"))
    for earlier in await remittances.same_payment(connection, new):
        if _money_of(earlier["document"]) == mine:
            return "duplicate", ()
    return "posted", ()


def _money_of(document: dict[str, object]) -> list[tuple[object, ...]]:
    """What a payment says of each claim: one check may come in several sets with other claims."""
    names = ("claim_id", "payer_control_number", "claim_status", "charge", "paid")
    found = document["claims"]
    assert isinstance(found, list)
    return sorted(tuple(str(claim[name]) for name in names) for claim in found)
