"""Fees of the practices."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, insert, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding.domain.references import Fee, FeeSchedule
from services.coding.tables import fee

_GENERAL = ""
"""How the table writes the schedule that is for every payer without one of its own."""


async def load_fees(connection: AsyncConnection) -> dict[str, FeeSchedule]:
    """The fees of the practices of this transaction."""
    found: dict[str, dict[str, tuple[Fee, ...]]] = {}
    for row in await connection.execute(select(fee).order_by(fee.c.code, fee.c.effective_from)):
        schedule = found.setdefault(row.practice_id, {})
        schedule[row.code] = (*schedule.get(row.code, ()), _fee(row))
    return dict(found)


async def replace_fees(
    connection: AsyncConnection,
    practice_id: str,
    fees: Sequence[tuple[str, Fee]],
    payers: Collection[str | None] | None = None,
) -> None:
    """Put fees in place of those the practice had, of these payers (None: the general schedule).

    payers: whose schedules the fees are; without it the fees are all the practice has.
    """
    old = delete(fee).where(fee.c.practice_id == practice_id)
    if payers is not None:
        old = old.where(fee.c.payer_id.in_([payer or _GENERAL for payer in payers]))
    await connection.execute(old)
    rows = [
        {
            "practice_id": practice_id,
            "payer_id": each.payer_id or _GENERAL,
            "code": code,
            "effective_from": each.since,
            "effective_to": each.until,
            "component": each.component,
            "amount": each.amount,
        }
        for code, each in fees
    ]
    if rows:
        await connection.execute(insert(fee), rows)


async def list_fees(
    connection: AsyncConnection, after: tuple[str, date, str, str] | None, limit: int
) -> list[tuple[str, Fee]]:
    """Fees by code, in the order of code, first day, payer and component."""
    order = (fee.c.code, fee.c.effective_from, fee.c.payer_id, fee.c.component)
    query = select(fee)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*(literal(each) for each in after)))
    rows = await connection.execute(query.order_by(*order).limit(limit))
    return [(row.code, _fee(row)) for row in rows]


def _fee(row: Row[Any]) -> Fee:
    return Fee(
        row.effective_from, row.amount, row.effective_to, row.payer_id or None, row.component
    )
