"""Releases of reference tables, loaded whole or not at all."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

import asyncpg
from sqlalchemy import Row, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding.domain.official import Batch, Published, Rejected
from services.coding.domain.releases import Release
from services.coding.tables import (
    OF_A_RELEASE,
    SCHEMA,
    reference_load,
    reference_rejected,
    reference_release,
)
from shared.db import raw
from shared.kernel.refused import Refused

_LOADING = "coding.references"
_TOLD = 5
_MOST_REJECTED = 10_000
"""More than any official file could have: it is another file."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file. known: this very content was there, and nothing was done."""

    load_id: int
    rows: int
    rejected: Sequence[Rejected]
    known: bool


@dataclass(frozen=True, slots=True)
class Load:
    """A part of a release, as it stands."""

    load_id: int
    part: int
    file_name: str
    content_hash: str
    rows_loaded: int
    rows_rejected: int
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """A release with the parts that are there; in force once it has all of them."""

    release_id: int
    release: Release
    parts: int
    loads: Sequence[Load]

    @property
    def missing(self) -> tuple[int, ...]:
        """The parts that are not there."""
        there = {load.part for load in self.loads}
        return tuple(part for part in range(1, self.parts + 1) if part not in there)


async def one_at_a_time(connection: AsyncConnection) -> None:
    """Until the end of the transaction nobody else loads: loads are numbered as they commit."""
    await connection.execute(
        text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": _LOADING}
    )


async def load(
    connection: AsyncConnection, published: Published, batches: AsyncIterator[Batch]
) -> Loaded:
    """Load a file in place of what its part of the release held; the same content again is a no-op.

    Raises:
        Refused: the content is another part already, or most of its rows are not what they should
            be; the transaction has to be given up.
    """
    await one_at_a_time(connection)
    release = published.release
    known = await _same_content(connection, published)
    if known is not None and known.part != published.part:
        raise Refused(
            "part-twice", f"this very content is part {known.part} of {release.name} already"
        )
    if known is not None and (known.since, known.until) == (release.since, release.until):
        rejected = await list_rejected(connection, known.load_id, 0, known.rows_rejected)
        return Loaded(known.load_id, known.rows_loaded, rejected, known=True)
    rows, rejected, load_id = await put(connection, published, batches)
    if rows <= len(rejected):
        raise Refused("not-the-file", _told(rows, rejected))
    return Loaded(load_id, rows, rejected, known=False)


async def put(
    connection: AsyncConnection, published: Published, batches: AsyncIterator[Batch]
) -> tuple[int, list[Rejected], int]:
    """Put a file where its part of the release stands: rows taken, rows rejected, the load."""
    release = published.release
    release_id = await _release_id(connection, published)
    replaced = await connection.scalars(
        select(reference_load.c.load_id).where(
            reference_load.c.release_id == release_id, reference_load.c.part == published.part
        )
    )
    await _remove(connection, replaced.all(), release.table)
    begun = insert(reference_load).values(
        release_id=release_id,
        part=published.part,
        file_name=published.file_name,
        content_hash=published.content_hash,
        rows_loaded=0,
        rows_rejected=0,
        loaded_at=text("clock_timestamp()"),
    )
    made = await connection.execute(begun.returning(reference_load.c.load_id))
    load_id: int = made.scalar_one()
    rows, rejected = await _copy(connection, load_id, release.table, batches)
    await connection.execute(
        update(reference_load)
        .where(reference_load.c.load_id == load_id)
        .values(rows_loaded=rows, rows_rejected=len(rejected))
    )
    if rejected:
        said = [{"load_id": load_id, "line": each.line, "reason": each.reason} for each in rejected]
        await connection.execute(insert(reference_rejected), said)
    return rows, rejected, load_id


async def take_back(connection: AsyncConnection, load_id: int) -> bool:
    """Take an imported file away, and its release with the last one; False where there is none."""
    await one_at_a_time(connection)
    table_name: str | None = await connection.scalar(
        select(reference_release.c.table_name)
        .join(reference_load, reference_load.c.release_id == reference_release.c.release_id)
        .where(reference_load.c.load_id == load_id, reference_release.c.official)
    )
    if table_name is None:
        return False
    await _remove(connection, [load_id], table_name)
    await _forget_empty(connection)
    return True


async def take_back_shipped(connection: AsyncConnection) -> None:
    """Take away every release that came with the product."""
    shipped = await connection.execute(
        select(reference_release.c.table_name, reference_load.c.load_id)
        .join(reference_load, reference_load.c.release_id == reference_release.c.release_id)
        .where(reference_release.c.official.is_(False))
    )
    for row in shipped.all():
        await _remove(connection, [row.load_id], row.table_name)
    await _forget_empty(connection)


async def list_releases(connection: AsyncConnection, after: int, limit: int) -> list[StoredRelease]:
    """Releases and their parts, in the order in which they first came."""
    found = await connection.execute(
        select(reference_release)
        .where(reference_release.c.release_id > after)
        .order_by(reference_release.c.release_id)
        .limit(limit)
    )
    releases = found.all()
    loads: dict[int, list[Load]] = {}
    parts = select(reference_load).where(
        reference_load.c.release_id.in_([row.release_id for row in releases])
    )
    for row in await connection.execute(parts.order_by(reference_load.c.part)):
        load_id, release_id, *rest = row
        loads.setdefault(release_id, []).append(Load(load_id, *rest))
    return [
        StoredRelease(
            row.release_id,
            Release(row.table_name, row.name, row.since, row.until, row.official),
            row.parts,
            loads.get(row.release_id, []),
        )
        for row in releases
    ]


