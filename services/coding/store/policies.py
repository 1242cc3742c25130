"""Policies of the practices, by the date of service from which they hold."""

from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding.domain.policy import PolicyBook
from services.coding.tables import policy

_BOOK = TypeAdapter(PolicyBook)


async def load_policies(connection: AsyncConnection) -> dict[str, tuple[PolicyBook, ...]]:
    """The policies of the practices of this transaction that have chosen any."""
    found: dict[str, tuple[PolicyBook, ...]] = {}
    for row in await connection.execute(select(policy).order_by(policy.c.since)):
        found[row.practice_id] = (*found.get(row.practice_id, ()), _book(row))
    return found


async def list_policies(
    connection: AsyncConnection, after: date | None, limit: int
) -> list[PolicyBook]:
    """The policies of the practice, the earliest first."""
    query = select(policy)
    if after is not None:
        query = query.where(policy.c.since > after)
    rows = await connection.execute(query.order_by(policy.c.since).limit(limit))
    return [_book(row) for row in rows]


async def put_policy(connection: AsyncConnection, practice_id: str, book: PolicyBook) -> None:
    """Put it in place of the one that begins on the same day."""
    await remove_policy(connection, practice_id, book.since)
    document = _BOOK.dump_python(book, mode="json", exclude={"since"})
    values = {"practice_id": practice_id, "since": book.since, "document": document}
    await connection.execute(insert(policy).values(values))


async def remove_policy(connection: AsyncConnection, practice_id: str, since: date) -> bool:
    """Take the one away that begins on a day; whether there was one."""
    of_day = (policy.c.practice_id == practice_id, policy.c.since == since)
    return (await connection.execute(delete(policy).where(*of_day))).rowcount > 0


def _book(row: Row[Any]) -> PolicyBook:
    return _BOOK.validate_python({"since": row.since, **row.document})
