"""Fees of the practices."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import delete, insert, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding.domain.references import Fee, FeeSchedule
from services.coding.tables import fee


async def load_fees(connection: AsyncConnection) -> dict[str, FeeSchedule]:
    """The fees of the practices of this transaction."""
    found: dict[str, dict[str, tuple[Fee, ...]]] = {}
    for row in await connection.execute(select(fee).order_by(fee.c.code, fee.c.effective_from)):
        schedule = found.setdefault(row.practice_id, {})
        schedule[row.code] = (*schedule.get(row.code, ()), Fee(row.effective_from, row.amount))
    return dict(found)


async def replace_fees(
    connection: AsyncConnection, practice_id: str, fees: Iterable[tuple[str, date, Decimal]]
) -> None:
    """Put a practice's fees in place of those it had."""
    await connection.execute(delete(fee).where(fee.c.practice_id == practice_id))
    rows = [
        {"practice_id": practice_id, "code": code, "effective_from": since, "amount": amount}
        for code, since, amount in fees
    ]
    if rows:
        await connection.execute(insert(fee), rows)


async def list_fees(
    connection: AsyncConnection, after: tuple[str, date] | None, limit: int
) -> list[tuple[str, Fee]]:
    """Fees by code, in the order of code and first day."""
    query = select(fee.c.code, fee.c.effective_from, fee.c.amount)
    if after is not None:
        place = tuple_(fee.c.code, fee.c.effective_from)
        query = query.where(place > tuple_(literal(after[0]), literal(after[1])))
    rows = await connection.execute(query.order_by(fee.c.code, fee.c.effective_from).limit(limit))
    return [(row.code, Fee(row.effective_from, row.amount)) for row in rows]
