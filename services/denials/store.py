"""Every SQL statement of denials' own table."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Row, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.denials.domain.case import Case, Denial
from services.denials.tables import denial
from shared.bus.stage import Change

_DENIAL = TypeAdapter(Denial)

DenialRow = Row[Any]


async def save(connection: AsyncConnection, changes: Sequence[Change[Case]]) -> None:
    """Bring the denials of the changed cases up to date."""
    rows = [
        _columns(change, each)
        for change in changes
        for each in change.after.denials
        if each != change.before.denial(each.denial_id)
    ]
    if not rows:
        return
    new = insert(denial)
    await connection.execute(
        new.on_conflict_do_update(
            index_elements=["denial_id"], set_={name: new.excluded[name] for name in rows[0]}
        ),
        rows,
    )


def _columns(change: Change[Case], each: Denial) -> dict[str, object]:
    return {
        "practice_id": change.practice_id,
        "denial_id": each.denial_id,
        "case_id": change.case_id,
        "claim_id": each.claim_id,
        "version": each.version,
        "state": each.state,
        "root_cause": each.answer.root_cause,
        "stage": each.answer.stage,
        "next_action": each.answer.next_action,
        "denied_amount": each.answer.denied_amount,
        "received_on": each.received_on,
        "due_on": each.answer.due_on,
        "judged": _DENIAL.dump_python(each, mode="json"),
    }


def denial_of(row: DenialRow) -> Denial:
    """The denial of a row."""
    return _DENIAL.validate_python(row.judged)


async def load_denial(connection: AsyncConnection, denial_id: str) -> DenialRow | None:
    """A denial of the practices this transaction sees."""
    found = await connection.execute(select(denial).where(denial.c.denial_id == denial_id))
    return found.one_or_none()


async def list_denials(
    connection: AsyncConnection,
    *,
    claim_id: str | None,
    case_id: UUID | None,
    root_cause: str | None,
    after: tuple[date, str] | None,
    limit: int,
) -> Sequence[DenialRow]:
    """Denials that stand, the latest first."""
    key = (denial.c.received_on, denial.c.denial_id)
    asked = select(denial).where(denial.c.state != "withdrawn")
    for column, value in (
        (denial.c.claim_id, claim_id),
        (denial.c.case_id, case_id),
        (denial.c.root_cause, root_cause),
    ):
        if value is not None:
            asked = asked.where(column == value)
    if after is not None:
        asked = asked.where(tuple_(*key) < tuple_(*after))
    asked = asked.order_by(*(column.desc() for column in key)).limit(limit)
    return (await connection.execute(asked)).all()
