"""What a transaction leaves of the changed cases."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.case import Attached, Case
from services.pathology.domain.revisions import DECIDABLE, effective, meaning_of, settlement_of
from services.pathology.store.rows import columns_of
from services.pathology.tables import result, specimen
from shared.bus.stage import Change
from shared.http import inbox
from shared.http.message import State, Trouble


async def save(connection: AsyncConnection, changes: Sequence[Change[Case]]) -> None:
    """Bring specimens and results of the changed cases up to date."""
    for change in changes:
        await _save_specimens(connection, change)
        await _save_results(connection, change)


async def _save_specimens(connection: AsyncConnection, change: Change[Case]) -> None:
    before, after = change.before, change.after
    if (before.specimens, before.told, before.mrn, before.attached) == (
        after.specimens,
        after.told,
        after.mrn,
        after.attached,
    ):
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
            "state": "returned" if after.returned(each.specimen_id) else "waiting",
            "expected_at": each.expected_at,
            "returned_at": after.returned_at(each.specimen_id),
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
    await _release(connection, change)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for attached in after.attached:
        row = _row(change, attached)
        if row is None:
            continue
        first = rows.setdefault(attached.report.identity, row)
        if first is not row:
            first["further_specimens"].append(attached.specimen_id)
    if not rows:
        return
    known = {each.report.identity for each in change.before.attached}
    new = insert(result)
    values = list(rows.values())
    await connection.execute(
        new.on_conflict_do_update(
            index_elements=["practice_id", "result_id", "document_hash"],
            set_={name: new.excluded[name] for name in values[0]},
        ),
        values,
    )
    decided = change.before.settlements != after.settlements
    messages = {
        each.report.message_id
        for each in after.attached
        if each.report.message_id is not None and (decided or each.report.identity not in known)
    }
    for message_id in sorted(messages):
        await _settle_message(connection, change, message_id)


async def _release(connection: AsyncConnection, change: Change[Case]) -> None:
    """Put back into the queue what a person took away from its specimen."""
    kept = {each.report.identity for each in change.after.attached}
    for each in change.before.attached:
        if each.report.identity in kept:
            continue
        report = each.report
        await connection.execute(
            update(result)
            .where(
                result.c.practice_id == change.practice_id,
                result.c.result_id == report.result_id,
                result.c.document_hash == report.document_hash,
            )
            .values(
                state="unmatched",
                case_id=None,
                specimen_id=report.specimen_id,
                further_specimens=list(report.lab_specimen_ids),
                series_part=None,
                match=None,
                interpretation=None,
                settled=None,
                revision=None,
            )
        )


def _row(change: Change[Case], attached: Attached) -> dict[str, Any] | None:
    """A report as it is listed: with what it means, in its series if it is the one that counts."""
    after = change.after
    found = after.specimen(attached.specimen_id)
    if found is None:
        return None
    series = [each for each in after.attached if each.series == attached.series]
    current = effective(series)
    if current is not None and current.report.identity == attached.report.identity:
        attached = current
    settlement = settlement_of(after, attached)
    meaning = meaning_of(attached, found, settlement)
    counts = attached is current
    # what was cancelled or taken back has no diagnosis that anybody could decide
    asks = meaning.decision == "review" and counts and attached.report.status in DECIDABLE
    revisions = {
        (each.series, each.result_id, each.document_hash): each.revision for each in after.told
    }
    return {
        "practice_id": change.practice_id,
        "state": "review" if asks else "matched",
        "case_id": change.case_id,
        "specimen_id": attached.specimen_id,
        "further_specimens": [],
        "series_part": attached.part,
        "why": None,
        "match": {
            "encounter_id": found.encounter_id,
            "specimen_id": found.specimen_id,
            "lesion_id": found.lesion_id,
            "procedure_id": found.procedure_id,
            "by": attached.by,
        },
        "interpretation": asdict(meaning),
        "settled": None
        if settlement is None
        else {"by": settlement.actor, "at": settlement.at.isoformat()},
        "revision": revisions.get((attached.series, *attached.report.identity)),
        **columns_of(attached.report),
    }


async def _settle_message(
    connection: AsyncConnection, change: Change[Case], message_id: UUID
) -> None:
    """Tell the message that waited what became of it: of its parts the one that waits longest."""
    row = await inbox.load(connection, message_id)
    if row is None or row.state not in ("unmatched", "review"):
        return
    found = await connection.execute(
        select(result.c.state).distinct().where(result.c.message_id == message_id)
    )
    states = set(found.scalars())
    state: State = (
        "unmatched" if "unmatched" in states else "review" if "review" in states else "applied"
    )
    problems = [
        Trouble(str(each["rule"]), str(each["says"]), each["place"])
        for each in inbox.problems_of(row)
        if state != "applied"
    ]
    await inbox.settle(
        connection,
        message_id,
        state=state,
        kind=None,
        case_id=change.case_id,
        events=[*row.events, *(event_id for event_id, _ in change.emitted)],
        problems=problems,
    )
