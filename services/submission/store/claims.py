"""Versions of claims and the ledger, drawn from the state of their cases."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.submission.domain import ledger
from services.submission.domain.claim import Case, Claim, Version
from services.submission.tables import batch, claim_version, posting
from shared.bus import codec
from shared.bus.stage import Change
from shared.db import Database, raw
from shared.kernel.money import money

_KEY = ["practice_id", "claim_id", "version"]


async def save(connection: AsyncConnection, changes: Sequence[Change[Case]]) -> None:
    """Draw what changed: versions, postings and what routes answered about files."""
    versions: list[dict[str, Any]] = []
    postings: list[dict[str, Any]] = []
    for change in changes:
        for claim in change.after.claims.values():
            before = change.before.claims.get(claim.claim_id)
            for version in claim.versions:
                old = before.find(version.version) if before else None
                if version != old:
                    versions.append(_version_row(change.after, claim, version))
                    postings.extend(_posting_rows(change.practice_id, claim, version, old))
        await _save_deliveries(connection, change)
    if versions:
        given = insert(claim_version).values(versions)
        replaced = {
            column.name: given.excluded[column.name]
            for column in claim_version.columns
            if column.name not in _KEY
        }
        await connection.execute(given.on_conflict_do_update(index_elements=_KEY, set_=replaced))
    if postings:
        await connection.execute(insert(posting).values(postings))


def _version_row(case: Case, claim: Claim, version: Version) -> dict[str, Any]:
    balance = ledger.balance(version)
    allowed = ledger.allowed(version)
    return {
        "practice_id": case.practice_id,
        "claim_id": claim.claim_id,
        "version": version.version,
        "case_id": case.case_id,
        "encounter_id": claim.encounter_id,
        "visit_id": claim.visit_id,
        "state": version.state,
        "frequency_code": version.frequency_code,
        "payer_id": version.payer_id,
        "payer_control_number": version.payer_control_number,
        "clearinghouse_control_number": version.clearinghouse_control_number,
        "charge": money(balance.charge),
        "allowed": None if allowed is None else money(allowed),
        "paid": money(balance.paid),
        "adjusted": money(balance.adjusted),
        "patient_responsibility": money(balance.patient),
        "open": money(balance.open),
        "hold": asdict(version.hold) if version.hold else None,
        "history": [
            {
                "state": step.state,
                "at": step.at.isoformat(),
                "by": step.by,
                "event_id": str(step.event_id) if step.event_id else None,
            }
            for step in version.history
        ],
        "ready_at": version.ready_at,
        "batch_id": version.batch_id,
    }


def _posting_rows(
    practice_id: str, claim: Claim, version: Version, old: Version | None
) -> Iterable[dict[str, Any]]:
    known = len(old.postings) if old else 0
    for each in version.postings[known:]:
        for entry, line in enumerate(each.lines):
            yield {
                "practice_id": practice_id,
                "remittance_id": each.remittance_id,
                "position": each.position,
                "entry": entry,
                "claim_id": claim.claim_id,
                "version": version.version,
                "line": line.number,
                "post_as": each.post_as,
                "claim_status": each.claim_status,
                "paid": money(line.paid),
                "adjusted": money(line.adjusted),
                "patient_responsibility": money(line.patient),
                "denied": money(line.denied),
                "posted_on": each.posted_on,
            }


async def _save_deliveries(connection: AsyncConnection, change: Change[Case]) -> None:
    for delivery in change.after.deliveries:
        if delivery not in change.before.deliveries:
            await connection.execute(
                update(batch)
                .where(batch.c.batch_id == delivery.batch_id)
                .values(
                    status="taken" if delivery.taken else "refused",
                    answered_at=delivery.at,
                    answer_status=delivery.status,
                )
            )


async def practices_with(database: Database, state: str) -> Sequence[str]:
    """Practices that have a version in this state, of all practices."""
    async with database.relay_transaction() as connection:
        query = select(claim_version.c.practice_id).where(claim_version.c.state == state)
        return (await connection.execute(query.distinct())).scalars().all()


async def oldest_ready(connection: AsyncConnection) -> datetime | None:
    """Since when the longest-ready version of the practice is ready."""
    query = select(func.min(claim_version.c.ready_at)).where(claim_version.c.state == "ready")
    found: datetime | None = (await connection.execute(query)).scalar()
    return found


async def ready_versions(
    connection: AsyncConnection, until: datetime, limit: int
) -> Sequence[tuple[UUID, str, int]]:
    """Versions ready by that instant as (case, claim, version), oldest first (BT-2)."""
    query = (
        select(claim_version.c.case_id, claim_version.c.claim_id, claim_version.c.version)
        .where(claim_version.c.state == "ready", claim_version.c.ready_at <= until)
        .order_by(claim_version.c.ready_at, claim_version.c.claim_id)
        .limit(limit)
    )
    return [(row.case_id, row.claim_id, row.version) for row in await connection.execute(query)]


async def load_cases(
    connection: AsyncConnection, case_ids: Iterable[UUID]
) -> dict[UUID, tuple[int, Case]]:
    """Cases with the version of their row, as they stand now, unlocked."""
    rows = await raw(connection).fetch(
        "select case_id, version, state::text from case_state"
        " where case_id = any($1) and state is not null",
        list(set(case_ids)),
    )
    return {row["case_id"]: (row["version"], codec.decode(Case, row["state"])) for row in rows}


async def lock_cases(connection: AsyncConnection, case_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Lock cases in the order of their ids, as the bus does, and read the version of each row."""
    rows = await raw(connection).fetch(
        "select case_id, version from case_state where case_id = any($1)"
        " order by case_id for update",
        sorted(set(case_ids)),
    )
    return {row["case_id"]: row["version"] for row in rows}


