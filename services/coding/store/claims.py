"""Claims, their versions, and what a batch of decisions writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding.domain.case import Case
from services.coding.store.history import over_earlier, save_history
from services.coding.tables import claim, claim_version
from shared.bus.stage import Change
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.documents.claim import CodedClaim


async def save(connection: AsyncConnection, changes: Sequence[Change[Case]]) -> None:
    """Project what was decided: versions, the latest of each claim, and the patient's history.

    One statement a table for the whole batch: a statement a claim would cost more than the coding.
    """
    coded = [
        (change, event_id, event)
        for change in changes
        for event_id, event in change.emitted
        if isinstance(event, ClaimCoded)
    ]
    if not coded:
        return
    await connection.execute(
        insert(claim_version),
        [
            {
                **_of_claim(change, event.claim),
                "event_id": event_id,
                "coded_at": event.occurred_at,
                "document": event.claim.model_dump(mode="json"),
            }
            for change, event_id, event in coded
        ],
    )
    await connection.execute(
        over_earlier(claim, "version", "visit_id", "status", "date_of_service"),
        [
            {
                **_of_claim(change, event.claim),
                "encounter_id": event.encounter_id,
                "visit_id": event.visit_id,
                "status": event.claim.status,
                "date_of_service": event.claim.date_of_service,
            }
            for change, _, event in coded
        ],
    )
    await save_history(connection, {change.case_id: change for change, _, _ in coded}.values())


def _of_claim(change: Change[Case], document: CodedClaim) -> dict[str, object]:
    return {
        "claim_id": document.claim_id,
        "practice_id": change.practice_id,
        "case_id": change.case_id,
        "version": document.version,
    }


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """The latest version of a claim."""

    claim_id: str
    case_id: UUID
    document: CodedClaim


async def find_claim(connection: AsyncConnection, claim_id: str) -> StoredClaim | None:
    """The latest version of a claim; None where the practice has no such claim."""
    row = (await connection.execute(_latest().where(claim.c.claim_id == claim_id))).one_or_none()
    return None if row is None else _stored(row)


async def find_version(
    connection: AsyncConnection, claim_id: str, version: int
) -> CodedClaim | None:
    """One version of a claim, as it was told."""
    document = await connection.scalar(
        select(claim_version.c.document).where(
            claim_version.c.claim_id == claim_id, claim_version.c.version == version
        )
    )
    return None if document is None else CodedClaim.model_validate(document)


async def list_claims(
    connection: AsyncConnection, case_id: UUID | None, after: str | None, limit: int
) -> list[StoredClaim]:
    """Latest versions in the order of their ids, of one case where it is named."""
    query = _latest()
    if case_id is not None:
        query = query.where(claim.c.case_id == case_id)
    if after is not None:
        query = query.where(claim.c.claim_id > after)
    rows = await connection.execute(query.order_by(claim.c.claim_id).limit(limit))
    return [_stored(row) for row in rows]


def _latest() -> Select[Any]:
    joined = claim.join(
        claim_version,
        and_(
            claim_version.c.claim_id == claim.c.claim_id,
            claim_version.c.version == claim.c.version,
        ),
    )
    return select(claim.c.claim_id, claim.c.case_id, claim_version.c.document).select_from(joined)


def _stored(row: Row[Any]) -> StoredClaim:
    return StoredClaim(row.claim_id, row.case_id, CodedClaim.model_validate(row.document))
