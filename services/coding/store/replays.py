"""Replays: the row of each run, the pages it reads, and the claims that differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    cast,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding.domain.replay import ClaimDiffers, Proposal, Replay, Sums, Uncoded
from services.coding.tables import claim, metadata, replay, replay_difference, replay_uncoded

_CASE_STATE = metadata.tables["coding.case_state"]
_PROPOSAL = TypeAdapter(Proposal)
_DIFFERS = TypeAdapter(ClaimDiffers)
RUNNING = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Told:
    """The last version told of a claim is in the state of its case."""

    claim_id: str
    case_id: UUID
    encounter_id: str
    state: str


async def put_replay(connection: AsyncConnection, run: Replay) -> Replay:
    """Note a run, with the number of claims it will look at."""
    count = select(func.count()).select_from(claim).where(_within(run))
    total = await connection.scalar(count) or 0
    values = {
        name: getattr(run, name) for name in Replay.__slots__ if name not in ("proposal", "total")
    }
    document = _PROPOSAL.dump_python(run.proposal, mode="json")
    await connection.execute(insert(replay).values(**values, proposal=document, total=total))
    return Replay(**values, proposal=run.proposal, total=total)


async def find_replay(
    connection: AsyncConnection, replay_id: UUID, *, lock: bool = False
) -> Replay | None:
    """A run; with `lock` None too where another process works at it now."""
    query = select(replay).where(replay.c.replay_id == replay_id)
    row = (
        await connection.execute(query.with_for_update(skip_locked=True) if lock else query)
    ).one_or_none()
    return None if row is None else _replay(row)


async def list_replays(
    connection: AsyncConnection, after: tuple[datetime, UUID] | None, limit: int
) -> list[Replay]:
    """Runs of the practice, the newest first."""
    key = tuple_(replay.c.requested_at, replay.c.replay_id)
    query = select(replay)
    if after is not None:
        query = query.where(key < after)
    query = query.order_by(replay.c.requested_at.desc(), replay.c.replay_id.desc())
    return [_replay(row) for row in await connection.execute(query.limit(limit))]


async def open_replays(connection: AsyncConnection) -> list[tuple[UUID, str]]:
    """Runs of any practice that are not at their end, with the practice, the oldest first."""
    rows = await connection.execute(
        select(replay.c.replay_id, replay.c.practice_id)
        .where(replay.c.state.in_(RUNNING))
        .order_by(replay.c.requested_at)
    )
    return [(row.replay_id, row.practice_id) for row in rows]


async def move(
    connection: AsyncConnection, replay_id: UUID, state: str, **changed: int | str
) -> None:
    """Set the state of a run, and where it has come to."""
    await connection.execute(
        update(replay).where(replay.c.replay_id == replay_id).values(state=state, **changed)
    )


async def cancel(connection: AsyncConnection, replay_id: UUID) -> bool:
    """End a run that is not at its end; whether it was not."""
    ended = await connection.execute(
        update(replay)
        .where(replay.c.replay_id == replay_id, replay.c.state.in_(RUNNING))
        .values(state="cancelled")
    )
    return ended.rowcount > 0


async def next_page(connection: AsyncConnection, run: Replay, limit: int) -> list[Told]:
    """The next claims of a run, in the order of their ids."""
    rows = await connection.execute(
        select(
            claim.c.claim_id,
            claim.c.case_id,
            claim.c.encounter_id,
            cast(_CASE_STATE.c.state, Text),
        )
        .join(_CASE_STATE, _CASE_STATE.c.case_id == claim.c.case_id)
        .where(_within(run), claim.c.claim_id > run.after_claim)
        .order_by(claim.c.claim_id)
        .limit(limit)
    )
    return [Told(*row) for row in rows]


async def keep(
    connection: AsyncConnection, run: Replay, found: Sequence[tuple[str, ClaimDiffers | Uncoded]]
) -> None:
    """Keep the claims that differ, and those that cannot be coded."""
    differing: list[dict[str, object]] = []
    uncoded: list[dict[str, object]] = []
    for claim_id, decided in found:
        of = {"replay_id": run.replay_id, "claim_id": claim_id, "practice_id": run.practice_id}
        if isinstance(decided, Uncoded):
            uncoded.append({**of, "reason": decided.reason})
            continue
        money = {"charge_before": decided.charge_before, "charge_after": decided.charge_after}
        document = _DIFFERS.dump_python(decided, mode="json")
        differing.append({**of, **money, "document": document})
    for table, rows in ((replay_difference, differing), (replay_uncoded, uncoded)):
        if rows:
            await connection.execute(insert(table), rows)


async def list_differences(
    connection: AsyncConnection, replay_id: UUID, after: str, limit: int
) -> list[tuple[str, ClaimDiffers]]:
    """Claims that differ, in the order of their ids."""
    rows = await connection.execute(
        select(replay_difference.c.claim_id, replay_difference.c.document)
        .where(replay_difference.c.replay_id == replay_id, replay_difference.c.claim_id > after)
        .order_by(replay_difference.c.claim_id)
        .limit(limit)
    )
    return [(row.claim_id, _DIFFERS.validate_python(row.document, strict=False)) for row in rows]


async def list_uncoded(
    connection: AsyncConnection, replay_id: UUID, after: str, limit: int
) -> list[tuple[str, Uncoded]]:
    """Claims that the proposal cannot code, in the order of their ids."""
    rows = await connection.execute(
        select(replay_uncoded.c.claim_id, replay_uncoded.c.reason)
        .where(replay_uncoded.c.replay_id == replay_id, replay_uncoded.c.claim_id > after)
        .order_by(replay_uncoded.c.claim_id)
        .limit(limit)
    )
    return [(row.claim_id, Uncoded(row.reason)) for row in rows]


async def sums(connection: AsyncConnection, replay_id: UUID) -> Sums:
    """What a run has found so far."""
    return Sums(*(await connection.execute(_sums(replay_id))).one())


def _sums(replay_id: UUID) -> Select[Any]:
    rise = replay_difference.c.charge_after - replay_difference.c.charge_before
    uncoded = (
        select(func.count())
        .select_from(replay_uncoded)
        .where(replay_uncoded.c.replay_id == replay_id)
        .scalar_subquery()
    )

    def summed(amount: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(func.greatest(amount, 0)), 0)

    return select(func.count(), summed(rise), summed(-rise), uncoded).where(
        replay_difference.c.replay_id == replay_id
    )


def _within(run: Replay) -> ColumnElement[bool]:
    day = claim.c.date_of_service
    return and_(day.between(run.first_day, run.last_day), claim.c.practice_id == run.practice_id)


def _replay(row: Row[Any]) -> Replay:
    values = {**row._mapping, "proposal": _PROPOSAL.validate_python(row.proposal)}
    return Replay(**values)
