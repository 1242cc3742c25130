"""Files of ours: control numbers, the sealed file, what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.submission.domain.acknowledgement import BatchSent, SetSent
from services.submission.tables import batch, control_number
from shared.db import Database

FILE_PURPOSE = "claim_file"
"""What the vault seals the bytes of a file for."""


@dataclass(frozen=True, slots=True)
class ClaimInFile:
    """A version in a file: CLM01, its case, and from which segment it stands in its set."""

    patient_control_number: str
    case_id: UUID
    claim_id: str
    version: int
    position: int


@dataclass(frozen=True, slots=True)
class SetInFile:
    """One ST of a file with its claims and its billing provider."""

    control_number: str
    billing_npi: str
    claims: tuple[ClaimInFile, ...]


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A file as it is stored before its first byte leaves (BT-3). `file` is sealed."""

    practice_id: str
    batch_id: str
    route: str
    interchange_control_number: str
    group_control_number: str
    sets: tuple[SetInFile, ...]
    file: bytes
    body_hash: bytes
    charge: Decimal
    formed_at: datetime


async def reserve_control_number(
    connection: AsyncConnection, sender: str, receiver: str, usage: str
) -> int:
    """The next ISA13 of this sender, receiver and usage; never given twice, gaps are fine."""
    first = insert(control_number).values(
        sender=sender, receiver=receiver, usage=usage, last_number=1
    )
    taken = first.on_conflict_do_update(
        index_elements=["sender", "receiver", "usage"],
        set_={"last_number": control_number.c.last_number + 1},
    ).returning(control_number.c.last_number)
    number: int = (await connection.execute(taken)).scalar_one()
    return number


async def insert_batch(connection: AsyncConnection, new: NewBatch) -> None:
    """Store the file; the same content twice is refused by the database (x12.md section 2)."""
    await connection.execute(
        insert(batch).values(
            practice_id=new.practice_id,
            batch_id=new.batch_id,
            route=new.route,
            interchange_control_number=new.interchange_control_number,
            group_control_number=new.group_control_number,
            sets=[_set_json(each) for each in new.sets],
            file=new.file,
            body_hash=new.body_hash,
            claims=sum(len(each.claims) for each in new.sets),
            charge=new.charge,
            status="formed",
            formed_at=new.formed_at,
        )
    )


def _set_json(each: SetInFile) -> dict[str, Any]:
    return {
        "control_number": each.control_number,
        "billing_npi": each.billing_npi,
        "claims": [
            {
                "id": claim.patient_control_number,
                "case_id": str(claim.case_id),
                "claim_id": claim.claim_id,
                "version": claim.version,
                "position": claim.position,
            }
            for claim in each.claims
        ],
    }


def sets_of(row: RowMapping) -> tuple[SetInFile, ...]:
    """The sets of a stored batch."""
    return tuple(
        SetInFile(
            each["control_number"],
            each["billing_npi"],
            tuple(
                ClaimInFile(
                    claim["id"],
                    UUID(claim["case_id"]),
                    claim["claim_id"],
                    claim["version"],
                    claim["position"],
                )
                for claim in each["claims"]
            ),
        )
        for each in row["sets"]
    )


def batch_sent(row: RowMapping) -> BatchSent:
    """A stored batch as acknowledgements are read against it."""
    return BatchSent(
        row["batch_id"],
        row["interchange_control_number"],
        row["group_control_number"],
        tuple(
            SetSent(
                each.control_number,
                tuple(claim.patient_control_number for claim in each.claims),
                {claim.patient_control_number: each.billing_npi for claim in each.claims},
            )
            for each in sets_of(row)
        ),
    )


async def load_batch(connection: AsyncConnection, batch_id: str) -> RowMapping | None:
    """One batch with its sealed file."""
    return await _one(connection, batch.c.batch_id == batch_id)


async def find_by_interchange(connection: AsyncConnection, number: str) -> RowMapping | None:
    """The batch with this ISA13, whatever its leading zeros."""
    return await _one(
        connection, func.ltrim(batch.c.interchange_control_number, "0") == number.lstrip("0")
    )


async def find_by_group(connection: AsyncConnection, number: str) -> RowMapping | None:
    """The batch with this GS06, whatever its leading zeros."""
    return await _one(
        connection, func.ltrim(batch.c.group_control_number, "0") == number.lstrip("0")
    )


async def _one(connection: AsyncConnection, condition: ColumnElement[bool]) -> RowMapping | None:
    query = select(batch).where(condition).order_by(batch.c.formed_at.desc()).limit(1)
    return (await connection.execute(query)).mappings().first()


async def practices_with_answers(database: Database) -> Sequence[str]:
    """Practices with a file that was taken or refused and whose claims do not know yet."""
    async with database.relay_transaction() as connection:
        query = select(batch.c.practice_id).where(batch.c.status.in_(("taken", "refused")))
        return (await connection.execute(query.distinct())).scalars().all()


async def answered_batches(connection: AsyncConnection) -> Sequence[RowMapping]:
    """Those files, locked so that one worker follows each up."""
    query = (
        select(batch)
        .where(batch.c.status.in_(("taken", "refused")))
        .order_by(batch.c.formed_at)
        .limit(20)
        .with_for_update(skip_locked=True)
    )
    return (await connection.execute(query)).mappings().all()


async def close_batch(connection: AsyncConnection, batch_id: str, *, taken: bool) -> None:
    """Note that the claims of a file know what became of it."""
    await connection.execute(
        update(batch)
        .where(batch.c.batch_id == batch_id)
        .values(status="sent" if taken else "not_sent")
    )


async def list_batches(
    connection: AsyncConnection, after: tuple[datetime, str] | None, limit: int
) -> Sequence[RowMapping]:
    """Batches, newest first."""
    query = select(batch)
    if after is not None:
        query = query.where(tuple_(batch.c.formed_at, batch.c.batch_id) < after)
    query = query.order_by(batch.c.formed_at.desc(), batch.c.batch_id.desc()).limit(limit)
    return (await connection.execute(query)).mappings().all()
