"""Results in and out."""

from asyncio import to_thread

from fastapi import APIRouter

from services.pathology import store, wire
from services.pathology.api.asking import Asked, Here, Reader, Writer
from services.pathology.api.views import Recorded, ResultState, ResultView, recorded, view
from services.pathology.domain.commands import AwaitMatch, Known, RecordResult
from services.pathology.domain.matching import Placed, Unplaced
from services.pathology.domain.report import Report
from shared.bus.errors import Transient
from shared.contracts.documents.result import PathologyResult
from shared.http.audit import audit
from shared.http.credentials import Caller
from shared.http.idempotency import Commands
from shared.http.paging import Listing, instant
from shared.http.problems import Problem, not_found
from shared.kernel.ids import practice_key

_LOOKS = 3

commands = APIRouter(prefix="/v1", route_class=Commands, tags=["results"])
reads = APIRouter(prefix="/v1", tags=["results"])


@commands.post("/results", status_code=201)
async def record_result(sent: PathologyResult, who: Writer, here: Here) -> Recorded:
    """Take a result; where its specimen is not known yet it waits in the queue."""
    seal = await here.sealer(who.practice_id)
    report = await to_thread(wire.report, sent, seal, here.clock.business())
    for _ in range(_LOOKS):
        try:
            placed = await _place(here, who, report)
        except Transient:  # the specimen came, or changed, between two looks
            continue
        if isinstance(placed, Unplaced):
            return Recorded(result_id=sent.result_id, state="unmatched", why=placed.why)
        async with here.database.transaction([who.practice_id]) as connection:
            row = await store.load_result(connection, sent.result_id)
        if row is None:
            raise not_found("result")
        return recorded(row)
    raise Problem(503, "the specimen is changing; send the result again")


async def _place(here: Here, who: Caller, report: Report) -> Placed | Unplaced:
    async with here.database.transaction([who.practice_id]) as connection:
        placed = await store.route(connection, who.practice_id, report)
    if isinstance(placed, Placed):
        await here.ask(who, placed.case_id, RecordResult(report))
    else:
        waits = AwaitMatch(report.result_id, report.received_at)
        await here.ask(who, practice_key(who.practice_id), waits)
    return placed


@reads.get("/results")
async def results(
    who: Reader, here: Here, asked: Asked, state: ResultState | None = None
) -> Listing[ResultView]:
    """Results, the latest first; texts only one by one."""
    after = asked.after(instant, str, str)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_results(connection, state=state, after=after, limit=asked.limit + 1)
        waiting = [store.report_of(row) for row in rows if row.state == "unmatched"]
        known = Known()
        if waiting:
            known = await store.load_surroundings(connection, who.practice_id, waiting)
    now = here.clock.business()
    return asked.answer(
        rows,
        lambda row: (row.received_at.isoformat(), row.result_id, row.document_hash),
        lambda row: view(row, known, now),
    )


@reads.get("/results/{result_id}")
async def result(result_id: str, who: Reader, here: Here) -> ResultView:
    """One result with its match, interpretation and revisions."""
    seal = await here.sealer(who.practice_id)
    now = here.clock.business()
    async with here.database.transaction([who.practice_id]) as connection:
        row = await store.load_result(connection, result_id)
        if row is None:
            raise not_found("result")
        report = store.report_of(row)
        known = Known()
        if row.state == "unmatched":
            known = await store.load_surroundings(connection, who.practice_id, [report])
        revisions = await store.load_revisions(connection, row)
        text = None
        if "phi:read" in who.scopes:
            text = seal.open_text(wire.TEXT, report.sealed_text)
            await audit(connection, who, "result.read", result_id, now)
    return view(row, known, now, text, revisions)
