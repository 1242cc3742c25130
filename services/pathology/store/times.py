"""How long results may take, and how long they took."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, case, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.waiting import Days, WaitingTimes
from services.pathology.tables import specimen, waiting_time
from shared.kernel.business_days import PRACTICE_ZONE


async def load_times(connection: AsyncConnection, practice_id: str) -> WaitingTimes:
    """The waiting times of a practice; where it has set none, the usual ones."""
    rows = await connection.execute(
        select(waiting_time).where(waiting_time.c.practice_id == practice_id)
    )
    days = {row.lab_id: Days(row.expected, row.reminder, row.escalation) for row in rows}
    default = days.pop("", Days())
    return WaitingTimes(default, days)


async def keep_times(connection: AsyncConnection, practice_id: str, times: WaitingTimes) -> None:
    """Set the waiting times of a practice, all of them."""
    mine = waiting_time.c.practice_id == practice_id
    await connection.execute(delete(waiting_time).where(mine))
    every: Mapping[str, Days] = {"": times.default, **times.labs}
    await connection.execute(
        insert(waiting_time),
        [
            {
                "practice_id": practice_id,
                "lab_id": lab_id,
                "expected": days.expected,
                "reminder": days.reminder,
                "escalation": days.escalation,
            }
            for lab_id, days in every.items()
        ],
    )


async def turnaround(
    connection: AsyncConnection, first: date | None, last: date | None, now: datetime
) -> Sequence[Row[Any]]:
    """Per laboratory, of specimens collected from `first` to `last`: counts, and days it took.

    Days are calendar days with their fraction, from collection to the first final report.
    """
    took = func.extract("epoch", specimen.c.returned_at - specimen.c.collected_at) / 86400
    waiting = specimen.c.state == "waiting"
    asked = (
        select(
            specimen.c.lab_id,
            func.count().label("specimens"),
            func.count(case((waiting, 1))).label("waiting"),
            func.count(case((waiting & (specimen.c.expected_at < now), 1))).label("late"),
            func.count(specimen.c.returned_at).label("returned"),
            func.count(case((specimen.c.returned_at <= specimen.c.expected_at, 1))).label(
                "in_time"
            ),
            func.percentile_cont(0.5).within_group(took).label("median_days"),
            func.percentile_cont(0.9).within_group(took).label("slowest_tenth_days"),
        )
        .group_by(specimen.c.lab_id)
        .order_by(specimen.c.lab_id)
    )
    if first is not None:
        asked = asked.where(specimen.c.collected_at >= _start(first))
    if last is not None:
        asked = asked.where(specimen.c.collected_at < _start(last))
    return (await connection.execute(asked)).all()


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), PRACTICE_ZONE)
