"""The door for partners: verify, keep sealed, answer 202; what it means is found out afterwards."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from standardwebhooks.webhooks import Webhook
from starlette.responses import JSONResponse, Response

from shared.http.answers import acknowledgements
from shared.http.door import Taken, format_of, take
from shared.http.message import MEDIA_TYPES, Webhooks
from shared.http.parts import Parts, parts
from shared.http.problems import Problem
from shared.http.sources import Source, find_source
from shared.kernel.refused import Refused
from shared.telemetry import metrics

HL7 = "application/hl7-v2"
_LONGEST_ID = 256

Here = Annotated[Parts[object, object], Depends(parts)]

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


class Accepted(BaseModel):
    """The message is kept. `conflict`: its id was used before with another body.

    messages: one entry for each message of a body that carried several; `refused` says why one of
    them will not be read as it stands.
    """

    message_id: UUID
    case_id: UUID | None
    status_url: str
    conflict: Literal[True] | None = Field(default=None, exclude_if=lambda value: value is None)
    refused: str | None = Field(default=None, exclude_if=lambda value: value is None)
    messages: "list[Accepted] | None" = Field(default=None, exclude_if=lambda value: value is None)


@router.post("/{source_id}", status_code=202, response_model=Accepted)
async def receive(source_id: str, request: Request, here: Here) -> Response:
    """Take a signed message; the same message again gets the same answer and changes nothing.

    A body of several HL7 messages gets the answer to the first, and `messages` with one for each.
    """
    webhooks: Webhooks = request.app.state.webhooks
    service = here.stage.name
    body = await request.body()
    try:
        source = await _verified(here, source_id, request, body)
        media_type, external_id = _envelope(source, request, webhooks)
    except Problem as refused:
        metrics.MESSAGES_REFUSED.labels(service, str(refused.status)).inc()
        raise
    taken = await take(here, webhooks, source, body, media_type, external_id)
    for each in taken:
        if (error := each.judged.refused) is not None:
            reason = error.code if isinstance(error, Refused) else str(error.status)
            metrics.MESSAGES_REFUSED.labels(service, reason).inc()
    good = next((each for each in taken if each.judged.refused is None), None)
    error = taken[0].judged.refused if good is None else None
    if media_type == HL7 and HL7 in request.headers.get("accept", ""):
        status = 202 if error is None else error.status if isinstance(error, Problem) else 422
        said = [text for each in taken for text in acknowledgements(each, here.clock.business())]
        return Response("".join(said), status, media_type=HL7)
    if error is not None or good is None:
        raise error or AssertionError("a body without messages is refused")
    answer = _accepted(good)
    if len(taken) > 1:
        answer = answer.model_copy(update={"messages": [_accepted(each) for each in taken]})
    return JSONResponse(answer.model_dump(mode="json"), good.judged.status)


def _accepted(taken: Taken) -> Accepted:
    refused = taken.judged.refused
    return Accepted(
        message_id=taken.message_id,
        # What the first answer said, even if interpretation has since found the case.
        case_id=taken.judged.case_id,
        status_url=f"/v1/messages/{taken.message_id}",
        conflict=True if taken.conflict else None,
        refused=None if refused is None else taken.judged.troubles[0].says,
    )


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


def _envelope(source: Source, request: Request, webhooks: Webhooks) -> tuple[str, str]:
    """(media type, id) of a delivery, once its envelope is one we take.

    Raises:
        Problem: 415 for a media type this source's format does not use, 400 for a bad id.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    taken = media_type in MEDIA_TYPES[source.format]
    if not taken or format_of(media_type, source.format) not in webhooks.formats:
        raise Problem(415, f"this source posts {' or '.join(MEDIA_TYPES[source.format])}")
    external_id = request.headers["webhook-id"]
    if not external_id.isprintable() or len(external_id) > _LONGEST_ID:
        raise Problem(400, f"a webhook-id has at most {_LONGEST_ID} printable characters")
    return media_type, external_id
