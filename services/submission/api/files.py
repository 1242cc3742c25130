"""Files of ours: the raw bytes, the same parsed with the place of each segment, and the check."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.submission.api.parts import Here, Reader, SubmissionParts
from services.submission.domain.scrub import mend_of
from services.submission.store import batches
from shared.contracts.documents.base import Document
from shared.contracts.documents.claim import FixStage
from shared.http import Caller, Listing, Page, Problem, audit, caller, not_found, page
from shared.x12.envelope import TransactionSet, read_interchanges
from shared.x12.objection import Objection
from shared.x12.segments import NotX12

EDI = "application/edi-x12"

reads = APIRouter(prefix="/v1", tags=["files"])

PatientReader = Annotated[Caller, caller("phi:read")]


class SegmentView(Document):
    """One segment: `position` counted from ST = 1, as a 999 counts; whose claim and line it is."""

    set_control_number: str
    position: int
    segment: str
    elements: tuple[str, ...]
    claim_id: str | None
    line: int | None


class ObjectionView(Document):
    """Why a file or claim may not be sent; `field` and `stage` are where it is mended."""

    rule: str
    says: str
    segment: str
    element: str | None
    loop: str | None
    position: int | None
    set_control_number: str | None
    claim_id: str | None
    line: int | None
    field: str
    stage: FixStage


class FileChecked(Document):
    """`clean`: nothing speaks against sending it."""

    clean: bool
    sets: int
    claims: int
    objections: tuple[ObjectionView, ...]


@reads.get("/batches/{batch_id}/file", response_class=Response)
async def file(batch_id: str, who: PatientReader, here: Here) -> Response:
    """The file as it was handed over, byte for byte; who read it is written down."""
    return Response(await _opened(batch_id, who, here), media_type=EDI)


@reads.get("/batches/{batch_id}/segments")
async def segments(
    batch_id: str,
    who: PatientReader,
    here: Here,
    page: Annotated[Page, Depends(page)],
    claim_id: Annotated[str | None, Query(max_length=80)] = None,
) -> Listing[SegmentView]:
    """The file segment by segment, of one claim (CLM01) where it is named."""
    shown = _segments(await _opened(batch_id, who, here))
    if claim_id is not None:
        shown = [each for each in shown if each.claim_id == claim_id]
    key = page.after(int)
    begin = key[0] if key else 0
    rows = list(enumerate(shown[begin : begin + page.limit + 1], begin + 1))
    return page.answer(rows, key=lambda row: (row[0],), item=lambda row: row[1])


@reads.post(
    "/claim-files/check",
    openapi_extra={
        "requestBody": {"required": True, "content": {EDI: {"schema": {"type": "string"}}}}
    },
)
async def check(request: Request, _: Reader, here: Here) -> FileChecked:
    """What speaks against sending this 837P: our own rules and the guide. Nothing is stored."""
    body = await request.body()
    try:
        interchanges = await asyncio.to_thread(read_interchanges, body)
    except NotX12 as error:
        raise Problem(422, error.says, code=error.code) from None
    sets = [one for each in interchanges for one in each.sets]
    text = body.decode("utf-8", errors="replace")
    found = await here.judge.objections(text, len(sets), here.clock.business().date())
    claims = sum(segment.id == "CLM" for one in sets for segment in one.segments)
    return FileChecked(
        clean=not found,
        sets=len(sets),
        claims=claims,
        objections=tuple(_objection(each) for each in found),
    )


async def _opened(batch_id: str, who: Caller, here: SubmissionParts) -> bytes:
    async with here.database.transaction([who.practice_id]) as connection:
        row = await batches.load_batch(connection, batch_id)
        if row is None:
            raise not_found("batch")
        await audit(connection, who, "claim-file.read", batch_id, here.clock.business())
    seal = await here.sealer(who.practice_id)
    return seal.open(batches.FILE_PURPOSE, row["file"])


def _segments(data: bytes) -> Sequence[SegmentView]:
    return [
        view
        for interchange in read_interchanges(data)
        for one in interchange.sets
        for view in _of_set(one)
    ]


def _of_set(one: TransactionSet) -> Sequence[SegmentView]:
    """The segments with whose they are: a claim begins at the subscriber level above it."""
    ids = iter([each.get(1) for each in one.segments if each.id == "CLM"])
    shown: list[SegmentView] = []
    claim_id: str | None = None
    line: int | None = None
    for position, segment in enumerate(one.segments, 1):
        if segment.id == "HL" and segment.get(3) == "22":
            claim_id, line = next(ids, None), None
        elif segment.id == "LX":
            line = int(segment.get(1))
        elif segment.id == "SE":
            claim_id, line = None, None
        shown.append(
            SegmentView(
                set_control_number=one.control_number,
                position=position,
                segment=segment.id,
                elements=tuple(segment.elements),
                claim_id=claim_id,
                line=line,
            )
        )
    return shown


def _objection(found: Objection) -> ObjectionView:
    mend = mend_of(found)
    return ObjectionView(
        rule=found.rule,
        says=found.says,
        segment=found.segment,
        element=found.element,
        loop=found.loop,
        position=found.position,
        set_control_number=found.set_control_number,
        claim_id=found.claim_id,
        line=found.line,
        field=mend.field,
        stage=mend.stage,
    )
