"""`/v1/bus`: whether the service hears, and how near its dead letters are to the limit."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel

from shared.http.credentials import Caller, caller

Reader = Annotated[Caller, caller("ops:read")]

router = APIRouter(prefix="/v1/bus", tags=["parked"])


class Hearing(BaseModel):
    """Dead letters of every practice within the hour; at the limit hearing pauses.

    It goes on once people have redriven or discarded enough of them.
    """

    paused: bool
    dead_letters: int
    limit: int


@router.get("")
async def show_bus(_: Reader, request: Request) -> Hearing:
    """Whether the service hears events."""
    limit = request.app.state.bus.limit
    return Hearing(paused=limit.reached, dead_letters=limit.dead, limit=limit.an_hour)
