"""A result finds its specimen, or waits where the specimen will find it."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.commands import Known
from services.pathology.domain.matching import Placed, Unplaced, match
from services.pathology.domain.report import Report
from services.pathology.store.locks import (
    Keys,
    hold_merges,
    lock_accessions,
    lock_patients,
    lock_specimens,
)
from services.pathology.store.people import load_people
from services.pathology.store.rows import ResultRow, columns_of
from services.pathology.store.surroundings import load_surroundings
from services.pathology.tables import result


async def route(connection: AsyncConnection, practice_id: str, report: Report) -> Placed | Unplaced:
    """Where a result goes: to its specimen, or into the queue, where it is then kept.

    Results and encounters that share a key take the same locks before they look for each other, so
    whichever commits second finds the first. A result that is placed keeps none of them: its case
    is locked next, and those who hold cases wait for these locks.
    """
    earlier = await _matched_before(connection, practice_id, report)
    placed = earlier or await _look(connection, practice_id, report)
    if isinstance(placed, Placed):
        return placed
    async with connection.begin_nested() as attempt:
        await _lock(connection, practice_id, report)
        placed = await _look(connection, practice_id, report)
        if isinstance(placed, Placed):  # the specimen has come meanwhile
            await attempt.rollback()
            return placed
        await _keep(connection, practice_id, report, placed)
    return placed


async def _lock(connection: AsyncConnection, practice_id: str, report: Report) -> None:
    keys = Keys.of([report])
    await hold_merges(connection, practice_id)
    people, _ = await load_people(connection, practice_id, keys.mrns)
    await lock_patients(connection, practice_id, map(people.current, keys.mrns))
    await lock_specimens(connection, practice_id, keys)
    await lock_accessions(connection, practice_id, keys)


async def _keep(
    connection: AsyncConnection, practice_id: str, report: Report, placed: Unplaced
) -> None:
    await connection.execute(
        insert(result)
        .values(
            practice_id=practice_id,
            state="unmatched",
            why=placed.why,
            specimen_id=report.specimen_id,
            further_specimens=list(report.lab_specimen_ids),
            **columns_of(report),
        )
        .on_conflict_do_nothing()
    )


async def _look(connection: AsyncConnection, practice_id: str, report: Report) -> Placed | Unplaced:
    return look(report, await load_surroundings(connection, practice_id, [report]))


def look(report: Report, known: Known) -> Placed | Unplaced:
    """Where a report goes among everything around it."""
    return match(report, known.elsewhere, known.people, known.orders)


def patient_agrees(row: ResultRow, report: Report, known: Known) -> bool:
    """Whether a result's patient is that of the specimen it belongs to, or would.

    Of an unmatched one: of the specimens it names, or else of any that comes into question.
    """
    candidates = known.elsewhere
    if row.case_id is not None:
        places = {(row.case_id, row.specimen_id)}
        candidates = tuple(each for each in candidates if each.place in places)
    elif named := [each for each in candidates if each.specimen_id in report.specimen_ids]:
        candidates = tuple(named)
    return any(known.people.agreement(report, each.mrn) == "agrees" for each in candidates)


async def _matched_before(
    connection: AsyncConnection, practice_id: str, report: Report
) -> Placed | None:
    """The place of the same document, perhaps given by a person against the rules."""
    rows = await connection.execute(
        select(result.c.case_id, result.c.specimen_id, result.c.match).where(
            result.c.practice_id == practice_id,
            result.c.result_id == report.result_id,
            result.c.document_hash == report.document_hash,
            result.c.case_id.is_not(None),
        )
    )
    row = rows.one_or_none()
    return None if row is None else Placed(row.case_id, row.specimen_id, row.match["by"])
