"""Every SQL statement of documentation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Text, cast, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.documentation import tables
from services.documentation.domain.case import Case
from shared.bus.codec import decode
from shared.bus.stage import Change

_STATE = tables.metadata.tables[f"{tables.SCHEMA}.case_state"]


@dataclass(frozen=True, slots=True)
class EncounterRow:
    """An encounter as it is listed."""

    encounter_id: str
    case_id: UUID
    visit_id: str | None
    mrn: str
    date_of_service: date
    version: int
    blocks: bool
    open_queries: int


async def save(connection: AsyncConnection, changes: Sequence[Change[Case]]) -> None:
    """Project what is listed of the changed encounters."""
    for change in changes:
        for encounter_id, record in change.after.encounters.items():
            if change.before.encounters.get(encounter_id) == record:
                continue
            values = {
                "case_id": change.case_id,
                "visit_id": record.visit_id,
                "mrn": record.mrn,
                "date_of_service": record.date_of_service,
                "version": record.version,
                "blocks": record.blocks,
                "open_queries": len(record.open_queries),
                "recorded_at": record.versions[-1].recorded_at,
            }
            await connection.execute(
                insert(tables.encounter)
                .values(practice_id=change.practice_id, encounter_id=encounter_id, **values)
                .on_conflict_do_update(constraint=tables.encounter.primary_key, set_=values)
            )


async def load_case(connection: AsyncConnection, case_id: UUID) -> Case | None:
    """The case as it stands; None where nothing is known of it."""
    found = await connection.scalar(
        select(cast(_STATE.c.state, Text)).where(_STATE.c.case_id == case_id)
    )
    return None if found is None else decode(Case, found)


async def find_case(connection: AsyncConnection, encounter_id: str) -> UUID | None:
    """The case of an encounter of the practice; None where it is not known."""
    table = tables.encounter
    found: UUID | None = await connection.scalar(
        select(table.c.case_id).where(table.c.encounter_id == encounter_id)
    )
    return found


async def list_encounters(
    connection: AsyncConnection,
    after: tuple[date, str] | None,
    limit: int,
    *,
    blocks: bool | None = None,
) -> Sequence[EncounterRow]:
    """Encounters by their day."""
    table = tables.encounter
    query = select(
        table.c.encounter_id,
        table.c.case_id,
        table.c.visit_id,
        table.c.mrn,
        table.c.date_of_service,
        table.c.version,
        table.c.blocks,
        table.c.open_queries,
    ).order_by(table.c.date_of_service, table.c.encounter_id)
    if after is not None:
        query = query.where(tuple_(table.c.date_of_service, table.c.encounter_id) > tuple_(*after))
    if blocks is not None:
        query = query.where(table.c.blocks == blocks)
    return [EncounterRow(*row) for row in await connection.execute(query.limit(limit))]
