"""`/v1/parked`: events that could not be applied, and what people do about them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.bus.parked import ParkedRow, Which, discard, find_parked, redrive
from shared.http.credentials import Caller, caller
from shared.http.idempotency import Commands
from shared.http.paging import Listing, Page, page
from shared.http.parts import Parts, parts

Here = Annotated[Parts[object, object], Depends(parts)]
Reader = Annotated[Caller, caller("ops:read")]
Worker = Annotated[Caller, caller("ops:replay")]
Kind = Literal["gap", "retry", "waiting"]
Status = Literal["open", "dead", "discarded", "applied"]

router = APIRouter(prefix="/v1/parked", tags=["parked"], route_class=Commands)


class ParkedView(BaseModel):
    """A parked event without its body. `n` is its number on topic and case, in its generation.

    The generation is above 1 where the sender was restored from a backup before it. "applied"
    are those that were driven again after that: their rows tell a repeat of them.
    """

    topic: str
    case_id: UUID
    n: int
    generation: int
    event_id: UUID
    kind: Kind
    status: Status
    reason: str
    attempts: int
    next_at: AwareDatetime | None
    waiting_for: str | None
    deadline_at: AwareDatetime | None
    parked_at: AwareDatetime


class Choice(BaseModel):
    """Which events, and why. What is absent does not narrow; `dry_run` only shows them."""

    model_config = ConfigDict(extra="forbid")

    topic: str | None = None
    case_id: UUID | None = None
    n: int | None = None
    kind: Kind | None = None
    status: Status | None = None
    reason: str = Field(min_length=1, max_length=500)
    dry_run: bool = False

    def which(self) -> Which:
        """The filter alone."""
        return Which(self.topic, self.case_id, self.n, self.kind, self.status)


class Concerned(BaseModel):
    """The events a deed concerned (or would have, after a dry run)."""

    dry_run: bool
    items: list[ParkedView]


@router.get("")
async def list_parked(
    who: Reader,
    here: Here,
    asked: Annotated[Page, Depends(page)],
    topic: str | None = None,
    case_id: UUID | None = None,
    kind: Kind | None = None,
    status: Status | None = None,
) -> Listing[ParkedView]:
    """Parked events of the practice."""
    after = asked.after(str, UUID, int, int)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await find_parked(
            connection,
            Which(topic, case_id, None, kind, status),
            limit=asked.limit + 1,
            after=(after[0], after[1], after[2], after[3]) if after else None,
        )
    return asked.answer(rows, lambda row: (row.topic, row.case_id, row.n, row.generation), _view)


@router.post("/redrive")
async def redrive_parked(choice: Choice, who: Worker, here: Here) -> Concerned:
    """Try the events again at once; each leaves an audit row."""
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await redrive(
            connection,
            choice.which(),
            actor=who.subject,
            reason=choice.reason,
            dry_run=choice.dry_run,
        )
    return Concerned(dry_run=choice.dry_run, items=[_view(row) for row in rows])


@router.post("/discard")
async def discard_parked(choice: Choice, who: Worker, here: Here) -> Concerned:
    """Give the events up for good; each leaves an audit row."""
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await discard(
            connection,
            choice.which(),
            actor=who.subject,
            reason=choice.reason,
            dry_run=choice.dry_run,
        )
    return Concerned(dry_run=choice.dry_run, items=[_view(row) for row in rows])


def _view(row: ParkedRow) -> ParkedView:
    return ParkedView(
        topic=row.topic,
        case_id=row.case_id,
        n=row.n,
        generation=row.generation,
        event_id=row.event_id,
        kind=row.kind,
        status=row.status,
        reason=row.reason,
        attempts=row.attempts,
        next_at=row.next_at,
        waiting_for=row.waiting_for,
        deadline_at=row.deadline_at,
        parked_at=row.parked_at,
    )
