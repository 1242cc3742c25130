"""Policies of the practices."""

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding.domain.policy import PolicyBook
from services.coding.tables import policy

_BOOK = TypeAdapter(PolicyBook)


async def load_policies(connection: AsyncConnection) -> dict[str, PolicyBook]:
    """The policies of the practices of this transaction that have chosen any."""
    rows = await connection.execute(select(policy))
    return {row.practice_id: _BOOK.validate_python(row.document) for row in rows}


async def replace_policies(connection: AsyncConnection, practice_id: str, book: PolicyBook) -> None:
    """Put them in place of those the practice had."""
    document = _BOOK.dump_python(book, mode="json")
    put = insert(policy).values(practice_id=practice_id, document=document)
    await connection.execute(
        put.on_conflict_do_update(
            index_elements=["practice_id"], set_={"document": put.excluded.document}
        )
    )
