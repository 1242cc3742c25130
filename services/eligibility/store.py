"""Every SQL statement of eligibility."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, Text, cast, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.eligibility import tables
from services.eligibility.domain.case import Case
from shared.bus.codec import decode
from shared.bus.stage import Change

_STATE = tables.metadata.tables[f"{tables.SCHEMA}.case_state"]


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit as it is listed."""

    visit_id: str
    case_id: UUID
    mrn: str
    scheduled_at: datetime
    status: str
    classification: str
    payer_id: str | None


@dataclass(frozen=True, slots=True)
class AuthorizationRow:
    """Where an authorization is registered."""

    authorization_id: UUID
    case_id: UUID
    visit_id: str


async def save(connection: AsyncConnection, changes: Sequence[Change[Case]]) -> None:
    """Project what is listed of the changed cases."""
    for change in changes:
        await _save_visit(connection, change)
        await _save_authorizations(connection, change)


async def _save_visit(connection: AsyncConnection, change: Change[Case]) -> None:
    visit, answer = change.after.visit, change.after.answer
    if visit is None or answer is None:
        return
    values = {
        "case_id": change.case_id,
        "mrn": visit.mrn,
        "scheduled_at": visit.scheduled_at,
        "status": visit.status,
        "classification": answer.classification,
        "payer_id": visit.coverage.payer_id if visit.coverage else None,
    }
    await connection.execute(
        insert(tables.visit)
        .values(practice_id=change.practice_id, visit_id=visit.visit_id, **values)
        .on_conflict_do_update(constraint=tables.visit.primary_key, set_=values)
    )


async def _save_authorizations(connection: AsyncConnection, change: Change[Case]) -> None:
    visit = change.after.visit
    if visit is None or change.after.register == change.before.register:
        return
    for each in change.after.register:
        values = {
            "case_id": change.case_id,
            "visit_id": visit.visit_id,
            "number": each.authorization.number,
            "status": each.authorization.status,
        }
        await connection.execute(
            insert(tables.prior_authorization)
            .values(
                practice_id=change.practice_id, authorization_id=each.authorization_id, **values
            )
            .on_conflict_do_update(constraint=tables.prior_authorization.primary_key, set_=values)
        )


async def load_case(connection: AsyncConnection, case_id: UUID) -> Case | None:
    """The case as it stands; None where nothing is known of it."""
    found = await connection.scalar(
        select(cast(_STATE.c.state, Text)).where(_STATE.c.case_id == case_id)
    )
    return None if found is None else decode(Case, found)


async def find_covered_case(connection: AsyncConnection, mrn: str) -> UUID | None:
    """The case of the patient's latest visit with a known payer."""
    table = tables.visit
    found: UUID | None = await connection.scalar(
        select(table.c.case_id)
        .where(table.c.mrn == mrn, table.c.payer_id.is_not(None))
        .order_by(table.c.scheduled_at.desc())
        .limit(1)
    )
    return found


async def list_visits(
    connection: AsyncConnection,
    after: tuple[datetime, str] | None,
    limit: int,
    *,
    status: str | None = None,
    classification: str | None = None,
) -> Sequence[VisitRow]:
    """Visits in the order of their appointments."""
    table = tables.visit
    query = select(
        table.c.visit_id,
        table.c.case_id,
        table.c.mrn,
        table.c.scheduled_at,
        table.c.status,
        table.c.classification,
        table.c.payer_id,
    ).order_by(table.c.scheduled_at, table.c.visit_id)
    if after is not None:
        query = query.where(tuple_(table.c.scheduled_at, table.c.visit_id) > tuple_(*after))
    if status is not None:
        query = query.where(table.c.status == status)
    if classification is not None:
        query = query.where(table.c.classification == classification)
    return [VisitRow(*row) for row in await connection.execute(query.limit(limit))]


async def find_authorization(
    connection: AsyncConnection, authorization_id: UUID
) -> AuthorizationRow | None:
    """Where an authorization is registered; None where it is not."""
    table = tables.prior_authorization
    query = _authorizations().where(table.c.authorization_id == authorization_id)
    row = (await connection.execute(query)).first()
    return None if row is None else _authorization_row(row)


async def list_authorizations(
    connection: AsyncConnection, after: tuple[UUID] | None, limit: int, visit_id: str | None
) -> Sequence[AuthorizationRow]:
    """Registered authorizations, of one visit where it is named."""
    table = tables.prior_authorization
    query = _authorizations().order_by(table.c.authorization_id)
    if after is not None:
        query = query.where(table.c.authorization_id > after[0])
    if visit_id is not None:
        query = query.where(table.c.visit_id == visit_id)
    return [_authorization_row(row) for row in await connection.execute(query.limit(limit))]


def _authorization_row(row: Row[tuple[UUID, UUID, str]]) -> AuthorizationRow:
    return AuthorizationRow(row.authorization_id, row.case_id, row.visit_id)


def _authorizations() -> Select[tuple[UUID, UUID, str]]:
    table = tables.prior_authorization
    return select(table.c.authorization_id, table.c.case_id, table.c.visit_id)
