"""Profiles: who bills, and what each payer wants and allows."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from services.submission.api.parts import Here, Reader, SubmissionParts, Worker
from services.submission.domain.commands import LookAgain
from services.submission.store import claims, profiles
from services.submission.wire.payers_csv import payers_of
from services.submission.wire.profiles import (
    PayerDocument,
    PayerView,
    PracticeDocument,
    payer_view,
    practice_document,
)
from shared.bus.apply import apply
from shared.bus.stage import Asked
from shared.contracts.documents.base import Document
from shared.http import Caller, Listing, Page, Problem, audit, not_found, page

router = APIRouter(prefix="/v1", tags=["profiles"])

_TOLD = 20
PayerId = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{2,80}$")]


@router.put("/practice")
async def put_practice(document: PracticeDocument, who: Worker, here: Here) -> PracticeDocument:
    """Set who bills; claims that waited for it are looked at again."""
    now = here.clock.business()
    async with here.database.transaction([who.practice_id]) as connection:
        await profiles.save_practice(connection, who.practice_id, document.value(), now)
        await audit(connection, who, "practice.put", who.practice_id, now)
    await look_again(here, who)
    return document


@router.get("/practice")
async def get_practice(who: Reader, here: Here) -> PracticeDocument:
    """Who bills."""
    async with here.database.transaction([who.practice_id]) as connection:
        practice = (await profiles.load_profiles(connection, who.practice_id)).practice
    if practice is None:
        raise not_found("practice profile")
    return practice_document(practice)


class PayersReplaced(Document):
    """How many payers the file named."""

    payers: int


@router.put("/payers/csv")
async def put_payers(request: Request, who: Worker, here: Here) -> PayersReplaced:
    """Set every payer a CSV names, all or none; fees that a payer has stay."""
    rows, faults = payers_of(await request.body())
    if faults or not rows:
        errors = [{"pointer": f"line:{each.line}", "says": each.says} for each in faults[:_TOLD]]
        says = f"{len(faults)} rows are no payers" if faults else "the file has no rows"
        raise Problem(422, f"{says}; nothing was changed", code="payers-unread", errors=errors)
    now = here.clock.business()
    async with here.database.transaction([who.practice_id]) as connection:
        known = (await profiles.load_profiles(connection, who.practice_id)).payers
        for payer_id, document in rows:
            profile = document.value(payer_id)
            if payer_id in known:
                profile = replace(profile, fees=known[payer_id].fees)
            await profiles.save_payer(connection, who.practice_id, profile, now)
        await audit(connection, who, "payers.put", "payers", now)
    await look_again(here, who)
    return PayersReplaced(payers=len(rows))


@router.put("/payers/{payer_id}")
async def put_payer(
    payer_id: PayerId, document: PayerDocument, who: Worker, here: Here
) -> PayerView:
    """Set a payer; claims that waited for it are looked at again."""
    now = here.clock.business()
    profile = document.value(payer_id)
    async with here.database.transaction([who.practice_id]) as connection:
        await profiles.save_payer(connection, who.practice_id, profile, now)
        await audit(connection, who, "payer.put", payer_id, now)
    await look_again(here, who)
    return payer_view(profile)


@router.get("/payers/{payer_id}")
async def get_payer(payer_id: PayerId, who: Reader, here: Here) -> PayerView:
    """One payer."""
    async with here.database.transaction([who.practice_id]) as connection:
        profile = await profiles.load_payer(connection, payer_id)
    if profile is None:
        raise not_found("payer profile")
    return payer_view(profile)


@router.get("/payers")
async def list_payers(
    who: Reader, here: Here, page: Annotated[Page, Depends(page)]
) -> Listing[PayerView]:
    """Payers by id."""
    key = page.after(str)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await profiles.list_payers(connection, key[0] if key else None, page.limit + 1)
    return page.answer(rows, key=lambda row: (row.payer_id,), item=payer_view)


async def look_again(here: SubmissionParts, who: Caller) -> None:
    """Let every claim that a profile may free be decided again."""
    async with here.database.transaction([who.practice_id]) as connection:
        cases = await claims.cases_to_look_at(connection)
        asked = Asked(LookAgain(), None, who.subject)
        await apply(
            connection,
            here.stage,
            [(case_id, asked) for case_id in cases],
            here.clock.business(),
        )
