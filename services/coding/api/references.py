"""Releases of reference tables: import an official file, see what is there, what was rejected."""

import asyncio
import tempfile
from datetime import date, datetime
from pathlib import Path as File
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from services.coding import store
from services.coding.api.parts import Here, Paged, Reader
from services.coding.domain.official import Rejected
from services.coding.importing import Imported, import_file
from services.coding.official import Said
from shared.http import Caller, Listing, Problem, audit, caller, not_found

FILES = "/v1/references/files/"
"""Where files are put: their bodies may be larger than others and are not kept in memory."""

reads = APIRouter(prefix="/v1")
Admin = Annotated[Caller, caller("references:admin")]
Name = Annotated[str, InPath(min_length=1, max_length=200)]
LoadId = Annotated[int, InPath(ge=1, le=2**31 - 1)]
_SHOWN = 100


class RejectedRow(BaseModel):
    """A row that was not taken; `line`: where it ends in the file."""

    line: int
    reason: str

    @classmethod
    def of(cls, row: Rejected) -> Self:
        return cls(line=row.line, reason=row.reason)


class ImportedFile(BaseModel):
    """A text of the file that was put. A release is in force once no part of it is missing.

    known: this very content was there, and nothing was done. rejected: the first hundred rows;
    `GET /v1/references/loads/{load_id}/rejected` has them all.
    """

    load_id: int
    table: str
    release: str
    effective_from: date
    effective_to: date | None
    file_name: str
    sha256: str
    part: int
    parts: int
    missing_parts: list[int]
    rows: int
    rows_rejected: int
    rejected: list[RejectedRow]
    known: bool

    @classmethod
    def of(cls, each: Imported) -> Self:
        published, loaded = each.published, each.loaded
        return cls(
            load_id=loaded.load_id,
            table=published.release.table,
            release=published.release.name,
            effective_from=published.release.since,
            effective_to=published.release.until,
            file_name=published.file_name,
            sha256=published.content_hash,
            part=published.part,
            parts=published.parts,
            missing_parts=list(each.missing),
            rows=loaded.rows,
            rows_rejected=len(loaded.rejected),
            rejected=[RejectedRow.of(row) for row in loaded.rejected[:_SHOWN]],
            known=loaded.known,
        )


class ImportedFiles(BaseModel):
    files: list[ImportedFile]


class Part(BaseModel):
    """A file of a release, as it was loaded."""

    load_id: int
    part: int
    file_name: str
    sha256: str
    rows: int
    rows_rejected: int
    loaded_at: datetime

    @classmethod
    def of(cls, load: store.Load) -> Self:
        return cls(
            load_id=load.load_id,
            part=load.part,
            file_name=load.file_name,
            sha256=load.content_hash,
            rows=load.rows_loaded,
            rows_rejected=load.rows_rejected,
            loaded_at=load.loaded_at,
        )


class ReleaseEntry(BaseModel):
    """A release; used for dates of service once it is complete."""

    table: str
    release: str
    effective_from: date
    effective_to: date | None
    origin: Literal["official", "shipped"]
    complete: bool
    missing_parts: list[int]
    loads: list[Part]

    @classmethod
    def of(cls, stored: store.StoredRelease) -> Self:
        release = stored.release
        return cls(
            table=release.table,
            release=release.name,
            effective_from=release.since,
            effective_to=release.until,
            origin="official" if release.official else "shipped",
            complete=not stored.missing,
            missing_parts=list(stored.missing),
            loads=[Part.of(load) for load in stored.loads],
        )


@reads.get("/references")
async def releases(who: Reader, here: Here, paged: Paged) -> Listing[ReleaseEntry]:
    """Every release that is there, shipped or imported, with the files it came from."""
    after = paged.after(int)
    async with here.database.transaction([who.practice_id]) as connection:
        await here.reference_tables.snapshot(connection)  # the shipped ones, at the first start
        rows = await store.list_releases(connection, after[0] if after else 0, paged.limit + 1)
    return paged.answer(rows, key=lambda each: (each.release_id,), item=ReleaseEntry.of)


@reads.get("/references/loads/{load_id}/rejected")
async def rejected(load_id: LoadId, who: Reader, here: Here, paged: Paged) -> Listing[RejectedRow]:
    """The rows of a file that were not taken, with line and reason."""
    after = paged.after(int)
    async with here.database.transaction([who.practice_id]) as connection:
        if not await store.load_exists(connection, load_id):
            raise not_found("load")
        rows = await store.list_rejected(
            connection, load_id, after[0] if after else 0, paged.limit + 1
        )
    return paged.answer(rows, key=lambda row: (row.line,), item=RejectedRow.of)


@reads.delete("/references/loads/{load_id}", status_code=204)
async def take_back(load_id: LoadId, who: Admin, here: Here) -> None:
    """Take an imported file away, one that came by mistake; what is shipped stays."""
    async with here.database.transaction([who.practice_id]) as connection:
        if not await store.take_back(connection, load_id):
            raise not_found("imported file")
        now = here.clock.business()
        await audit(connection, who, "references.taken_back", str(load_id), now)


@reads.put("/references/files/{file_name}", status_code=201)
async def put_file(
    file_name: Name,
    request: Request,
    response: Response,
    who: Admin,
    here: Here,
    release: Annotated[str | None, Query(min_length=1, max_length=80)] = None,
    effective_from: date | None = None,
    effective_to: date | None = None,
) -> ImportedFiles:
    """Import an official file, ZIP or text; whole or not at all, the same content twice as once.

    The query says what the names do not, or a first day finer than the file's quarter.
    """
    said = Said(release, effective_from, effective_to)
    with tempfile.TemporaryDirectory(prefix="dermis-references-") as folder:
        path = File(folder) / "file"
        await _keep(request, path)
        imported = await import_file(here.database, path, file_name, said)
    async with here.database.transaction([who.practice_id]) as connection:
        for each in imported:
            load = str(each.loaded.load_id)
            await audit(connection, who, "references.imported", load, here.clock.business())
    if all(each.loaded.known for each in imported):
        response.status_code = 200
    return ImportedFiles(files=[ImportedFile.of(each) for each in imported])


async def _keep(request: Request, path: File) -> None:
    """Write the body to disk as it comes."""
    file = await asyncio.to_thread(path.open, "wb")
    try:
        async for chunk in request.stream():
            await asyncio.to_thread(file.write, chunk)
    except ClientDisconnect:
        raise Problem(400, "the request ended early") from None
    finally:
        await asyncio.to_thread(file.close)
