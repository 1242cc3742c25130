"""Every SQL statement of pathology's own tables."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Row, and_, delete, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.case import Case
from services.pathology.domain.commands import MatchResult, RecordResult, References
from services.pathology.domain.matching import (
    Candidate,
    Placed,
    Unplaced,
    candidates_of,
    match,
)
from services.pathology.domain.report import Report
from services.pathology.domain.revisions import meaning_of
from services.pathology.tables import result, specimen
from shared.bus.errors import Transient
from shared.bus.stage import Asked, Change, Heard, Input
from shared.contracts.encounter_documented import EncounterDocumented
from shared.http import inbox

_REPORT = TypeAdapter(Report)
_LOCK = text(
    "select pg_advisory_xact_lock(hashtextextended(k, 0)) "
    "from (select unnest(cast(:keys as text[])) as k order by 1) as sorted"
)

ResultRow = Row[Any]


# routing: a result finds its specimen, or waits where the specimen will find it


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
            **_columns(report),
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


async def lock_specimens(
    connection: AsyncConnection, practice_id: str, ids: Iterable[str | None]
) -> None:
    """Wait for whoever looks for the same specimens; before `lock_accessions`, never after."""
    await _lock(connection, [f"specimen|{practice_id}|{each}" for each in ids if each])


async def lock_accessions(
    connection: AsyncConnection, practice_id: str, reports: Iterable[Report]
) -> None:
    """Wait for whoever looks for the same accessions."""
    await _lock(
        connection,
        [f"accession|{practice_id}|{each.lab_id}|{each.accession}" for each in reports],
    )


async def _lock(connection: AsyncConnection, keys: Sequence[str]) -> None:
    if keys:
        await connection.execute(_LOCK, {"keys": sorted(set(keys))})


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


# the queue, for the cases at hand


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
    asked_for = await _unmatched(connection, practice_id, result.c.result_id.in_(ids))
    await lock_specimens(
        connection, practice_id, [*specimens, *(each.specimen_id for each in asked_for)]
    )
    named = await _unmatched(
        connection,
        practice_id,
        or_(result.c.specimen_id.in_(specimens), result.c.result_id.in_(ids)),
    )
    together = [*reports, *named]
    if not together:
        return ()
    await lock_accessions(connection, practice_id, together)
    links = {(each.lab_id, each.accession) for each in together}
    siblings = await _unmatched(
        connection,
        practice_id,
        or_(
            tuple_(result.c.lab_id, result.c.accession).in_(sorted(links)),
            result.c.specimen_id.in_(specimens),
        ),
    )
    return tuple(siblings)


async def _unmatched(
    connection: AsyncConnection,
    practice_id: str,
    wanted: Any,  # noqa: ANN401 - a SQL condition
) -> list[Report]:
    rows = await connection.execute(
        select(result.c.report).where(
            result.c.practice_id == practice_id, result.c.state == "unmatched", wanted
        )
    )
    return [report_of(row) for row in rows]


# what a transaction leaves


async def save(connection: AsyncConnection, changes: Sequence[Change[Case]]) -> None:
    """Bring specimens and results of the changed cases up to date."""
    for change in changes:
        await _save_specimens(connection, change)
        await _save_results(connection, change)
        if change.before.specimens != change.after.specimens:
            await _explain_waiting(connection, change)


async def _save_specimens(connection: AsyncConnection, change: Change[Case]) -> None:
    before, after = change.before, change.after
    if (before.specimens, before.told, before.mrn) == (after.specimens, after.told, after.mrn):
        return
    ids = [each.specimen_id for each in after.specimens]
    await connection.execute(
        delete(specimen).where(
            specimen.c.case_id == change.case_id, specimen.c.specimen_id.not_in(ids)
        )
    )
    if not ids:
        return
    rows = [
        {
            "practice_id": change.practice_id,
            "case_id": change.case_id,
            "specimen_id": each.specimen_id,
            "encounter_id": each.encounter_id,
            "lesion_id": each.lesion_id,
            "procedure_id": each.procedure_id,
            "mrn": after.mrn,
            "site": each.site,
            "laterality": each.laterality,
            "lab_id": each.lab_id,
            "collected_at": each.collected_at,
            "state": "returned" if after.settled(each.specimen_id) else "waiting",
        }
        for each in after.specimens
    ]
    new = insert(specimen)
    await connection.execute(
        new.on_conflict_do_update(
            index_elements=["case_id", "specimen_id"],
            set_={name: new.excluded[name] for name in rows[0]},
        ),
        rows,
    )


async def _save_results(connection: AsyncConnection, change: Change[Case]) -> None:
    after = change.after
    revisions = {(each.result_id, each.document_hash): each.revision for each in after.told}
    rows = []
    for attached in after.attached:
        found = after.specimen(attached.specimen_id)
        if found is None:
            continue
        meaning = meaning_of(attached, found)
        rows.append(
            {
                "practice_id": change.practice_id,
                "state": "matched" if meaning.decision == "automatic" else "review",
                "case_id": change.case_id,
                "specimen_id": attached.specimen_id,
                "why": None,
                "candidates": [],
                "match": {
                    "encounter_id": found.encounter_id,
                    "specimen_id": found.specimen_id,
                    "lesion_id": found.lesion_id,
                    "procedure_id": found.procedure_id,
                    "by": attached.by,
                },
                "interpretation": asdict(meaning),
                "revision": revisions.get(attached.report.identity),
                **_columns(attached.report),
            }
        )
    if not rows:
        return
    known = {each.report.identity for each in change.before.attached}
    new = insert(result)
    await connection.execute(
        new.on_conflict_do_update(
            index_elements=["practice_id", "result_id", "document_hash"],
            set_={name: new.excluded[name] for name in rows[0]},
        ),
        rows,
    )
    for attached in after.attached:
        message_id = attached.report.message_id
        if attached.report.identity not in known and message_id is not None:
            await _settle_message(connection, change, message_id)


async def _settle_message(
    connection: AsyncConnection, change: Change[Case], message_id: UUID
) -> None:
    """Tell the message that waited unmatched what became of it."""
    row = await inbox.load(connection, message_id)
    if row is None or row.state != "unmatched":
        return
    await inbox.settle(
        connection,
        message_id,
        state="applied",
        kind=None,
        case_id=change.case_id,
        events=[event_id for event_id, _ in change.emitted],
        problems=(),
    )


async def _explain_waiting(connection: AsyncConnection, change: Change[Case]) -> None:
    """Say of results that name a specimen of the case why they still wait."""
    after = change.after
    ids = [each.specimen_id for each in after.specimens]
    for report in await _unmatched(connection, change.practice_id, result.c.specimen_id.in_(ids)):
        placed = match(report, candidates_of(after))
        if isinstance(placed, Unplaced):
            await connection.execute(
                update(result)
                .where(
                    result.c.practice_id == change.practice_id,
                    result.c.result_id == report.result_id,
                    result.c.document_hash == report.document_hash,
                )
                .values(why=placed.why, candidates=list(placed.candidates))
            )


def _columns(report: Report) -> dict[str, object]:
    return {
        "result_id": report.result_id,
        "document_hash": report.document_hash,
        "lab_id": report.lab_id,
        "accession": report.accession,
        "part": report.part,
        "reported_at": report.reported_at,
        "received_at": report.received_at,
        "report": _REPORT.dump_python(report, mode="json"),
    }


# reads


def report_of(row: ResultRow) -> Report:
    """The report of a row."""
    return _REPORT.validate_python(row.report)


async def load_result(connection: AsyncConnection, result_id: str) -> ResultRow | None:
    """The latest document kept under an id."""
    rows = await connection.execute(
        select(result)
        .where(result.c.result_id == result_id)
        .order_by(result.c.reported_at.desc(), result.c.document_hash)
        .limit(1)
    )
    return rows.one_or_none()


async def load_revisions(connection: AsyncConnection, row: ResultRow) -> Sequence[ResultRow]:
    """The reports of the same lab, accession and part, oldest first."""
    rows = await connection.execute(
        select(result)
        .where(
            result.c.lab_id == row.lab_id,
            result.c.accession == row.accession,
            or_(
                result.c.specimen_id == row.specimen_id,
                and_(result.c.specimen_id.is_(None), result.c.part.is_not_distinct_from(row.part)),
            ),
        )
        .order_by(result.c.reported_at, result.c.result_id)
    )
    return rows.all()


async def list_results(
    connection: AsyncConnection,
    state: str | None,
    after: tuple[datetime, str, str] | None,
    limit: int,
) -> Sequence[ResultRow]:
    """Results, the latest received first."""
    key = (result.c.received_at, result.c.result_id, result.c.document_hash)
    asked = select(result).order_by(*(column.desc() for column in key)).limit(limit)
    if state is not None:
        asked = asked.where(result.c.state == state)
    if after is not None:
        asked = asked.where(tuple_(*key) < tuple_(*after))
    return (await connection.execute(asked)).all()


async def list_specimens(
    connection: AsyncConnection,
    *,
    state: str | None,
    case_id: UUID | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[ResultRow]:
    """Specimens, the longest waiting first."""
    key = (specimen.c.collected_at, specimen.c.specimen_id)
    asked = select(specimen).order_by(*key).limit(limit)
    if state is not None:
        asked = asked.where(specimen.c.state == state)
    if case_id is not None:
        asked = asked.where(specimen.c.case_id == case_id)
    if after is not None:
        asked = asked.where(tuple_(*key) > tuple_(*after))
    return (await connection.execute(asked)).all()


async def cases_with(connection: AsyncConnection, specimen_id: str) -> list[UUID]:
    """The cases that have a specimen of that id."""
    rows = await connection.execute(
        select(specimen.c.case_id).where(specimen.c.specimen_id == specimen_id)
    )
    return list(rows.scalars())
