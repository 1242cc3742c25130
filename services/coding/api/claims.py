"""Coded claims and their versions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from services.coding import store, wire
from services.coding.api.parts import Here, Paged, Reader, Worker
from services.coding.handlers import Recode
from shared.contracts.documents.claim import CodedClaim
from shared.http import Commands, Listing, not_found

commands = APIRouter(prefix="/v1", route_class=Commands)
reads = APIRouter(prefix="/v1")
Numbered = Annotated[int, Path(ge=1, le=1_000_000)]


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
async def claim_version(claim_id: str, version: Numbered, who: Reader, here: Here) -> CodedClaim:
    """One version of a claim, as it was told."""
    async with here.database.transaction([who.practice_id]) as connection:
        found = await store.find_version(connection, claim_id, version)
    if found is None:
        raise not_found("claim version")
    return found


@reads.get("/claims/{claim_id}/versions/{version}/lines/{number}/explanation")
async def line_explanation(
    claim_id: str, version: Numbered, number: Numbered, who: Reader, here: Here
) -> wire.LineExplanation:
    """Why a line is as it is: rules, facts, what was weighed, what edits did, tables used."""
    found = await claim_version(claim_id, version, who, here)
    line = next((each for each in found.lines if each.number == number), None)
    if line is None:
        raise not_found("claim line")
    return wire.explanation(found, line)


@reads.get("/claims/{claim_id}/diff")
async def claim_difference(
    claim_id: str,
    who: Reader,
    here: Here,
    before: Annotated[int | None, Query(alias="from", ge=1, le=1_000_000)] = None,
    after: Annotated[int | None, Query(alias="to", ge=1, le=1_000_000)] = None,
) -> wire.ClaimDifference:
    """What one version changed in another; the latest against the one before where unsaid."""
    latest = await claim(claim_id, who, here)
    to = latest.version if after is None else after
    older = await claim_version(claim_id, max(to - 1, 1) if before is None else before, who, here)
    return wire.difference(older, await claim_version(claim_id, to, who, here))


@commands.post("/claims/{claim_id}/recode")
async def recode(claim_id: str, who: Worker, here: Here) -> CodedClaim:
    """Code a claim again by the fees and tables of now; a new version only if it differs."""
    async with here.database.transaction([who.practice_id]) as connection:
        found = await store.find_claim(connection, claim_id)
    if found is None:
        raise not_found("claim")
    await here.ask(who, found.case_id, Recode())
    return await claim(claim_id, who, here)
