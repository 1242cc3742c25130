"""The case, the claim, the search and the figures, as JSON."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.operations import figures, reading, store
from services.operations.domain.case import Case
from services.operations.shown import CaseView, ClaimView, Figures, Hits
from shared.http import Caller, Parts, audit, caller, not_found, parts

router = APIRouter(prefix="/v1", tags=["cases"])

Here = Annotated[Parts[Case, None], Depends(parts)]
Reader = Annotated[Caller, caller("claims:read")]


@router.get("/cases/{case_id}")
async def read_case(case_id: UUID, who: Reader, here: Here) -> CaseView:
    """One case: its events with their causes, what it waits for, its claims and denials."""
    case = await reading.case_view(here.database, who.practice_id, case_id)
    async with here.database.transaction([who.practice_id]) as connection:
        await audit(connection, who, "case.read", str(case_id), here.clock.business())
    return case


@router.get("/claims/{claim_id}")
async def read_claim(claim_id: str, who: Reader, here: Here) -> ClaimView:
    """One claim across its versions, with the events of its case."""
    async with here.database.transaction([who.practice_id]) as connection:
        claim = await store.load_claim(connection, claim_id)
        if claim is None:
            raise not_found("claim")
        events = await store.events_of(connection, claim.case_id)
        versions = await store.versions_of(connection, claim.case_id)
        lines = await store.lines_of(connection, claim.case_id)
        denials = await store.denials_of(connection, claim.case_id)
        await audit(connection, who, "claim.read", claim_id, here.clock.business())
    return ClaimView(
        **reading.claim_of(claim).model_dump(),
        case_id=claim.case_id,
        encounter_id=claim.encounter_id,
        payer_control_number=claim.payer_control_number,
        allowed=claim.allowed,
        adjusted=claim.adjusted,
        patient_responsibility=claim.patient_responsibility,
        versions=[
            reading.version_view(version, lines)
            for version in versions
            if version.claim_id == claim_id
        ],
        denials=[denial.denial_id for denial in denials if denial.claim_id == claim_id],
        events=reading.event_views(events),
    )


@router.get("/search")
async def search(
    who: Reader, here: Here, q: Annotated[str, Query(min_length=1, max_length=100)]
) -> Hits:
    """What carries this id: claim, visit, encounter, accession, payer control number or case."""
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.search(connection, q.strip())
    return Hits(items=[reading.hit(row) for row in rows])


@router.get("/figures")
async def read_figures(who: Reader, here: Here) -> Figures:
    """The practice's books: visits in and what became of them, claims, money, denials, waits."""
    async with here.database.transaction([who.practice_id]) as connection:
        return await figures.figures(connection)
