"""A result finds its specimen, or waits where the specimen will find it."""

from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.matching import Candidate, Placed, Unplaced, match
from services.pathology.domain.report import Report
from services.pathology.store.rows import columns_of, lock_accessions, lock_specimens
from services.pathology.tables import result, specimen
from shared.bus.errors import Transient


async def route(connection: AsyncConnection, practice_id: str, report: Report) -> Placed | Unplaced:
    """Where a result goes: to its specimen, or into the queue, where it is then kept.

    Results and encounters that share a specimen or an accession take the same locks before they
    look for each other, so whichever commits second finds the first.

    Raises:
        Transient: the specimen came while this waited for the lock; look again.
    """
    earlier = await _matched_before(connection, practice_id, report)
    placed = earlier or match(report, await _candidates(connection, practice_id, report))
    if isinstance(placed, Placed):
        return placed
    await lock_specimens(connection, practice_id, [report.specimen_id])
    await lock_accessions(connection, practice_id, [report])
    placed = match(report, await _candidates(connection, practice_id, report))
    if isinstance(placed, Placed):
        raise Transient("the specimen has just come")
    await connection.execute(
        insert(result)
        .values(
            practice_id=practice_id,
            state="unmatched",
            why=placed.why,
            candidates=list(placed.candidates),
            specimen_id=report.specimen_id,
            **columns_of(report),
        )
        .on_conflict_do_nothing()
    )
    return placed


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


async def _candidates(
    connection: AsyncConnection, practice_id: str, report: Report
) -> list[Candidate]:
    """The specimens of that id, or those the accession is linked to."""
    linked = select(result.c.specimen_id).where(
        result.c.practice_id == practice_id,
        result.c.lab_id == report.lab_id,
        result.c.accession == report.accession,
        result.c.case_id == specimen.c.case_id,
    )
    wanted = (
        specimen.c.specimen_id == report.specimen_id
        if report.specimen_id is not None
        else specimen.c.specimen_id.in_(linked)
    )
    rows = await connection.execute(
        select(specimen).where(specimen.c.practice_id == practice_id, wanted)
    )
    found = rows.all()
    links: dict[tuple[UUID, str], set[tuple[str, str, str | None]]] = {}
    attached = await connection.execute(
        select(
            result.c.case_id,
            result.c.specimen_id,
            result.c.lab_id,
            result.c.accession,
            result.c.part,
        ).where(
            tuple_(result.c.case_id, result.c.specimen_id).in_(
                [(row.case_id, row.specimen_id) for row in found]
            )
        )
    )
    for row in attached:
        links.setdefault((row.case_id, row.specimen_id), set()).add(
            (row.lab_id, row.accession, row.part)
        )
    return [
        Candidate(
            row.case_id,
            row.specimen_id,
            row.mrn,
            row.site,
            row.laterality,
            frozenset(links.get((row.case_id, row.specimen_id), ())),
        )
        for row in found
    ]
