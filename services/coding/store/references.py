"""The snapshot of the reference tables: read once, and again when a release has come."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, RowMapping, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding import snapshot
from services.coding.domain.references import References, Tables
from services.coding.domain.releases import DIAGNOSES, LOCALITIES, QUALIFYING_VALUES, Release
from services.coding.snapshot import Content, Held, Record
from services.coding.store.fees import load_fees
from services.coding.store.history import load_history
from services.coding.store.policies import load_policies
from services.coding.store.shipped import load_shipped
from services.coding.tables import OF_A_RELEASE, SHIPPED, reference_load, reference_release
from shared.bus.stage import Input

_NOT_ASKED = (QUALIFYING_VALUES, LOCALITIES)
"""Kept, and read by no decision."""


class ReferenceTables:
    """The reference tables: loaded into the database at first use, then held as one snapshot.

    carry_forward: go on with the last official release where none covers the date of service.
    Each use asks for the newest load, which costs one look at an index, so a release that another
    process imported is in force at once.
    """

    def __init__(self, *, carry_forward: bool = False) -> None:
        self._carry_forward = carry_forward
        self._snapshot: Tables | None = None
        self._newest: tuple[int, int] | None = None
        self._reading = asyncio.Lock()

    async def snapshot(self, connection: AsyncConnection) -> Tables:
        """The tables of the releases that are there whole, shipped ones first where none are."""
        if self._snapshot is None or await _newest_load(connection) != self._newest:
            async with self._reading:
                await self._renew(connection)
        assert self._snapshot is not None
        return self._snapshot

    async def references(
        self, connection: AsyncConnection, inputs: Sequence[tuple[UUID, Input]]
    ) -> References:
        """What the handlers of a batch read beside their cases."""
        return References(
            tables=await self.snapshot(connection),
            fees=await load_fees(connection),
            history=await load_history(connection, inputs),
            policies=await load_policies(connection),
        )

    async def _renew(self, connection: AsyncConnection) -> None:
        if self._snapshot is None:
            await load_shipped(connection)
        newest = await _newest_load(connection)
        while newest != self._newest:  # a load that commits while we read makes us read again
            content = await _read(connection)
            self._snapshot = snapshot.tables(content, carry_forward=self._carry_forward)
            self._newest = newest
            newest = await _newest_load(connection)


async def _newest_load(connection: AsyncConnection) -> tuple[int, int]:
    """Changes with every load and with every one that is taken back."""
    newest, number = func.coalesce(func.max(reference_load.c.load_id), 0), func.count()
    row = (await connection.execute(select(newest, number).select_from(reference_load))).one()
    return row[0], row[1]


async def _read(connection: AsyncConnection) -> Content:
    shipped = {
        table.name: [tuple(row) for row in await connection.execute(select(*table.columns))]
        for table in SHIPPED
    }
    codes = [record[0] for record in shipped["code"]]
    releases = []
    for row in (await connection.execute(_whole())).mappings():
        if row["table_name"] not in _NOT_ASKED:
            releases.append(await _held(connection, row, codes))
    return Content(shipped, releases)


def _whole() -> Select[Any]:
    """Releases of which every part is there, with their loads."""
    loads = func.array_agg(reference_load.c.load_id, type_=Integer)
    return (
        select(reference_release, loads.label("loads"))
        .join(reference_load, reference_load.c.release_id == reference_release.c.release_id)
        .group_by(reference_release.c.release_id)
        .having(func.count() == reference_release.c.parts)
        .order_by(reference_release.c.release_id)
    )


async def _held(connection: AsyncConnection, row: RowMapping, codes: Sequence[str]) -> Held:
    """A release with those of its rows that speak of codes the engine can put on a claim."""
    name: str = row["table_name"]
    table = OF_A_RELEASE[name]
    _, key, *others = table.columns
    asked: list[ColumnElement[bool]] = [table.c.load_id.in_(row["loads"])]
    if name != DIAGNOSES:
        asked.append(key.in_(codes))
    if "column_2" in table.c:
        asked.append(table.c.column_2.in_(codes))
    rows = await connection.execute(select(key, *others).where(and_(*asked)))
    records: list[Record] = [tuple(each) for each in rows]
    release = Release(name, row["name"], row["since"], row["until"], row["official"])
    return Held(release, records)
