"""`/v1/messages`: what became of what was posted, and doing it again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from shared.db.database import wake_after_commit
from shared.http import inbox
from shared.http.audit import audit
from shared.http.credentials import Caller, caller
from shared.http.door import INTERPRETER
from shared.http.idempotency import Commands
from shared.http.intake import check_json, is_json
from shared.http.message import State, Webhooks
from shared.http.paging import Listing, Page, instant, page
from shared.http.parts import Parts, parts
from shared.http.problems import not_found
from shared.http.webhooks import Accepted

Here = Annotated[Parts[object, object], Depends(parts)]
Reader = Annotated[Caller, caller("messages:read")]
Replayer = Annotated[Caller, caller("ops:replay")]

router = APIRouter(prefix="/v1/messages", tags=["messages"], route_class=Commands)


class TroubleView(BaseModel):
    """A problem of a message; `place` names where in it."""

    rule: str
    says: str
    place: str | None


class MessageView(BaseModel):
    """What became of a message. `results`: what it carried, where the service keeps results.

    conflict: its id or number was used before with another content.
    """

    message_id: UUID
    state: State
    test: bool
    kind: str | None
    case_id: UUID | None
    events: list[UUID]
    problems: list[TroubleView]
    conflict: bool = Field(default=False, exclude_if=lambda value: not value)
    results: list[dict[str, object]] | None = Field(
        default=None, exclude_if=lambda value: value is None
    )


@router.get("")
async def list_messages(
    who: Reader,
    here: Here,
    asked: Annotated[Page, Depends(page)],
    state: State | None = None,
) -> Listing[MessageView]:
    """Messages of the practice, the latest first."""
    after = asked.after(instant, UUID)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await inbox.listed(connection, state, after, asked.limit + 1)
    return asked.answer(rows, lambda row: (row.received_at.isoformat(), row.message_id), _view)


@router.get("/{message_id}")
async def read_message(message_id: UUID, request: Request, who: Reader, here: Here) -> MessageView:
    """One message, with the results it carried."""
    webhooks: Webhooks = request.app.state.webhooks
    async with here.database.transaction([who.practice_id]) as connection:
        row = await inbox.load(connection, message_id)
        if row is None:
            raise not_found("message")
        carried: list[dict[str, object]] = []
        if webhooks.results is not None:
            found = await webhooks.results(here, who, connection, message_id)
            carried = [dict(each) for each in found]
    return _view(row).model_copy(update={"results": carried or None})


@router.post("/{message_id}/replay", status_code=202)
async def replay_message(message_id: UUID, request: Request, who: Replayer, here: Here) -> Accepted:
    """Interpret a message again, from the body of this request where there is one."""
    repaired = await request.body() or None
    seal = await here.sealer(who.practice_id)
    async with here.database.transaction([who.practice_id]) as connection:
        row = await inbox.load(connection, message_id)
        if row is None:
            raise not_found("message")
        if repaired is not None and is_json(row.media_type):
            check_json(repaired)
        await inbox.again(connection, message_id, repaired, seal)
        action = "message.replay" if repaired is None else "message.replay_repaired"
        await audit(connection, who, action, str(message_id), here.clock.business())
        wake_after_commit(connection, INTERPRETER)
    return Accepted(
        message_id=message_id, case_id=row.case_id, status_url=f"/v1/messages/{message_id}"
    )


def _view(row: inbox.InboxRow) -> MessageView:
    return MessageView(
        message_id=row.message_id,
        state=row.state,
        test=row.test,
        kind=row.kind,
        case_id=row.case_id,
        events=row.events,
        conflict=row.conflict,
        problems=[TroubleView.model_validate(trouble) for trouble in inbox.problems_of(row)],
    )
