"""The documents of operations, read from the read model: for REST and pages alike."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.operations import store
from services.operations.shown import (
    CaseClaim,
    CaseView,
    EventView,
    Hit,
    LineView,
    VersionView,
    WaitView,
)
from shared.db import Database
from shared.http import not_found


async def case_view(database: Database, practice_id: str, case_id: UUID) -> CaseView:
    """The case as REST and page show it.

    Raises:
        Problem: 404 where the practice has no such case.
    """
    async with database.transaction([practice_id]) as connection:
        case = await store.load_case(connection, case_id)
        if case is None:
            raise not_found("case")
        events = await store.events_of(connection, case_id)
        waits = await store.waits_for(connection, case_id)
        claims = await store.claims_of(connection, case_id)
        denials = await store.denials_of(connection, case_id)
    return CaseView(
        case_id=case_id,
        visit_id=case.visit_id,
        encounter_ids=case.encounter_ids,
        bucket=case.bucket,
        events=event_views(events),
        waits=[
            WaitView(on=wait.on, since=wait.since, due_at=wait.due_at, who=wait.who)
            for wait in waits
        ],
        claims=[claim_of(claim) for claim in claims],
        denials=[denial.denial_id for denial in denials],
    )


def event_views(rows: store.Rows) -> list[EventView]:
    """The timeline. A cause that is no event of the case (a message, say) is not shown as one."""
    known = {row.event_id for row in rows}
    return [
        EventView(
            event_id=row.event_id,
            cause_id=row.cause_id if row.cause_id in known else None,
            type=row.type,
            service=row.service,
            occurred_at=row.occurred_at,
            received_at=row.received_at,
            says=row.says,
            claim_id=row.claim_id,
        )
        for row in rows
    ]


def version_view(version: Row[Any], lines: store.Rows) -> VersionView:
    """A version with its own lines."""
    return VersionView(
        version=version.version,
        status=version.status,
        frequency_code=version.frequency_code,
        coded_at=version.coded_at,
        event_id=version.event_id,
        charge=version.charge,
        diagnoses=version.diagnoses,
        why=version.why,
        lines=[
            LineView(
                number=line.number,
                code=line.code,
                modifiers=line.modifiers,
                units=line.units,
                diagnoses=line.diagnoses,
                charge=line.charge,
                rules=line.rules,
            )
            for line in lines
            if (line.claim_id, line.version) == (version.claim_id, version.version)
        ],
    )


def hit(row: Row[Any]) -> Hit:
    """A row of the search."""
    return Hit(kind=row.kind, id=row.id, case_id=row.case_id, says=row.says)


def claim_of(row: Row[Any]) -> CaseClaim:
    return CaseClaim(
        claim_id=row.claim_id,
        version=row.version,
        status=row.status,
        state=row.state,
        charge=row.charge,
        paid=row.paid,
        open=row.open,
    )