async def missing_parts(connection: AsyncConnection) -> dict[tuple[str, str], tuple[int, ...]]:
    """By table and name, the parts that official releases still wait for."""
    rows = await connection.execute(
        select(
            reference_release.c.table_name,
            reference_release.c.name,
            reference_release.c.parts,
            func.array_agg(reference_load.c.part).label("there"),
        )
        .join(reference_load, reference_load.c.release_id == reference_release.c.release_id)
        .where(reference_release.c.official)
        .group_by(reference_release.c.release_id)
    )
    return {
        (row.table_name, row.name): tuple(sorted(set(range(1, row.parts + 1)) - set(row.there)))
        for row in rows
    }


async def load_exists(connection: AsyncConnection, load_id: int) -> bool:
    """Whether a file was loaded under this id and not replaced since."""
    found = select(reference_load.c.load_id).where(reference_load.c.load_id == load_id)
    return await connection.scalar(found) is not None


async def list_rejected(
    connection: AsyncConnection, load_id: int, after: int, limit: int
) -> list[Rejected]:
    """Rows of a load that were not taken, by line."""
    rows = await connection.execute(
        select(reference_rejected.c.line, reference_rejected.c.reason)
        .where(reference_rejected.c.load_id == load_id, reference_rejected.c.line > after)
        .order_by(reference_rejected.c.line)
        .limit(limit)
    )
    return [Rejected(*row) for row in rows]


async def _release_id(connection: AsyncConnection, published: Published) -> int:
    """The release of this name, made where there is none.

    A release that is said to begin on another day than it did has moved, with all it holds.
    """
    release = published.release
    days: dict[str, date | int | None] = {
        "since": release.since,
        "until": release.until,
        "parts": published.parts,
    }
    found: int | None = await connection.scalar(
        update(reference_release)
        .where(
            reference_release.c.table_name == release.table,
            reference_release.c.name == release.name,
            reference_release.c.official == release.official,
        )
        .values(**days)
        .returning(reference_release.c.release_id)
    )
    if found is not None:
        return found
    made = insert(reference_release).values(
        table_name=release.table, name=release.name, official=release.official, **days
    )
    new: int = (
        await connection.execute(made.returning(reference_release.c.release_id))
    ).scalar_one()
    return new


async def _same_content(connection: AsyncConnection, published: Published) -> Row[Any] | None:
    """The load of this content in the release of this name; a release may equal the one before."""
    found = select(reference_load, reference_release.c.since, reference_release.c.until).join(
        reference_release, reference_release.c.release_id == reference_load.c.release_id
    )
    rows = await connection.execute(
        found.where(
            reference_load.c.content_hash == published.content_hash,
            reference_release.c.table_name == published.release.table,
            reference_release.c.name == published.release.name,
            reference_release.c.official,
        )
    )
    return rows.one_or_none()


async def _remove(connection: AsyncConnection, loads: Sequence[int], table_name: str) -> None:
    for table in (OF_A_RELEASE[table_name], reference_rejected, reference_load):
        if loads:
            await connection.execute(delete(table).where(table.c.load_id.in_(loads)))


async def _forget_empty(connection: AsyncConnection) -> None:
    used = select(reference_load.c.release_id)
    await connection.execute(
        delete(reference_release).where(reference_release.c.release_id.not_in(used))
    )


async def _copy(
    connection: AsyncConnection, load_id: int, table_name: str, batches: AsyncIterator[Batch]
) -> tuple[int, list[Rejected]]:
    """COPY the rows as they come: no more than a batch of them is ever in memory."""
    rows = 0
    rejected: list[Rejected] = []
    async for batch in batches:
        rows += batch.rows
        rejected += batch.rejected
        if len(rejected) > _MOST_REJECTED:
            raise Refused("not-the-file", _told(rows, rejected))
        await _copy_batch(raw(connection), OF_A_RELEASE[table_name].name, load_id, batch)
    return rows, rejected


async def _copy_batch(
    connection: asyncpg.Connection, table: str, load_id: int, batch: Batch
) -> None:
    if batch.records:
        records = [(load_id, *record) for record in batch.records]
        await connection.copy_records_to_table(table, schema_name=SCHEMA, records=records)
    if batch.copied:
        first = f"{load_id}\t"
        lines = first + batch.copied.replace("\n", f"\n{first}") + "\n"
        await connection.copy_to_table(
            table, schema_name=SCHEMA, source=BytesIO(lines.encode()), format="text"
        )


def _told(rows: int, rejected: Sequence[Rejected]) -> str:
    lines = "; ".join(f"line {each.line}: {each.reason}" for each in rejected[:_TOLD])
    says = f"{rows} rows could be read and {len(rejected)} could not"
    return f"{says} ({lines})" if lines else says
