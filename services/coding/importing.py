"""An official file becomes rows: read, checked and loaded in one transaction, or not at all."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from services.coding import official, store
from services.coding.domain.official import Batch, Published
from services.coding.official import OfficialFile, Said
from shared.db import Database

Progress: TypeAlias = Callable[[str, float, int], None]
"""Told after each batch: the file, the share that is read (0 to 1), the rows so far."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one text. missing: the parts that its release still waits for."""

    published: Published
    loaded: store.Loaded
    missing: tuple[int, ...]


def no_progress(_: str, __: float, ___: int) -> None:
    """For who does not watch."""


async def import_file(
    database: Database, path: Path, file_name: str, said: Said, progress: Progress = no_progress
) -> list[Imported]:
    """Load every official table a file holds; nothing of it where one of them cannot be.

    The rows belong to no practice: everybody codes by them as soon as this returns.

    Raises:
        Refused: the file is damaged, unknown or says no release, or its rows are not as they should
            be.
    """
    files = await asyncio.to_thread(official.read, path, file_name, said)
    async with database.transaction([]) as connection:
        loaded = []
        for file in files:
            async with aclosing(_rows(file, progress)) as rows:
                loaded.append((file.published, await store.load(connection, file.published, rows)))
        missing = await store.missing_parts(connection)
    return [
        Imported(
            published, each, missing.get((published.release.table, published.release.name), ())
        )
        for published, each in loaded
    ]


async def _rows(file: OfficialFile, progress: Progress) -> AsyncGenerator[Batch, None]:
    """Read off the event loop, a batch ahead of loading: a service goes on answering."""
    rows = 0
    with closing(file.batches()) as batches:
        ahead = _next(batches)
        try:
            while (read := await ahead) is not None:
                ahead = _next(batches)
                batch, share = read
                rows += batch.rows
                progress(file.member.name, share, rows)
                yield batch
        finally:
            await asyncio.wait([ahead])  # a file is not closed while it is read


def _next(
    batches: Iterator[tuple[Batch, float]],
) -> "asyncio.Future[tuple[Batch, float] | None]":
    return asyncio.ensure_future(asyncio.to_thread(next, batches, None))
