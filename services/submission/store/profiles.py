"""Profiles of practices and payers, and the references that the handlers read."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.submission.domain.commands import References
from services.submission.domain.profile import PayerProfile, PracticeProfile, Profiles
from services.submission.tables import payer_profile, practice_profile
from shared.bus.stage import Input

_PRACTICE = TypeAdapter(PracticeProfile)
_PAYER = TypeAdapter(PayerProfile)


async def save_practice(
    connection: AsyncConnection, practice_id: str, profile: PracticeProfile, now: datetime
) -> None:
    """Put the practice's profile in place of the one before."""
    values = {"document": _PRACTICE.dump_python(profile, mode="json"), "updated_at": now}
    await connection.execute(
        insert(practice_profile)
        .values(practice_id=practice_id, **values)
        .on_conflict_do_update(index_elements=["practice_id"], set_=values)
    )


async def save_payer(
    connection: AsyncConnection, practice_id: str, profile: PayerProfile, now: datetime
) -> None:
    """Put a payer's profile in place of the one before."""
    values = {"document": _PAYER.dump_python(profile, mode="json"), "updated_at": now}
    await connection.execute(
        insert(payer_profile)
        .values(practice_id=practice_id, payer_id=profile.payer_id, **values)
        .on_conflict_do_update(index_elements=["practice_id", "payer_id"], set_=values)
    )


async def list_payers(
    connection: AsyncConnection, after: str | None, limit: int
) -> Sequence[PayerProfile]:
    """Payers in the order of their ids."""
    query = select(payer_profile.c.document)
    if after is not None:
        query = query.where(payer_profile.c.payer_id > after)
    rows = await connection.execute(query.order_by(payer_profile.c.payer_id).limit(limit))
    return [_PAYER.validate_python(row.document) for row in rows]


async def load_payer(connection: AsyncConnection, payer_id: str) -> PayerProfile | None:
    """One payer's profile."""
    query = select(payer_profile.c.document).where(payer_profile.c.payer_id == payer_id)
    stored = (await connection.execute(query)).scalar()
    return None if stored is None else _PAYER.validate_python(stored)


async def load_profiles(connection: AsyncConnection, practice_id: str) -> Profiles:
    """The profiles of one practice."""
    return (await _all_profiles(connection)).get(practice_id) or Profiles(None, {})


async def load_references(
    connection: AsyncConnection, inputs: Sequence[tuple[UUID, Input]]
) -> References:
    """The profiles of every practice that the transaction works for."""
    return References(await _all_profiles(connection))


async def _all_profiles(connection: AsyncConnection) -> dict[str, Profiles]:
    practices: dict[str, PracticeProfile] = {}
    payers: dict[str, dict[str, PayerProfile]] = {}
    query = select(practice_profile.c.practice_id, practice_profile.c.document)
    for row in await connection.execute(query):
        practices[row.practice_id] = _PRACTICE.validate_python(row.document)
    query = select(payer_profile.c.practice_id, payer_profile.c.document)
    for row in await connection.execute(query):
        profile = _PAYER.validate_python(row.document)
        payers.setdefault(row.practice_id, {})[profile.payer_id] = profile
    return {
        practice_id: Profiles(practices.get(practice_id), payers.get(practice_id, {}))
        for practice_id in practices.keys() | payers.keys()
    }
