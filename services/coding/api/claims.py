"""Coded claims and their versions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from services.coding import store
from services.coding.api.parts import Here, Paged, Reader, Worker
from services.coding.handlers import Recode
from shared.contracts.documents.claim import CodedClaim
from shared.http import Commands, Listing, not_found

commands = APIRouter(prefix="/v1", route_class=Commands)
reads = APIRouter(prefix="/v1")


@reads.get("/claims")
async def claims(
    who: Reader, here: Here, paged: Paged, case_id: UUID | None = None
) -> Listing[CodedClaim]:
    """The latest version of every claim, of one case where it is named."""
    after = paged.after(str)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_claims(
            connection, case_id, after[0] if after else None, paged.limit + 1
        )
    return paged.answer(rows, key=lambda each: (each.claim_id,), item=lambda each: each.document)


@reads.get("/claims/{claim_id}")
async def claim(claim_id: str, who: Reader, here: Here) -> CodedClaim:
    """The latest version of a claim."""
    async with here.database.transaction([who.practice_id]) as connection:
        found = await store.find_claim(connection, claim_id)
    if found is None:
        raise not_found("claim")
    return found.document


@reads.get("/claims/{claim_id}/versions/{version}")
async def claim_version(
    claim_id: str, version: Annotated[int, Path(ge=1, le=1_000_000)], who: Reader, here: Here
) -> CodedClaim:
    """One version of a claim, as it was told."""
    async with here.database.transaction([who.practice_id]) as connection:
        found = await store.find_version(connection, claim_id, version)
    if found is None:
        raise not_found("claim version")
    return found


@commands.post("/claims/{claim_id}/recode")
async def recode(claim_id: str, who: Worker, here: Here) -> CodedClaim:
    """Code a claim again by the fees and tables of now; a new version only if it differs."""
    async with here.database.transaction([who.practice_id]) as connection:
        found = await store.find_claim(connection, claim_id)
    if found is None:
        raise not_found("claim")
    await here.ask(who, found.case_id, Recode())
    return await claim(claim_id, who, here)
