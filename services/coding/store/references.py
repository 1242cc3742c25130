"""Reference tables: the releases loaded and what the engine reads of them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding import seed
from services.coding.domain.references import References, Tables
from services.coding.store.fees import load_fees
from services.coding.store.history import load_history
from services.coding.tables import REFERENCES, SCHEMA, reference_load
from shared.bus.stage import Input
from shared.db import raw

_LOADING = "coding.references"


class ReferenceTables:
    """The reference tables: loaded into the database once, then held as one snapshot.

    A database that holds the shipped content is not loaded again; a process reads it once.
    """

    def __init__(self) -> None:
        self._snapshot: Tables | None = None

    async def snapshot(self, connection: AsyncConnection) -> Tables:
        """The tables of the releases loaded, shipped ones first where there are none."""
        if self._snapshot is None:
            await _load_shipped(connection)
            rows = {
                table.name: [tuple(row) for row in await connection.execute(select(*table.columns))]
                for table in REFERENCES
            }
            self._snapshot = seed.tables(rows)
        return self._snapshot

    async def references(
        self, connection: AsyncConnection, inputs: Sequence[tuple[UUID, Input]]
    ) -> References:
        """What the handlers of a batch read beside their cases."""
        return References(
            tables=await self.snapshot(connection),
            fees=await load_fees(connection),
            history=await load_history(connection, inputs),
        )


async def _load_shipped(connection: AsyncConnection) -> None:
    """Bring the shipped tables in, unless this very content is there."""
    await connection.execute(
        text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": _LOADING}
    )
    shipped = seed.content_hash()
    known = await connection.scalar(
        select(reference_load.c.content_hash).where(reference_load.c.content_hash == shipped)
    )
    if known is not None:
        return
    records = seed.records()
    for table in reversed(REFERENCES):
        await connection.execute(delete(table))
    for table in REFERENCES:
        await raw(connection).copy_records_to_table(
            table.name, schema_name=SCHEMA, records=records[table.name]
        )
    await connection.execute(delete(reference_load))
    await connection.execute(
        insert(reference_load).values(content_hash=shipped, loaded_at=text("clock_timestamp()"))
    )
