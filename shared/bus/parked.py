"""What people do with parked events: look, drive again, discard. Each deed leaves an audit row.

Everything here works inside a transaction of `Database.transaction`, so on the practices of the
caller alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    MetaData,
    Row,
    and_,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus.apply import SWEEP
from shared.bus.tables import bus_tables
from shared.db import wake_after_commit

_METADATA = MetaData()
bus_tables(_METADATA)
_PARKED = _METADATA.tables["parked"]
_AUDIT = _METADATA.tables["parked_audit"]
_CASES = _METADATA.tables["case_state"]
_CURSOR = _METADATA.tables["cursor"]
_TIMER = _METADATA.tables["timer"]

_row_key = tuple_(_PARKED.c.topic, _PARKED.c.case_id, _PARKED.c.n, _PARKED.c.generation)
_SHOWN = [column for column in _PARKED.c if column.name not in ("raw", "headers")]

ParkedRow = Row[Any]
"""A parked event without its body: topic, case_id, n, event_id, practice_id, kind, status, reason,
attempts, next_at, waiting_for, deadline_at, redriven, parked_at, generation, dead_at."""

ParkedRows = Sequence[ParkedRow]


@dataclass(frozen=True, slots=True)
class Which:
    """A filter over parked events; what is None does not narrow."""

    topic: str | None = None
    case_id: UUID | None = None
    n: int | None = None
    kind: str | None = None
    status: str | None = None

    def condition(self) -> ColumnElement[bool]:
        """The filter as SQL."""
        wanted = {name: getattr(self, name) for name in self.__slots__}
        return and_(
            True, *(_PARKED.c[name] == value for name, value in wanted.items() if value is not None)
        )


async def find_parked(
    connection: AsyncConnection,
    which: Which,
    *,
    limit: int = 100,
    after: tuple[str, UUID, int, int] | None = None,
) -> Sequence[ParkedRow]:
    """Parked events in the order of topic, case, number and generation, those after a key."""
    query = select(*_SHOWN).where(which.condition()).order_by(*_row_key).limit(limit)
    if after is not None:
        query = query.where(_row_key > tuple_(*after))
    return (await connection.execute(query)).all()


async def redrive(
    connection: AsyncConnection,
    which: Which,
    *,
    actor: str,
    reason: str,
    dry_run: bool = False,
) -> Sequence[ParkedRow]:
    """Try dead, discarded, retried and waiting events again at once; gives those it concerns.

    A dead one is applied without regard to its number: its row is the right to apply it once.
    """
    rows = await _lock(
        connection, which, (_PARKED.c.kind != "gap") & (_PARKED.c.status != "applied")
    )
    if not dry_run and rows:
        await connection.execute(
            update(_PARKED)
            .where(_row_key.in_([_key(row) for row in rows]))
            .values(
                redriven=_PARKED.c.redriven | (_PARKED.c.status != "open"),
                status="open",
                kind="retry",
                attempts=0,
                next_at=func.clock_timestamp(),
                dead_at=None,
            )
        )
        await _audit(connection, rows, "redrive", actor, reason)
        wake_after_commit(connection, SWEEP)
    return rows


async def discard(
    connection: AsyncConnection,
    which: Which,
    *,
    actor: str,
    reason: str,
    dry_run: bool = False,
) -> Sequence[ParkedRow]:
    """Give parked events up for good; their cases go on without them. The rows stay, discarded.

    A gap is no event's own fault: it goes when the number before it is applied or discarded.
    """
    rows = await _lock(
        connection,
        which,
        (_PARKED.c.kind != "gap") & _PARKED.c.status.not_in(["discarded", "applied"]),
    )
    if not dry_run and rows:
        keys = [_key(row) for row in rows]
        await connection.execute(
            update(_PARKED)
            .where(_row_key.in_(keys))
            .values(status="discarded", next_at=None, redriven=False, deadline_at=None)
        )
        deadlines = [(row.case_id, f"waiting:{row.topic}:{row.n}") for row in rows]
        await connection.execute(
            delete(_TIMER).where(tuple_(_TIMER.c.case_id, _TIMER.c.kind).in_(deadlines))
        )
        for row in rows:
            if row.status == "open" and not row.redriven:
                await _go_on_after(connection, row)
        await _audit(connection, rows, "discard", actor, reason)
        wake_after_commit(connection, SWEEP)
    return rows


async def _lock(
    connection: AsyncConnection, which: Which, also: ColumnElement[bool]
) -> Sequence[ParkedRow]:
    """The rows in question, their cases locked first as everywhere, then read again."""
    wanted = and_(which.condition(), also)
    found = select(_PARKED.c.case_id).where(wanted).scalar_subquery()
    await connection.execute(
        select(_CASES.c.case_id)
        .where(_CASES.c.case_id.in_(found))
        .order_by(_CASES.c.case_id)
        .with_for_update()
    )
    return (await connection.execute(select(*_SHOWN).where(wanted).order_by(*_row_key))).all()


async def _go_on_after(connection: AsyncConnection, row: ParkedRow) -> None:
    """Move the cursor over an open event that will never be applied, and wake its successor."""
    place = {"topic": row.topic, "case_id": row.case_id}
    await connection.execute(
        upsert(_CURSOR)
        .values(**place, practice_id=row.practice_id, last_n=row.n, generation=row.generation)
        .on_conflict_do_update(
            index_elements=["topic", "case_id"],
            set_={"last_n": row.n, "generation": row.generation},
            where=_CURSOR.c.last_n == row.n - 1,
        )
    )
    await connection.execute(
        update(_PARKED)
        .where(
            _PARKED.c.topic == row.topic,
            _PARKED.c.case_id == row.case_id,
            _PARKED.c.n == row.n + 1,
            _PARKED.c.kind == "gap",
            _PARKED.c.status == "open",
        )
        .values(next_at=func.clock_timestamp())
    )


async def _audit(
    connection: AsyncConnection, rows: Sequence[ParkedRow], action: str, actor: str, reason: str
) -> None:
    await connection.execute(
        insert(_AUDIT),
        [
            {
                "practice_id": row.practice_id,
                "actor": actor,
                "action": action,
                "reason": reason,
                "topic": row.topic,
                "case_id": row.case_id,
                "n": row.n,
            }
            for row in rows
        ],
    )


def _key(row: ParkedRow) -> tuple[str, UUID, int, int]:
    return row.topic, row.case_id, row.n, row.generation
