"""The door for partners: verify, keep sealed, answer 202; what it means is found out afterwards."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, ValidationError
from standardwebhooks.webhooks import Webhook

from shared.db.database import wake_after_commit
from shared.http import inbox
from shared.http.message import MEDIA_TYPES, Received, Webhooks
from shared.http.parts import Parts, parts
from shared.http.problems import Problem, validation_errors
from shared.http.sources import Source, find_source
from shared.kernel.refused import Refused
from shared.telemetry import logger, metrics, trace_headers

INTERPRETER = "interpreter"
_LONGEST_ID = 256
_LOG = logger(__name__)

Here = Annotated[Parts[object, object], Depends(parts)]

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


class Accepted(BaseModel):
    """The message is kept. `conflict`: its id was used before with another body."""

    message_id: UUID
    case_id: UUID | None
    status_url: str
    conflict: Literal[True] | None = Field(default=None, exclude_if=lambda value: value is None)


@router.post("/{source_id}", status_code=202)
async def receive(source_id: str, request: Request, here: Here) -> Accepted:
    """Take a signed message; the same message again gets the same answer and changes nothing."""
    webhooks: Webhooks = request.app.state.webhooks
    service = here.stage.name
    body = await request.body()
    try:
        source = await _verified(here, source_id, request, body)
        message = _message(here, source, request, body, webhooks)
        case_id = _identified(webhooks, message)
    except (Problem, Refused) as refused:
        reason = str(refused.status) if isinstance(refused, Problem) else refused.code
        metrics.MESSAGES_REFUSED.labels(service, reason).inc()
        raise
    seal = await here.sealer(source.practice_id)
    async with here.database.transaction([source.practice_id]) as connection:
        row, new = await inbox.keep(
            connection,
            message,
            request.headers["webhook-id"],
            seal,
            case_id=case_id,
            test=source.test,
            traceparent=trace_headers().get("traceparent"),
        )
        wake_after_commit(connection, INTERPRETER)
    _count(service, message, new=new, conflict=row.conflict)
    return Accepted(
        message_id=message.message_id,
        # What the first answer said, even if interpretation has since found the case.
        case_id=case_id,
        status_url=f"/v1/messages/{message.message_id}",
        conflict=True if row.conflict else None,
    )


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


async def _verified(
    here: Parts[object, object], source_id: str, request: Request, body: bytes
) -> Source:
    """The source whose secret signed this body.

    Raises:
        Problem: 401; an unknown source and a wrong signature look alike.
    """
    refusal = Problem(401, "the webhook is not signed by this source, or not lately")
    if here.vault is None or "\x00" in source_id:
        raise refusal
    source = await find_source(here.database, here.vault, source_id)
    if source is None or not signed(body, dict(request.headers), source.secrets):
        raise refusal
    return source


def signed(body: bytes, headers: dict[str, str], secrets: Sequence[str]) -> bool:
    """Whether one of the live secrets signed the body within five minutes of now (wall time)."""
    for secret in secrets:
        try:
            Webhook(secret).verify(body, headers, json_parse=False)
        except Exception:  # noqa: S112 - malformed headers raise errors of many types
            continue
        return True
    return False


def _message(
    here: Parts[object, object],
    source: Source,
    request: Request,
    body: bytes,
    webhooks: Webhooks,
) -> Received:
    """The message, once its envelope is one we take.

    Raises:
        Problem: 415 for a media type this source's format does not use, 400 for a bad id.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if source.format not in webhooks.formats or media_type not in MEDIA_TYPES[source.format]:
        raise Problem(415, f"this source posts {' or '.join(MEDIA_TYPES[source.format])}")
    external_id = request.headers["webhook-id"]
    if not external_id.isprintable() or len(external_id) > _LONGEST_ID:
        raise Problem(400, f"a webhook-id has at most {_LONGEST_ID} printable characters")
    return Received(
        message_id=inbox.message_id(source.practice_id, source.source_id, external_id, body),
        practice_id=source.practice_id,
        source_id=source.source_id,
        format=source.format,
        media_type=media_type,
        received_at=here.clock.business(),
        body=body,
    )


def _count(service: str, message: Received, *, new: bool, conflict: bool) -> None:
    ids = {"message_id": str(message.message_id), "source_id": message.source_id}
    if not new:
        metrics.MESSAGES_REPEATED.labels(service).inc()
        return
    metrics.MESSAGES_RECEIVED.labels(service, message.format).inc()
    if conflict:
        metrics.MESSAGES_CONFLICTING.labels(service).inc()
        _LOG.error("message_id_used_again_with_another_body", **ids)
