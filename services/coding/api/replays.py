"""Replays: what a proposed setting would change in claims already coded; nothing is told."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from services.coding.api.parts import CodingParts, Here, Paged, Reader, Worker
from services.coding.domain.replay import Replay
from services.coding.store import replays as store
from services.coding.wire import replays as wire
from shared.http import Commands, Listing, Problem, audit, not_found
from shared.http.paging import instant
from shared.kernel.business_days import PRACTICE_ZONE
from shared.kernel.ids import new_id
from shared.kernel.refused import Refused

commands = APIRouter(prefix="/v1", route_class=Commands)
_CSV_PAGE = 500


@commands.post("/replays", status_code=202)
async def ask(asked: wire.ReplayAsked, who: Worker, here: Here) -> wire.ReplayStands:
    """Begin a replay in the background; `GET /v1/replays/{replay_id}` tells how far it is."""
    now = here.clock.business()
    run = Replay(
        replay_id=new_id(),
        practice_id=who.practice_id,
        state="queued",
        proposal=asked.proposal(),
        first_day=asked.first_day,
        last_day=asked.last_day,
        as_of=asked.as_of or now.astimezone(PRACTICE_ZONE).date(),
        total=0,
        done=0,
        after_claim="",
        requested_at=now,
    )
    async with here.database.transaction([who.practice_id]) as connection:
        tables = await here.reference_tables.snapshot(connection)
        known = {(each.table, each.name) for each in tables.releases}
        for place, each in enumerate(asked.releases):
            if (each.table, each.release) not in known:
                says = "no complete release of that table has this name"
                raise Refused("release-unknown", says, f"/releases/{place}/release")
        run = await store.put_replay(connection, run)
        await audit(connection, who, "replay.asked", str(run.replay_id), now)
        return wire.ReplayStands.of(run, await store.sums(connection, run.replay_id))


@commands.get("/replays")
async def listed(who: Reader, here: Here, paged: Paged) -> Listing[wire.ReplayStands]:
    """The practice's replays, the newest first."""
    after = paged.after(instant, UUID)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_replays(
            connection, (after[0], after[1]) if after else None, paged.limit + 1
        )
        stands = [
            wire.ReplayStands.of(row, await store.sums(connection, row.replay_id)) for row in rows
        ]
    return paged.answer(stands, key=_place_of, item=lambda each: each)


@commands.get("/replays/{replay_id}")
async def stands(replay_id: UUID, who: Reader, here: Here) -> wire.ReplayStands:
    """How far a replay is, and what it found so far."""
    async with here.database.transaction([who.practice_id]) as connection:
        run = await store.find_replay(connection, replay_id)
        if run is None:
            raise not_found("replay")
        return wire.ReplayStands.of(run, await store.sums(connection, replay_id))


@commands.post("/replays/{replay_id}/cancel")
async def cancel(replay_id: UUID, who: Worker, here: Here) -> wire.ReplayStands:
    """End a replay where it is; what it found stays. One at its end answers 409."""
    run = await stands(replay_id, who, here)
    async with here.database.transaction([who.practice_id]) as connection:
        if not await store.cancel(connection, replay_id):
            raise Problem(409, f"the replay is {run.state}: there is nothing to cancel")
        await audit(connection, who, "replay.cancelled", str(replay_id), here.clock.business())
    return await stands(replay_id, who, here)


@commands.get("/replays/{replay_id}/claims")
async def differing(
    replay_id: UUID, who: Reader, here: Here, paged: Paged
) -> Listing[wire.ClaimDiffering]:
    """The claims that differ, with their lines before and after."""
    await stands(replay_id, who, here)
    after = paged.after(str)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_differences(
            connection, replay_id, after[0] if after else "", paged.limit + 1
        )
    return paged.answer(rows, key=lambda row: (row[0],), item=wire.ClaimDiffering.of)


@commands.get("/replays/{replay_id}/uncoded")
async def uncoded(
    replay_id: UUID, who: Reader, here: Here, paged: Paged
) -> Listing[wire.ClaimUncoded]:
    """The claims that could not be coded under the proposal; all others are compared."""
    await stands(replay_id, who, here)
    after = paged.after(str)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_uncoded(
            connection, replay_id, after[0] if after else "", paged.limit + 1
        )
    return paged.answer(rows, key=lambda row: (row[0],), item=wire.ClaimUncoded.of)


@commands.get("/replays/{replay_id}/claims.csv", response_class=StreamingResponse)
async def differing_csv(replay_id: UUID, who: Reader, here: Here) -> StreamingResponse:
    """The same as CSV, a row per line."""
    await stands(replay_id, who, here)
    return StreamingResponse(_csv(here, who.practice_id, replay_id), media_type="text/csv")


async def _csv(here: CodingParts, practice_id: str, replay_id: UUID) -> AsyncIterator[str]:
    yield f"{wire.CSV_COLUMNS}\r\n"
    after = ""
    while True:
        async with here.database.transaction([practice_id]) as connection:
            rows = await store.list_differences(connection, replay_id, after, _CSV_PAGE)
        if not rows:
            return
        yield wire.csv_of(rows)
        after = rows[-1][0]


def _place_of(run: wire.ReplayStands) -> tuple[datetime, UUID]:
    return run.requested_at, run.replay_id