async def cases_to_look_at(connection: AsyncConnection) -> Sequence[UUID]:
    """Cases with a version that a changed profile may free or change."""
    query = select(claim_version.c.case_id).where(claim_version.c.state.in_(("held", "ready")))
    return (await connection.execute(query.distinct())).scalars().all()


async def find_versions(
    connection: AsyncConnection, numbers: Iterable[str]
) -> dict[str, tuple[UUID, str, int]]:
    """Our versions by CLM01, as (case, claim, version); payers may have changed to capitals."""
    wanted: dict[tuple[str, int], str] = {}
    for number in numbers:
        for spelled in (number.strip().upper(), number.strip()):
            claim_id, _, version = spelled.rpartition("-")
            if version.isascii() and version.isdecimal() and len(version) < 6:
                wanted[claim_id, int(version)] = number
    if not wanted:
        return {}
    query = select(
        claim_version.c.case_id, claim_version.c.claim_id, claim_version.c.version
    ).where(tuple_(claim_version.c.claim_id, claim_version.c.version).in_(list(wanted)))
    return {
        wanted[row.claim_id, row.version]: (row.case_id, row.claim_id, row.version)
        for row in await connection.execute(query)
    }


async def find_by_payer_number(
    connection: AsyncConnection, numbers: Iterable[str]
) -> dict[str, tuple[UUID, str, int]]:
    """Our versions by the payer's number, where it names only one."""
    wanted = list(set(numbers))
    if not wanted:
        return {}
    query = select(
        claim_version.c.payer_control_number,
        claim_version.c.case_id,
        claim_version.c.claim_id,
        claim_version.c.version,
    ).where(claim_version.c.payer_control_number.in_(wanted))
    found: dict[str, list[tuple[UUID, str, int]]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.payer_control_number, []).append(
            (row.case_id, row.claim_id, row.version)
        )
    return {number: matches[0] for number, matches in found.items() if len(matches) == 1}


async def load_claim(connection: AsyncConnection, claim_id: str) -> Sequence[RowMapping]:
    """Every version of a claim, newest first."""
    query = (
        select(claim_version)
        .where(claim_version.c.claim_id == claim_id)
        .order_by(claim_version.c.version.desc())
    )
    return (await connection.execute(query)).mappings().all()


async def list_claims(
    connection: AsyncConnection, state: str | None, after: tuple[str, int] | None, limit: int
) -> Sequence[RowMapping]:
    """Versions in the order of claim and version, of one state where it is named."""
    query = select(claim_version)
    if state is not None:
        query = query.where(claim_version.c.state == state)
    if after is not None:
        query = query.where(tuple_(claim_version.c.claim_id, claim_version.c.version) > after)
    query = query.order_by(claim_version.c.claim_id, claim_version.c.version).limit(limit)
    return (await connection.execute(query)).mappings().all()


async def load_postings(connection: AsyncConnection, claim_id: str) -> Sequence[RowMapping]:
    """The ledger of a claim, in the order it was posted."""
    query = (
        select(posting)
        .where(posting.c.claim_id == claim_id)
        .order_by(posting.c.posted_on, posting.c.remittance_id, posting.c.position, posting.c.entry)
    )
    return (await connection.execute(query)).mappings().all()
