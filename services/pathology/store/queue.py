"""The results that wait, for the cases at hand."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import or_, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.commands import MatchResult, RecordResult, References
from services.pathology.domain.report import Report
from services.pathology.store.rows import load_unmatched, lock_accessions, lock_specimens
from services.pathology.tables import result
from shared.bus.stage import Asked, Heard, Input
from shared.contracts.encounter_documented import EncounterDocumented


async def load_references(
    connection: AsyncConnection, inputs: Sequence[tuple[UUID, Input]]
) -> References:
    """The waiting results that the inputs may set free, locked against those on their way."""
    specimens: dict[str, set[str]] = {}
    reports: list[Report] = []
    result_ids: set[str] = set()
    for _, given in inputs:
        if isinstance(given, Heard) and isinstance(given.data, EncounterDocumented):
            named = specimens.setdefault(given.data.practice_id, set())
            named.update(each.specimen_id for each in given.data.encounter.specimens)
        elif isinstance(given, Asked) and isinstance(given.data, RecordResult):
            reports.append(given.data.report)
        elif isinstance(given, Asked) and isinstance(given.data, MatchResult):
            result_ids.add(given.data.result_id)
    unmatched = {
        practice: await load_waiting(connection, practice, specimen_ids=ids)
        for practice, ids in sorted(specimens.items())
        if ids
    }
    if reports or result_ids:
        # Commands come in a transaction of the one practice that asks.
        practice = await _practice_of(connection)
        unmatched[practice] = await load_waiting(
            connection, practice, reports=reports, result_ids=result_ids
        )
    return References(unmatched)


async def _practice_of(connection: AsyncConnection) -> str:
    asked = await connection.execute(text("select current_setting('app.practices')"))
    return str(asked.scalar_one())


async def load_waiting(
    connection: AsyncConnection,
    practice_id: str,
    *,
    specimen_ids: Iterable[str] = (),
    reports: Iterable[Report] = (),
    result_ids: Iterable[str] = (),
) -> tuple[Report, ...]:
    """Unmatched results that name these specimens, share these accessions or have these ids.

    Those found by specimen or id bring the others of their accession along.
    """
    specimens, ids = sorted(set(specimen_ids)), sorted(set(result_ids))
    asked_for = await load_unmatched(connection, practice_id, result.c.result_id.in_(ids))
    await lock_specimens(
        connection, practice_id, [*specimens, *(each.specimen_id for each in asked_for)]
    )
    named = await load_unmatched(
        connection,
        practice_id,
        or_(result.c.specimen_id.in_(specimens), result.c.result_id.in_(ids)),
    )
    together = [*reports, *named]
    if not together:
        return ()
    await lock_accessions(connection, practice_id, together)
    links = {(each.lab_id, each.accession) for each in together}
    siblings = await load_unmatched(
        connection,
        practice_id,
        or_(
            tuple_(result.c.lab_id, result.c.accession).in_(sorted(links)),
            result.c.specimen_id.in_(specimens),
        ),
    )
    return tuple(siblings)
