"""HTTP in and out: results, specimens, the unmatched queue, and the what-if interpretation."""

from asyncio import to_thread
from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel

from services.pathology import store, wire
from services.pathology.domain.case import Case
from services.pathology.domain.commands import MatchResult, RecordResult, References
from services.pathology.domain.matching import Placed, Unplaced
from services.pathology.domain.report import Report
from shared.bus.errors import Transient
from shared.contracts.documents.base import Document, Id
from shared.contracts.documents.result import Interpretation, Match, PathologyResult
from shared.http.audit import audit
from shared.http.credentials import Caller, caller
from shared.http.idempotency import Commands
from shared.http.paging import Listing, Page, instant, page
from shared.http.parts import Parts, parts
from shared.http.problems import Problem, not_found

Here = Annotated[Parts[Case, References], Depends(parts)]
Reader = Annotated[Caller, caller("results:read")]
Writer = Annotated[Caller, caller("results:write")]
Asked = Annotated[Page, Depends(page)]
ResultState = Literal["unmatched", "review", "matched"]

_LOOKS = 3

commands = APIRouter(prefix="/v1", route_class=Commands, tags=["results"])
reads = APIRouter(prefix="/v1", tags=["results"])


class MatchRequest(Document):
    """Which specimen a waiting result belongs to, and why a person says so."""

    specimen_id: Id
    reason: str | None = None


class SpecimenView(BaseModel):
    """A specimen and whether its result has come."""

    specimen_id: str
    case_id: UUID
    encounter_id: str
    lesion_id: str | None
    procedure_id: str | None
    site: str | None
    laterality: str | None
    lab_id: str | None
    collected_at: AwareDatetime
    state: Literal["waiting", "returned"]


@commands.post("/results", status_code=201)
async def record_result(sent: PathologyResult, who: Writer, here: Here) -> wire.Recorded:
    """Take a result; where its specimen is not known yet it waits in the queue."""
    seal = await here.sealer(who.practice_id)
    report = await to_thread(wire.report, sent, seal, here.clock.business())
    for _ in range(_LOOKS):
        try:
            placed = await _place(here, who, report)
        except Transient:  # the specimen came, or changed, between two looks
            continue
        if isinstance(placed, Unplaced):
            return wire.Recorded(result_id=sent.result_id, state="unmatched", why=placed.why)
        return await _recorded(here, who, sent.result_id)
    raise Problem(503, "the specimen is changing; send the result again")


async def _place(here: Parts[Case, References], who: Caller, report: Report) -> Placed | Unplaced:
    async with here.database.transaction([who.practice_id]) as connection:
        placed = await store.route(connection, who.practice_id, report)
    if isinstance(placed, Placed):
        await here.ask(who, placed.case_id, RecordResult(report))
    return placed


@commands.post("/results/{result_id}/match")
async def match_result(
    result_id: str, asked: MatchRequest, who: Writer, here: Here
) -> wire.Recorded:
    """Match a waiting result to a specimen by hand; who and why is kept."""
    async with here.database.transaction([who.practice_id]) as connection:
        found = await store.load_result(connection, result_id)
        cases = await store.cases_with(connection, asked.specimen_id)
    if found is None:
        raise not_found("result")
    if found.state != "unmatched":
        raise Problem(409, "the result is matched already", code="already-matched")
    if not cases:
        raise not_found("specimen")
    if len(cases) > 1:
        raise Problem(409, "several cases have a specimen of this id", code="specimen-ambiguous")
    await here.ask(who, cases[0], MatchResult(result_id, asked.specimen_id))
    async with here.database.transaction([who.practice_id]) as connection:
        now = here.clock.business()
        await audit(connection, who, "result.match", result_id, now, asked.reason)
    return await _recorded(here, who, result_id)


@reads.get("/results")
async def results(
    who: Reader, here: Here, asked: Asked, state: ResultState | None = None
) -> Listing[wire.ResultView]:
    """Results, the latest first; texts only one by one."""
    after = asked.after(instant, str, str)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_results(connection, state, after, asked.limit + 1)
    return asked.answer(
        rows,
        lambda row: (row.received_at.isoformat(), row.result_id, row.document_hash),
        lambda row: _view(row, None, ()),
    )


@reads.get("/results/{result_id}")
async def result(result_id: str, who: Reader, here: Here) -> wire.ResultView:
    """One result with its match, interpretation and revisions."""
    seal = await here.sealer(who.practice_id)
    async with here.database.transaction([who.practice_id]) as connection:
        row = await store.load_result(connection, result_id)
        if row is None:
            raise not_found("result")
        revisions = await store.load_revisions(connection, row)
        text = None
        if "phi:read" in who.scopes:
            text = seal.open_text(wire.TEXT, store.report_of(row).sealed_text)
            await audit(connection, who, "result.read", result_id, here.clock.business())
    return _view(row, text, revisions)


@reads.get("/specimens")
async def specimens(
    who: Reader,
    here: Here,
    asked: Asked,
    state: Literal["waiting", "returned"] | None = None,
    case_id: UUID | None = None,
) -> Listing[SpecimenView]:
    """Specimens, the longest collected first."""
    after = asked.after(instant, str)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_specimens(
            connection, state=state, case_id=case_id, after=after, limit=asked.limit + 1
        )
    return asked.answer(
        rows,
        lambda row: (row.collected_at.isoformat(), row.specimen_id),
        lambda row: SpecimenView.model_validate(row, from_attributes=True),
    )


@reads.post("/interpret")
def interpret(asked: wire.InterpretRequest, _: Reader) -> wire.InterpretAnswer:
    """Read a report as a what-if: stores nothing, emits nothing."""
    return wire.interpret(asked)


async def _recorded(here: Parts[Case, References], who: Caller, result_id: str) -> wire.Recorded:
    async with here.database.transaction([who.practice_id]) as connection:
        row = await store.load_result(connection, result_id)
    if row is None:
        raise not_found("result")
    return wire.Recorded(result_id=result_id, state=row.state, case_id=row.case_id, why=row.why)


def _view(
    row: store.ResultRow, text: str | None, revisions: Sequence[store.ResultRow]
) -> wire.ResultView:
    report = store.report_of(row)
    return wire.ResultView(
        result=wire.facts_of(report),
        diagnosis_text=text,
        state=row.state,
        case_id=row.case_id,
        received_at=row.received_at,
        why=row.why,
        candidates=row.candidates,
        match=None if row.match is None else Match.model_validate(row.match),
        interpretation=None
        if row.interpretation is None
        else Interpretation.model_validate(row.interpretation),
        revision=row.revision,
        revisions=[
            wire.RevisionView(
                result_id=each.result_id,
                status=store.report_of(each).status,
                reported_at=each.reported_at,
                revision=each.revision,
            )
            for each in revisions
        ],
    )
