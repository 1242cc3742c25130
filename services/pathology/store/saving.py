"""What a transaction leaves of the changed cases."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.case import Case
from services.pathology.domain.matching import Unplaced, candidates_of, match
from services.pathology.domain.revisions import meaning_of
from services.pathology.store.rows import columns_of, load_unmatched
from services.pathology.tables import result, specimen
from shared.bus.stage import Change
from shared.http import inbox


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
                **columns_of(attached.report),
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
    for report in await load_unmatched(
        connection, change.practice_id, result.c.specimen_id.in_(ids)
    ):
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
