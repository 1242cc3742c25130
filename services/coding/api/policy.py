"""The practice's policies."""

from fastapi import APIRouter

from services.coding import store
from services.coding.api.parts import Here, Reader, Worker
from services.coding.domain.policy import PolicyBook
from services.coding.wire.policy import Policies
from shared.http import audit

reads = APIRouter(prefix="/v1")


@reads.get("/policy")
async def policy(who: Reader, here: Here) -> Policies:
    """What the practice has chosen, each choice as it stands."""
    async with here.database.transaction([who.practice_id]) as connection:
        books = await store.load_policies(connection)
    return Policies.of(books.get(who.practice_id, PolicyBook()))


@reads.put("/policy")
async def replace_policy(policies: Policies, who: Worker, here: Here) -> Policies:
    """Put policies in place of the practice's; claims coded from now on follow them."""
    book = policies.book()
    async with here.database.transaction([who.practice_id]) as connection:
        await store.replace_policies(connection, who.practice_id, book)
        await audit(connection, who, "policy.replaced", "policy", here.clock.business())
    return Policies.of(book)
