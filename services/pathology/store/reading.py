"""What is read back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.store.rows import ResultRow
from services.pathology.tables import result, specimen


async def load_result(connection: AsyncConnection, result_id: str) -> ResultRow | None:
    """The latest document kept under an id."""
    rows = await connection.execute(
        select(result)
        .where(result.c.result_id == result_id)
        .order_by(result.c.reported_at.desc(), result.c.document_hash)
        .limit(1)
    )
    return rows.one_or_none()


async def load_revisions(connection: AsyncConnection, row: ResultRow) -> Sequence[ResultRow]:
    """The reports of the same lab, accession and part, oldest first."""
    rows = await connection.execute(
        select(result)
        .where(
            result.c.lab_id == row.lab_id,
            result.c.accession == row.accession,
            or_(
                result.c.specimen_id == row.specimen_id,
                and_(result.c.specimen_id.is_(None), result.c.part.is_not_distinct_from(row.part)),
            ),
        )
        .order_by(result.c.reported_at, result.c.result_id)
    )
    return rows.all()


async def results_of_message(connection: AsyncConnection, message_id: UUID) -> Sequence[ResultRow]:
    """The results a message carried, in the order of their parts."""
    rows = await connection.execute(
        select(result)
        .where(result.c.message_id == message_id)
        .order_by(result.c.part, result.c.result_id)
    )
    return rows.all()


async def list_results(
    connection: AsyncConnection,
    *,
    state: str | None,
    received_before: datetime | None = None,
    after: tuple[datetime, str, str] | None,
    limit: int,
) -> Sequence[ResultRow]:
    """Results, the latest received first."""
    key = (result.c.received_at, result.c.result_id, result.c.document_hash)
    asked = select(result).order_by(*(column.desc() for column in key)).limit(limit)
    if state is not None:
        asked = asked.where(result.c.state == state)
    if received_before is not None:
        asked = asked.where(result.c.received_at <= received_before)
    if after is not None:
        asked = asked.where(tuple_(*key) < tuple_(*after))
    return (await connection.execute(asked)).all()


async def list_specimens(
    connection: AsyncConnection,
    *,
    state: str | None,
    case_id: UUID | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[ResultRow]:
    """Specimens, the longest waiting first."""
    key = (specimen.c.collected_at, specimen.c.specimen_id)
    asked = select(specimen).order_by(*key).limit(limit)
    if state is not None:
        asked = asked.where(specimen.c.state == state)
    if case_id is not None:
        asked = asked.where(specimen.c.case_id == case_id)
    if after is not None:
        asked = asked.where(tuple_(*key) > tuple_(*after))
    return (await connection.execute(asked)).all()


async def cases_with(connection: AsyncConnection, specimen_id: str) -> list[UUID]:
    """The cases that have a specimen of that id."""
    rows = await connection.execute(
        select(specimen.c.case_id).where(specimen.c.specimen_id == specimen_id)
    )
    return list(rows.scalars())
