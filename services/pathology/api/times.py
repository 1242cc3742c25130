"""How long results may take, and how long they took, per laboratory."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator

from services.pathology import store
from services.pathology.api.asking import Here, Reader, Writer
from services.pathology.domain.waiting import Days, WaitingTimes
from shared.contracts.documents.base import Document, Id
from shared.http.audit import audit
from shared.http.idempotency import Commands

commands = APIRouter(prefix="/v1", route_class=Commands, tags=["turnaround"])
reads = APIRouter(prefix="/v1", tags=["turnaround"])

BusinessDays = Annotated[int, Field(ge=1, le=90)]


class DaysDocument(Document):
    """Business days after collection: expected, reminded, escalated."""

    expected: BusinessDays = 3
    reminder: BusinessDays = 5
    escalation: BusinessDays = 7

    @model_validator(mode="after")
    def _in_this_order(self) -> Self:
        if not self.expected <= self.reminder <= self.escalation:
            raise ValueError("expected, reminder and escalation come in this order")
        return self


class WaitingTimesDocument(Document):
    """The practice's own days, and those of laboratories that differ."""

    default: DaysDocument = DaysDocument()
    labs: Annotated[Mapping[Id, DaysDocument], Field(max_length=500)] = {}


class TurnaroundView(BaseModel):
    """How a laboratory did. Days are calendar days from collection to the first final report.

    late: waiting beyond the expected day. in_time: reported by then. slowest_tenth_days: nine in
    ten results came sooner.
    """

    lab_id: str | None
    specimens: int
    waiting: int
    late: int
    returned: int
    in_time: int
    median_days: float | None
    slowest_tenth_days: float | None


class TurnaroundList(BaseModel):
    """Every laboratory that specimens were sent to."""

    items: list[TurnaroundView]
    next_cursor: str | None = None


@reads.get("/waiting-times")
async def waiting_times(who: Reader, here: Here) -> WaitingTimesDocument:
    """How long results may take before somebody is told."""
    async with here.database.transaction([who.practice_id]) as connection:
        return _document(await store.load_times(connection, who.practice_id))


@commands.put("/waiting-times")
async def put_waiting_times(
    asked: WaitingTimesDocument, who: Writer, here: Here
) -> WaitingTimesDocument:
    """Set them all; for specimens documented from now on."""
    times = WaitingTimes(
        Days(**asked.default.model_dump()),
        {lab_id: Days(**each.model_dump()) for lab_id, each in asked.labs.items()},
    )
    async with here.database.transaction([who.practice_id]) as connection:
        await store.keep_times(connection, who.practice_id, times)
        now = here.clock.business()
        await audit(connection, who, "waiting_times.put", who.practice_id, now)
    return _document(times)


@reads.get("/turnaround")
async def turnaround(
    who: Reader,
    here: Here,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> TurnaroundList:
    """What laboratories took, of specimens collected on these days (both included)."""
    end = None if last is None or last == date.max else last + timedelta(days=1)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.turnaround(connection, first, end, here.clock.business())
    return TurnaroundList(
        items=[TurnaroundView.model_validate(row, from_attributes=True) for row in rows]
    )


def _document(times: WaitingTimes) -> WaitingTimesDocument:
    return WaitingTimesDocument(
        default=_days(times.default),
        labs={lab_id: _days(each) for lab_id, each in times.labs.items()},
    )


def _days(days: Days) -> DaysDocument:
    return DaysDocument(expected=days.expected, reminder=days.reminder, escalation=days.escalation)
