"""Routes of a practice and their health."""

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.submission.domain.route import BUILT_IN, SILENCE, Drop, Health, Known
from services.submission.store.batches import SetInFile, sets_of
from services.submission.tables import batch, claim_version, route
from shared.db import raw

_DROP = TypeAdapter(Drop)
SECRET_PURPOSE = "route_secret"  # noqa: S105 - names what is sealed


async def load_routes(connection: AsyncConnection, now: datetime) -> dict[str, Known]:
    """Every route of the practice, the built-in one included, with its health."""
    silent = await _silent(connection, now)
    found = {BUILT_IN: Known(BUILT_IN, None, Health(silent=BUILT_IN in silent))}
    for row in (await connection.execute(select(route))).mappings():
        health = Health(
            row["closed_at"],
            row["closed_reason"],
            row["failures"],
            row["last_error"],
            row["last_taken_at"],
            row["name"] in silent,
        )
        drop = None if row["document"] is None else _DROP.validate_python(row["document"])
        found[row["name"]] = Known(row["name"], drop, health)
    return found


async def _silent(connection: AsyncConnection, now: datetime) -> frozenset[str]:
    """Routes with a file that was taken long ago and of which a claim is still only sent."""
    query = (
        select(batch.c.route)
        .join(claim_version, claim_version.c.batch_id == batch.c.batch_id)
        .where(claim_version.c.state == "sent", batch.c.answered_at < now - SILENCE)
        .distinct()
    )
    return frozenset((await connection.execute(query)).scalars())


async def save_route(
    connection: AsyncConnection,
    practice_id: str,
    name: str,
    drop: Drop,
    secret: bytes | None,
    now: datetime,
) -> None:
    """Put a route; without a secret the one it has stays."""
    values = {"document": _DROP.dump_python(drop, mode="json"), "updated_at": now}
    if secret is not None:
        values["secret"] = secret
    await connection.execute(
        insert(route)
        .values(practice_id=practice_id, name=name, failures=0, **values)
        .on_conflict_do_update(index_elements=["practice_id", "name"], set_=values)
    )


async def load_secret(connection: AsyncConnection, name: str) -> bytes | None:
    """The sealed secret of a route."""
    found: bytes | None = (
        await connection.execute(select(route.c.secret).where(route.c.name == name))
    ).scalar()
    return found


async def note_health(
    connection: AsyncConnection, practice_id: str, name: str, error: str | None, now: datetime
) -> None:
    """Count a failure in a row, or a file that was taken."""
    failed = {"failures": route.c.failures + 1, "last_error": error}
    taken = {"failures": 0, "last_error": None, "last_taken_at": now}
    first = {"failures": 1, "last_error": error} if error else taken
    await connection.execute(
        insert(route)
        .values(practice_id=practice_id, name=name, updated_at=now, **first)
        .on_conflict_do_update(
            index_elements=["practice_id", "name"],
            set_={**(failed if error else taken), "updated_at": now},
        )
    )


async def set_closed(
    connection: AsyncConnection, practice_id: str, name: str, reason: str | None, now: datetime
) -> None:
    """Close a route with a reason, or open it again without."""
    values = {"closed_at": now if reason else None, "closed_reason": reason, "updated_at": now}
    await connection.execute(
        insert(route)
        .values(practice_id=practice_id, name=name, failures=0, **values)
        .on_conflict_do_update(
            index_elements=["practice_id", "name"], set_={**values, "failures": 0}
        )
    )


async def begin_transfer(connection: AsyncConnection, batch_id: str, now: datetime) -> None:
    """Note that from now on the partner may have the file."""
    await connection.execute(
        update(batch)
        .where(batch.c.batch_id == batch_id, batch.c.begun_at.is_(None))
        .values(begun_at=now)
    )


async def take_back(
    connection: AsyncConnection, name: str, *, unacknowledged: bool
) -> list[tuple[str, tuple[SetInFile, ...]]]:
    """Files of a route that will not be sent: those never begun, and on request the silent ones.

    The call of a file that was never begun is withdrawn with it; one that has begun stays.
    """
    states = ("formed", "sent") if unacknowledged else ("formed",)
    query = select(batch).where(batch.c.route == name, batch.c.status.in_(states))
    rows = (await connection.execute(query.with_for_update())).mappings().all()
    taken: list[tuple[str, tuple[SetInFile, ...]]] = []
    for row in rows:
        if row["status"] == "formed":
            withdrawn = await raw(connection).fetchval(
                "update outbound set status = 'done', next_at = null"
                " where idempotency_key = $1 and status = 'open' returning id",
                row["batch_id"],
            )
            if withdrawn is None:
                continue
            await connection.execute(
                update(batch).where(batch.c.batch_id == row["batch_id"]).values(status="not_sent")
            )
        taken.append((row["batch_id"], sets_of(row)))
    return taken
