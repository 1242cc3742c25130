"""The practice's policies, by the date of service from which they hold."""

from datetime import date

from fastapi import APIRouter

from services.coding import store
from services.coding.api.parts import Here, Paged, Reader, Worker
from services.coding.wire.policy import Policies, PoliciesStand
from shared.http import Listing, audit, not_found

reads = APIRouter(prefix="/v1")


@reads.get("/policies")
async def policies(who: Reader, here: Here, paged: Paged) -> Listing[PoliciesStand]:
    """What the practice has chosen, as it was said, the earliest first."""
    after = paged.after(date.fromisoformat)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_policies(connection, after[0] if after else None, paged.limit + 1)
    return paged.answer(rows, key=lambda book: (book.since,), item=PoliciesStand.of)


@reads.put("/policies/{effective_from}")
async def put_policies(
    effective_from: date, chosen: Policies, who: Worker, here: Here
) -> PoliciesStand:
    """Choose for dates of service from a day on; claims of earlier ones stay as they are."""
    book = chosen.book(effective_from)
    async with here.database.transaction([who.practice_id]) as connection:
        await store.put_policy(connection, who.practice_id, book)
        now = here.clock.business()
        await audit(connection, who, "policies.put", effective_from.isoformat(), now)
    return PoliciesStand.of(book)


@reads.delete("/policies/{effective_from}", status_code=204)
async def remove_policies(effective_from: date, who: Worker, here: Here) -> None:
    """Take choices away that came by mistake: those before them hold again."""
    async with here.database.transaction([who.practice_id]) as connection:
        if not await store.remove_policy(connection, who.practice_id, effective_from):
            raise not_found("policies")
        now = here.clock.business()
        await audit(connection, who, "policies.removed", effective_from.isoformat(), now)
