"""Messages of labs and of the practice's own system, read into commands."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.commands import AwaitMatch, MergePatient, RecordResult, TakeWaiting
from services.pathology.domain.matching import Placed, Unplaced
from services.pathology.domain.orders import Order
from services.pathology.domain.people import Patient
from services.pathology.domain.report import Report
from services.pathology.wire.fhir_message import read_fhir
from services.pathology.wire.hl7_message import read_hl7
from services.pathology.wire.result import report
from services.pathology.wire.sent import Person, SentMessage, SentResult
from shared import fhir
from shared.clinical import reports
from shared.contracts.documents.result import PathologyResult
from shared.http.message import Interpreted, Received, State, Trouble
from shared.http.partners import keep_resources, resources_around
from shared.kernel.ids import practice_key
from shared.kernel.refused import Refused
from shared.vault import Sealer

_WORST: tuple[State, ...] = ("unmatched", "review", "applied")


@dataclass(frozen=True, slots=True)
class Keeping:
    """How what a message says is kept (`store`)."""

    route: Callable[[AsyncConnection, str, Report], Awaitable[Placed | Unplaced]]
    orders: Callable[
        [AsyncConnection, str, Iterable[Order]], Awaitable[list[tuple[UUID, TakeWaiting]]]
    ]
    merge: Callable[[AsyncConnection, str, str, str], Awaitable[list[UUID]]]
    patient: Callable[[AsyncConnection, str, Patient], Awaitable[None]]


def identify(message: Received) -> UUID | None:
    """A result names no case; its specimen or accession finds it later.

    Raises:
        Refused: the message names no result at all.
    """
    if message.format == "hl7v2":
        _check(read_hl7(message))
        return None
    if message.format == "fhir":
        sent = fhir.parse(message.body)
        _check(read_fhir(sent, sent.resources, message))
        return None
    try:
        named = _Identity.model_validate_json(message.body)
    except ValidationError:
        raise Refused("envelope-unreadable", "the message is no JSON object") from None
    if not (named.result_id or named.accession or named.specimen_id):
        raise Refused("identity-missing", "neither a result nor an accession is named")
    return None


class _Identity(BaseModel):
    result_id: object = None
    accession: object = None
    specimen_id: object = None


def _check(read: SentMessage) -> None:
    if read.missing is not None:
        raise Refused("identity-missing", "what the message is about is not named", read.missing)


def interpreter(
    keeping: Keeping,
) -> Callable[[AsyncConnection, Received, Sealer], Awaitable[Interpreted]]:
    """What reads the messages of labs and of the practice's own system."""

    async def interpret_message(
        connection: AsyncConnection, message: Received, seal: Sealer
    ) -> Interpreted:
        read = await _read(connection, message, seal)
        _check(read)
        commands: list[tuple[UUID, object]] = []
        if read.person is not None and read.person.mrn is not None:
            await keeping.patient(connection, message.practice_id, _patient(read.person, seal))
        for each in read.merges:
            cases = await keeping.merge(connection, message.practice_id, each.old, each.new)
            commands += [(case, MergePatient(each.old, each.new)) for case in cases]
        if read.orders:
            commands += await keeping.orders(connection, message.practice_id, read.orders)
        if read.results:
            return await _record(connection, keeping, message, read, seal, commands)
        if read.waits_for:
            says = "the message waits for resources that it refers to"
            return Interpreted(read.kind, state="waiting", problems=[Trouble("waiting", says)])
        if read.empty:
            says = "nothing in this message is read here"
            return Interpreted(read.kind, state="ignored", problems=[Trouble("not-read", says)])
        return Interpreted(read.kind, commands)

    return interpret_message


async def _read(connection: AsyncConnection, message: Received, seal: Sealer) -> SentMessage:
    if message.format == "hl7v2":
        return await to_thread(read_hl7, message)
    if message.format == "fhir":
        sent = await to_thread(fhir.parse, message.body)
        around = await resources_around(connection, seal, message.source_id, sent.resources)
        await keep_resources(connection, seal, message.source_id, sent.resources)
        return await to_thread(read_fhir, sent, around, message)
    document = PathologyResult.model_validate_json(message.body)
    return SentMessage("result", results=(SentResult(document),))


async def _record(
    connection: AsyncConnection,
    keeping: Keeping,
    message: Received,
    read: SentMessage,
    seal: Sealer,
    commands: list[tuple[UUID, object]],
) -> Interpreted:
    """Each result to its specimen or the queue; a message is as settled as its least part."""
    states: set[State] = set()
    problems: list[Trouble] = []
    cases: set[UUID] = set()
    for each in read.results:
        kept = await to_thread(_report, each, seal, message)
        routed = await keeping.route(connection, message.practice_id, kept)
        if isinstance(routed, Unplaced):
            says = "the result waits for its specimen or a person"
            problems.append(Trouble(routed.why, says, _place(each)))
            waits = AwaitMatch(kept.result_id, kept.received_at)
            commands.append((practice_key(message.practice_id), waits))
            states.add("unmatched")
            continue
        commands.append((routed.case_id, RecordResult(kept)))
        cases.add(routed.case_id)
        states.add("review" if kept.reading.doubts else "applied")
        problems += troubles(kept.reading.doubts)
    case_id = next(iter(cases)) if len(cases) == 1 else None
    state = next(each for each in _WORST if each in states)
    return Interpreted(read.kind, commands, case_id, state, problems)


def _report(sent: SentResult, seal: Sealer, message: Received) -> Report:
    person = sent.person
    return replace(
        report(sent.document, seal, message.received_at, message.message_id),
        lab_specimen_ids=sent.lab_specimen_ids,
        parts=sent.parts,
        sent_at=sent.sent_at,
        bare=sent.bare,
        family=_fingerprint(seal, "patient.family", person.family),
        born=_fingerprint(seal, "patient.born", person.born),
    )


def _patient(person: Person, seal: Sealer) -> Patient:
    return Patient(
        mrn=person.mrn or "",
        family=_fingerprint(seal, "patient.family", person.family),
        born=_fingerprint(seal, "patient.born", person.born),
    )


def _fingerprint(seal: Sealer, purpose: str, clear: str | date | None) -> str | None:
    return None if clear is None else seal.fingerprint(purpose, str(clear))


def _place(sent: SentResult) -> str | None:
    return None if sent.document.part is None else f"part {sent.document.part}"


def troubles(doubts: Sequence[reports.ReportReason]) -> list[Trouble]:
    """Why a person reads a result, as problems of its message."""
    return [Trouble(each.rule, each.says, "/diagnosis_text") for each in doubts]
