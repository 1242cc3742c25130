"""Transaction sets of 835 files: posted, quarantined, recognised when they come again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, delete, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.submission.tables import remittance, unmatched_claim

RemittanceStatus = Literal["posted", "quarantined", "duplicate", "repaired"]


@dataclass(frozen=True, slots=True)
class NewRemittance:
    """One ST as it is kept. `document` is what `POST /v1/remittances/check` would have answered."""

    practice_id: str
    remittance_id: UUID
    message_id: UUID
    sender: str
    receiver: str
    interchange_control_number: str
    group_control_number: str
    control_number: str
    body_hash: bytes
    trace_number: str
    payer_id: str
    payment_date: date | None
    payment_amount: Decimal
    payee_npi: str
    status: RemittanceStatus
    document: dict[str, Any]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A claim of a remittance that is none of ours as far as we can tell."""

    position: int
    claim_id: str
    payer_control_number: str | None
    claim_status: str
    charge: Decimal
    paid: Decimal


async def insert_remittance(connection: AsyncConnection, new: NewRemittance) -> bool:
    """Keep one ST; whether it is new (a message interpreted again finds its own row)."""
    values = {name: getattr(new, name) for name in NewRemittance.__dataclass_fields__}
    given = (
        insert(remittance).values(values).on_conflict_do_nothing(index_elements=["remittance_id"])
    )
    added = await connection.execute(given.returning(remittance.c.remittance_id))
    return added.first() is not None


async def insert_unmatched(
    connection: AsyncConnection, practice_id: str, remittance_id: UUID, claims: Sequence[Unmatched]
) -> None:
    """Keep the claims that matched nothing where they are seen."""
    if claims:
        await connection.execute(
            insert(unmatched_claim)
            .values(
                [
                    {
                        "practice_id": practice_id,
                        "remittance_id": remittance_id,
                        "position": each.position,
                        "claim_id": each.claim_id,
                        "payer_control_number": each.payer_control_number,
                        "claim_status": each.claim_status,
                        "charge": each.charge,
                        "paid": each.paid,
                    }
                    for each in claims
                ]
            )
            .on_conflict_do_nothing()
        )


async def same_content(connection: AsyncConnection, body_hash: bytes) -> bool:
    """Whether an ST with this very content was taken before."""
    return await _exists(connection, remittance.c.body_hash == body_hash)


async def same_key(connection: AsyncConnection, new: NewRemittance) -> bool:
    """Whether another content came under these control numbers; what it repairs does not count."""
    return await _exists(
        connection,
        and_(
            _same_numbers(new),
            or_(remittance.c.message_id != new.message_id, remittance.c.status != "quarantined"),
            remittance.c.status != "repaired",
        ),
    )


async def close_repaired(connection: AsyncConnection, new: NewRemittance) -> None:
    """What was held of the same message under the same numbers is repaired by this one."""
    await connection.execute(
        update(remittance)
        .where(
            _same_numbers(new),
            remittance.c.message_id == new.message_id,
            remittance.c.status == "quarantined",
            remittance.c.remittance_id != new.remittance_id,
        )
        .values(status="repaired")
    )


def _same_numbers(new: NewRemittance) -> ColumnElement[bool]:
    return and_(
        remittance.c.sender == new.sender,
        remittance.c.receiver == new.receiver,
        remittance.c.interchange_control_number == new.interchange_control_number,
        remittance.c.group_control_number == new.group_control_number,
        remittance.c.control_number == new.control_number,
    )


async def same_payment(connection: AsyncConnection, new: NewRemittance) -> Sequence[RowMapping]:
    """Posted sets of the same check or transfer: one payment may come in several sets."""
    query = select(remittance).where(
        remittance.c.payer_id == new.payer_id,
        remittance.c.trace_number == new.trace_number,
        remittance.c.payment_date == new.payment_date,
        remittance.c.payment_amount == new.payment_amount,
        remittance.c.payee_npi == new.payee_npi,
        remittance.c.status == "posted",
    )
    return (await connection.execute(query)).mappings().all()


async def _exists(connection: AsyncConnection, condition: ColumnElement[bool]) -> bool:
    query = select(remittance.c.remittance_id).where(condition).limit(1)
    return (await connection.execute(query)).first() is not None


async def list_remittances(
    connection: AsyncConnection,
    status: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Transaction sets, newest first, of one status where it is named."""
    query = select(remittance)
    if status is not None:
        query = query.where(remittance.c.status == status)
    if after is not None:
        query = query.where(tuple_(remittance.c.received_at, remittance.c.remittance_id) < after)
    query = query.order_by(remittance.c.received_at.desc(), remittance.c.remittance_id.desc())
    return (await connection.execute(query.limit(limit))).mappings().all()


async def load_remittance(connection: AsyncConnection, remittance_id: UUID) -> RowMapping | None:
    """One transaction set."""
    query = select(remittance).where(remittance.c.remittance_id == remittance_id)
    return (await connection.execute(query)).mappings().first()


async def list_unmatched(
    connection: AsyncConnection, after: tuple[UUID, int] | None, limit: int
) -> Sequence[RowMapping]:
    """Claims of remittances that matched nothing."""
    key = (unmatched_claim.c.remittance_id, unmatched_claim.c.position)
    query = select(unmatched_claim)
    if after is not None:
        query = query.where(tuple_(*key) > after)
    return (await connection.execute(query.order_by(*key).limit(limit))).mappings().all()


async def load_unmatched(
    connection: AsyncConnection, remittance_id: UUID, position: int
) -> RowMapping | None:
    """One claim that matched nothing, locked for whoever matches it."""
    query = (
        select(unmatched_claim)
        .where(
            unmatched_claim.c.remittance_id == remittance_id,
            unmatched_claim.c.position == position,
        )
        .with_for_update()
    )
    return (await connection.execute(query)).mappings().first()


async def delete_unmatched(connection: AsyncConnection, remittance_id: UUID, position: int) -> None:
    """It is matched: the ledger holds it from now on."""
    await connection.execute(
        delete(unmatched_claim).where(
            unmatched_claim.c.remittance_id == remittance_id,
            unmatched_claim.c.position == position,
        )
    )
