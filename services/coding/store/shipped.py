"""The shipped reference tables, brought into the database."""

from collections.abc import AsyncIterator

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding import seed
from services.coding.domain.official import Batch, Published
from services.coding.snapshot import Held
from services.coding.store.releases import one_at_a_time, put, take_back_shipped
from services.coding.tables import SCHEMA, SHIPPED, reference_load
from shared.db import raw

_FILE = "shipped"


async def load_shipped(connection: AsyncConnection) -> None:
    """Bring the shipped tables in, unless this very content is there."""
    if await _is_there(connection):
        return
    await one_at_a_time(connection)
    if await _is_there(connection):
        return
    content = seed.content()
    for table in SHIPPED:
        await connection.execute(delete(table))
        await raw(connection).copy_records_to_table(
            table.name, schema_name=SCHEMA, records=content.shipped[table.name]
        )
    await take_back_shipped(connection)
    for held in content.releases:
        published = Published(held.release, 1, 1, _FILE, seed.content_hash())
        await put(connection, published, _all_of(held))


async def _is_there(connection: AsyncConnection) -> bool:
    known = await connection.scalar(
        select(reference_load.c.load_id)
        .where(
            reference_load.c.file_name == _FILE,
            reference_load.c.content_hash == seed.content_hash(),
        )
        .limit(1)
    )
    return known is not None


async def _all_of(held: Held) -> AsyncIterator[Batch]:
    yield Batch([tuple(record) for record in held.records])
