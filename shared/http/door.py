"""What comes through a door, by webhook or MLLP: judged, kept sealed, and only then answered.

A refused message of a known sender is kept too, as `failed`: visible, and replayable once repaired.
"""

import hashlib
from asyncio import to_thread
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

import orjson
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import fhir, hl7
from shared.db.database import wake_after_commit
from shared.http import inbox, partners
from shared.http.intake import check_json, is_json
from shared.http.message import Received, State, Trouble, Webhooks
from shared.http.parts import Parts
from shared.http.problems import Problem, validation_errors
from shared.http.sources import Source
from shared.kernel.refused import Refused
from shared.telemetry import logger, metrics, trace_headers

INTERPRETER = "interpreter"
_LARGE = 64 * 1024
_LOG = logger(__name__)


@dataclass(frozen=True, slots=True)
class Judged:
    """One message of a body, as it is judged before it is kept.

    number: what its sender numbers it by (MSH-10). content_hash: what makes it the same message.
    state: what becomes of it at once; `stored` waits for interpretation. refused: why its sender is
    refused. status: of an answer that is none of the usual 202.
    """

    body: bytes = field(repr=False)
    content_hash: bytes
    number: str | None = None
    kind: str | None = None
    test: bool = False
    case_id: UUID | None = None
    state: State = "stored"
    troubles: tuple[Trouble, ...] = ()
    refused: Problem | Refused | None = None
    status: Literal[200, 202] = 202
    message: hl7.Message | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that is kept. `enhanced`: its source waits for commit acknowledgements."""

    judged: Judged
    message_id: UUID
    new: bool
    conflict: bool
    enhanced: bool = False


async def take(
    here: Parts[object, object],
    webhooks: Webhooks,
    source: Source,
    body: bytes,
    media_type: str,
    external_id: str | None,
) -> list[Taken]:
    """Judge and keep every message of a body, each in a transaction of its own.

    external_id: the delivery's own id; without one a message's number stands for it.
    """
    first = Received(
        message_id=UUID(int=0),
        practice_id=source.practice_id,
        source_id=source.source_id,
        format=format_of(media_type, source.format),
        media_type=media_type,
        received_at=here.clock.business(),
        body=body,
    )
    large = len(body) > _LARGE
    judged = await to_thread(judge, first, webhooks) if large else judge(first, webhooks)
    taken = []
    for place, each in enumerate(judged, start=1):
        named = external_id or each.number or each.content_hash.hex()
        taken.append(
            await _kept(here, source, first, each, f"{named}#{place}" if len(judged) > 1 else named)
        )
    return taken


def format_of(media_type: str, registered: str) -> str:
    """The format of a message, by its content type; JSON is what its source is registered for."""
    named = {"application/hl7-v2": "hl7v2", "application/fhir+json": "fhir"}.get(media_type)
    if named is not None:
        return named
    return "dermis" if registered == "hl7v2" else registered


def judge(message: Received, webhooks: Webhooks) -> list[Judged]:
    """The messages of a body with what the door says of each; touches nothing."""
    if message.format == "hl7v2":
        return _hl7(message, webhooks)
    whole = Judged(message.body, _hash(message.body))
    try:
        if is_json(message.media_type):
            check_json(message.body)
        if message.format == "fhir":
            whole = _fhir(whole)
        elif message.format == "dermis":
            whole = _aggregated(whole)
        if whole.state != "stored":
            return [whole]
        return [replace(whole, case_id=_identified(webhooks, message))]
    except fhir.Unreadable as error:
        errors = [{"pointer": error.field, "says": error.reason}] if error.field else []
        problem = Problem(400, error.reason, code=error.code, errors=errors)
        return [_refused(whole, problem, error.code, error.reason, error.field)]
    except (Problem, Refused) as error:
        return [_refused(whole, error, *_words(error))]


def _fhir(whole: Judged) -> Judged:
    sent = fhir.parse(whole.body)
    found = replace(whole, kind=sent.kind, test=sent.test)
    if sent.notification is not None and sent.notification.idle:
        return replace(found, kind=sent.notification.kind, state="ignored", status=200)
    return found


def _aggregated(whole: Judged) -> Judged:
    """JSON of an aggregator (`Meta.DataModel`) is kept, with its test mark, and not read here."""
    if b'"DataModel"' not in whole.body:
        return whole
    meta = fhir.Node(orjson.loads(whole.body))["Meta"]
    if not meta.text("DataModel"):
        return whole
    says = Trouble("format-not-read", "an aggregator's model is kept and not interpreted here")
    kind = f"{meta.text('DataModel')}^{meta.text('EventType')}"[:100]
    test = meta["Test"].value is True
    return replace(whole, kind=kind, test=test, state="ignored", troubles=(says,))


def _hl7(message: Received, webhooks: Webhooks) -> list[Judged]:
    try:
        pieces = hl7.split(message.body)
    except hl7.Unreadable as error:
        whole = Judged(message.body, _hash(message.body))
        return [_unreadable(whole, error)]
    if len(pieces) == 1:
        pieces = [message.body]  # as it was sent, to the byte
    return [_one(replace(message, body=piece), webhooks) for piece in pieces]


def _one(message: Received, webhooks: Webhooks) -> Judged:
    found = Judged(message.body, _hash(message.body))
    try:
        (piece,) = hl7.split(message.body)
        read = hl7.parse(piece)
    except hl7.Unreadable as error:
        return _unreadable(found, error)
    found = replace(
        found,
        content_hash=hl7.digest(read),
        number=read.control_id[:200] or None,
        kind=read.kind[:100],
        test=read.test,
        message=read,
    )
    if read.acknowledges:
        return replace(found, state="ignored")
    try:
        return replace(found, case_id=_identified(webhooks, message))
    except (Problem, Refused) as error:
        return _refused(found, error, *_words(error))


def _unreadable(found: Judged, error: hl7.Unreadable) -> Judged:
    errors = [{"pointer": error.field or "", "says": error.reason}]
    problem = Problem(error.status, error.reason, code=error.code, errors=errors)
    refused = _refused(found, problem, error.code, error.reason, error.field)
    if error.message is None:
        return refused
    read = error.message
    return replace(refused, message=read, kind=read.kind[:100] or None, test=read.test)


def _refused(
    found: Judged, error: Problem | Refused, code: str, says: str, place: str | None
) -> Judged:
    trouble = Trouble(code, says, place)
    return replace(found, state="failed", troubles=(trouble,), refused=error)


def _words(error: Problem | Refused) -> tuple[str, str, str | None]:
    if isinstance(error, Refused):
        return error.code, error.reason, error.field
    code = "identity-missing" if error.status == 422 else "envelope-unreadable"
    place = error.errors[0]["pointer"] if error.errors else None
    return error.code or code, error.detail, place


def _identified(webhooks: Webhooks, message: Received) -> UUID | None:
    """The case a message names.

    Raises:
        Refused: nothing identifies it.
        Problem: 422; what stands where its identity should is none.
    """
    try:
        return webhooks.identify(message)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_context=False, include_url=False)
        errors = validation_errors(faults, None)
        raise Problem(422, "the message has no identity that can be read", errors=errors) from None


async def _kept(
    here: Parts[object, object], source: Source, first: Received, judged: Judged, external_id: str
) -> Taken:
    seal = await here.sealer(source.practice_id)
    message = replace(
        first,
        body=judged.body,
        message_id=inbox.message_id(
            source.practice_id, source.source_id, external_id, judged.content_hash
        ),
    )
    enhanced = conflict = False
    async with here.database.transaction([source.practice_id]) as connection:
        if judged.message is not None:
            reading = await partners.load_reading(connection, source.source_id)
            enhanced = reading.acknowledgement == "enhanced"
        if judged.number is not None:
            same, conflict = await _numbered(connection, message, judged)
            if same is not None:
                metrics.MESSAGES_REPEATED.labels(here.stage.name).inc()
                return Taken(judged, same.message_id, False, same.conflict, enhanced)
        row, new = await inbox.keep(
            connection,
            message,
            external_id,
            seal,
            content_hash=judged.content_hash,
            case_id=judged.case_id,
            test=source.test or judged.test,
            kind=judged.kind,
            state=judged.state,
            problems=judged.troubles,
            conflict=conflict,
            traceparent=trace_headers().get("traceparent"),
        )
        if judged.number is not None:
            kept = row.body_hash, row.message_id
            await partners.keep_number(
                connection, source.practice_id, source.source_id, judged.number, kept
            )
        if judged.state == "stored":
            wake_after_commit(connection, INTERPRETER)
    _count(here.stage.name, message, new=new, conflict=row.conflict)
    return Taken(judged, row.message_id, new, row.conflict, enhanced)


async def _numbered(
    connection: AsyncConnection, message: Received, judged: Judged
) -> tuple[inbox.InboxRow | None, bool]:
    """(the same message where its number and content are known, whether the number is reused)."""
    number = judged.number or ""
    name = f"number|{message.source_id}|{number}"
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
    known = await partners.numbered(connection, message.source_id, number)
    if judged.content_hash not in known:
        return None, bool(known)
    return await inbox.load(connection, known[judged.content_hash]), False


def _count(service: str, message: Received, *, new: bool, conflict: bool) -> None:
    ids = {"message_id": str(message.message_id), "source_id": message.source_id}
    if not new:
        metrics.MESSAGES_REPEATED.labels(service).inc()
        return
    metrics.MESSAGES_RECEIVED.labels(service, message.format).inc()
    if conflict:
        metrics.MESSAGES_CONFLICTING.labels(service).inc()
        _LOG.error("message_id_used_again_with_another_body", **ids)


def _hash(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()
