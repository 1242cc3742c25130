"""Visits: record, read, list, and the what-if classification."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.eligibility import store, wire
from services.eligibility.api.intake import open_visit, visit_command
from services.eligibility.api.parts import EligibilityParts, Here, Reader, Writer
from services.eligibility.api.views import (
    RecordedVisit,
    VisitListed,
    VisitView,
    listed,
    recorded,
    visit_view,
)
from services.eligibility.domain.case import Case
from services.eligibility.domain.classify import classify
from shared.contracts.documents.visit import (
    Classification,
    ClassificationAnswer,
    Visit,
    VisitStatus,
    VisitToClassify,
)
from shared.http import Caller, Commands, Listing, Page, audit, instant, not_found, page
from shared.kernel.ids import case_id

commands = APIRouter(prefix="/v1", route_class=Commands, tags=["visits"])
reads = APIRouter(prefix="/v1", tags=["visits"])


@commands.post("/visits", status_code=201)
async def record_visit(visit: Visit, who: Writer, here: Here) -> RecordedVisit:
    """Book or change a visit and classify it; the same document again changes nothing."""
    seal = await here.sealer(who.practice_id)
    async with here.database.transaction([who.practice_id]) as connection:
        command = await visit_command(connection, visit, seal, here.subjects)
    case: Case = await here.ask(who, case_id(who.practice_id, visit.visit_id), command)
    return recorded(case)


@reads.get("/visits/{visit_id}")
async def read_visit(visit_id: str, who: Reader, here: Here) -> VisitView:
    """The visit with classification, coverage, authorizations, estimate."""
    case = await _load(here, who, visit_id)
    document = None
    if "phi:read" in who.scopes and case.visit is not None:
        seal = await here.sealer(who.practice_id)
        document = open_visit(case.visit.document, seal)
        async with here.database.transaction([who.practice_id]) as connection:
            await audit(connection, who, "visit.read", visit_id, here.clock.business())
    return visit_view(case, document)


async def _load(here: EligibilityParts, who: Caller, visit_id: str) -> Case:
    async with here.database.transaction([who.practice_id]) as connection:
        case = await store.load_case(connection, case_id(who.practice_id, visit_id))
    if case is None or case.visit is None:
        raise not_found("visit")
    return case


@reads.get("/visits")
async def list_visits(
    who: Reader,
    here: Here,
    page: Annotated[Page, Depends(page)],
    status: VisitStatus | None = None,
    classification: Classification | None = None,
) -> Listing[VisitListed]:
    """Visits in the order of their appointments."""
    after = page.after(instant, str)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_visits(
            connection,
            None if after is None else (after[0], after[1]),
            page.limit + 1,
            status=status,
            classification=classification,
        )
    return page.answer(
        rows, key=lambda row: (row.scheduled_at.isoformat(), row.visit_id), item=listed
    )


@reads.post("/classify")
def classify_visit(visit: VisitToClassify, _: Reader, here: Here) -> ClassificationAnswer:
    """Classify a visit without keeping anything; reading prose does not hold up the loop."""
    return wire.classification_answer(classify(wire.planned_visit(visit), here.contractor))
