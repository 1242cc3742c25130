"""Every statement on the read model."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.operations import tables
from services.operations.domain.case import Case
from services.operations.domain.standing import bucket_of, standing_of
from services.operations.domain.waits import waits_of
from shared.bus.stage import Change, Input

Rows = Sequence[Row[Any]]
_PER_SEARCH = 50


async def no_references(_: AsyncConnection, __: Sequence[tuple[UUID, Input]]) -> None:
    """The view needs nothing beside the events."""


async def save(connection: AsyncConnection, changes: Sequence[Change[Case]]) -> None:
    """Draw the changed cases into the read model."""
    cases = [change.after for change in changes]
    await _upsert(connection, tables.case_view, [_case(case) for case in cases])
    await _upsert(
        connection, tables.trace_event, [row for change in changes for row in _entries(change)]
    )
    await _upsert(connection, tables.claim_view, _flat(_claims(case) for case in cases))
    await _upsert(
        connection, tables.claim_version, [row for change in changes for row in _versions(change)]
    )
    await _upsert(
        connection, tables.line_version, [row for change in changes for row in _lines(change)]
    )
    await _upsert(connection, tables.denial_view, _flat(_denials(case) for case in cases))
    await _upsert(connection, tables.search_term, _flat(_terms(case) for case in cases))
    await connection.execute(
        delete(tables.wait).where(tables.wait.c.case_id.in_([case.case_id for case in cases]))
    )
    await _upsert(connection, tables.wait, _flat(_waits(case) for case in cases))


async def load_case(connection: AsyncConnection, case_id: UUID) -> Row[Any] | None:
    """The case's row of the books."""
    return await _one(connection, tables.case_view, case_id=case_id)


async def load_claim(connection: AsyncConnection, claim_id: str) -> Row[Any] | None:
    """A claim as it stands."""
    return await _one(connection, tables.claim_view, claim_id=claim_id)


async def events_of(connection: AsyncConnection, case_id: UUID) -> Rows:
    """The case's events in the order they happened."""
    event = tables.trace_event.c
    order = (event.occurred_at, event.received_at, event.event_id)
    return await _of_case(connection, tables.trace_event, case_id, *order)


async def waits_for(connection: AsyncConnection, case_id: UUID) -> Rows:
    """What the case waits for, the longest wait first."""
    return await _of_case(connection, tables.wait, case_id, tables.wait.c.position)


async def claims_of(connection: AsyncConnection, case_id: UUID) -> Rows:
    """The case's claims."""
    return await _of_case(connection, tables.claim_view, case_id, tables.claim_view.c.claim_id)


async def versions_of(connection: AsyncConnection, case_id: UUID) -> Rows:
    """Every version of the case's claims."""
    version = tables.claim_version
    return await _of_case(connection, version, case_id, version.c.claim_id, version.c.version)


async def lines_of(connection: AsyncConnection, case_id: UUID) -> Rows:
    """Every line of every version of the case's claims."""
    line = tables.line_version
    return await _of_case(connection, line, case_id, line.c.claim_id, line.c.version, line.c.number)


async def denials_of(connection: AsyncConnection, case_id: UUID) -> Rows:
    """The case's denials."""
    return await _of_case(connection, tables.denial_view, case_id, tables.denial_view.c.denial_id)


async def search(connection: AsyncConnection, term: str) -> Rows:
    """What carries this id, exactly or as its beginning."""
    found = tables.search_term.c
    wanted = term.casefold()
    answer = await connection.execute(
        select(tables.search_term)
        .where(found.term.startswith(wanted, autoescape=True))
        .order_by((found.term != wanted), found.term, found.kind, found.id)
        .limit(_PER_SEARCH)
    )
    return answer.all()


def _case(case: Case) -> dict[str, object]:
    return {
        **_ids(case),
        "visit_id": case.visit_id,
        "visit_known": case.visit is not None,
        "encounter_ids": [encounter.encounter_id for encounter in case.encounters],
        "bucket": bucket_of(case),
        "last_at": max(entry.occurred_at for entry in case.timeline),
    }


def _entries(change: Change[Case]) -> list[dict[str, object]]:
    """The events this change added; those before it are drawn already."""
    known = {entry.event_id for entry in change.before.timeline}
    return [
        {**_ids(change.after), **asdict(entry)}
        for entry in change.after.timeline
        if entry.event_id not in known
    ]


def _claims(case: Case) -> list[dict[str, object]]:
    return [
        {
            **_ids(case),
            "claim_id": claim.claim_id,
            "encounter_id": claim.encounter_id,
            **asdict(standing_of(claim)),
        }
        for claim in case.claims
    ]


def _versions(change: Change[Case]) -> list[dict[str, object]]:
    return [
        {
            **_ids(change.after),
            "claim_id": claim.claim_id,
            "version": version.version,
            "status": version.status,
            "frequency_code": version.frequency_code,
            "coded_at": version.coded_at,
            "event_id": version.event_id,
            "charge": version.charge,
            "diagnoses": version.diagnoses,
            "why": version.why,
            "causes": version.causes,
        }
        for claim in change.after.claims
        for version in claim.versions
        if version not in change.before.claim(claim.claim_id).versions
    ]


def _lines(change: Change[Case]) -> list[dict[str, object]]:
    return [
        {
            **_ids(change.after),
            "claim_id": claim.claim_id,
            "version": version.version,
            **asdict(line),
        }
        for claim in change.after.claims
        for version in claim.versions
        if version not in change.before.claim(claim.claim_id).versions
        for line in version.lines
    ]


def _denials(case: Case) -> list[dict[str, object]]:
    names = ("denial_id", "claim_id", "version", "root_cause", "stage", "denied_amount")
    more = ("next_action", "due_on")
    return [
        {**_ids(case), **{name: getattr(denial, name) for name in (*names, *more)}}
        for claim in case.claims
        for denial in claim.denials
    ]


def _waits(case: Case) -> list[dict[str, object]]:
    return [
        {**_ids(case), "position": position, **asdict(wait)}
        for position, wait in enumerate(waits_of(case))
    ]


def _terms(case: Case) -> list[dict[str, object]]:
    """The ids the case is looked for by."""
    found = [("case", str(case.case_id), "the case")]
    if case.visit_id is not None:
        found.append(("visit", case.visit_id, "the visit"))
    found += [
        ("encounter", each.encounter_id, f"the encounter of {each.date_of_service}")
        for each in case.encounters
    ]
    found += [("accession", each.accession, f"a {each.status} result") for each in case.results]
    for claim in case.claims:
        standing = standing_of(claim)
        where = f"version {standing.version}, {standing.state.replace('_', ' ')}"
        found.append(("claim", claim.claim_id, where))
        numbers = {step.payer_control_number for step in claim.steps} - {None}
        found += [
            ("payer_control_number", number, f"claim {claim.claim_id}")
            for number in sorted(filter(None, numbers))
        ]
    return [
        {**_ids(case), "term": identity.casefold(), "kind": kind, "id": identity, "says": says}
        for kind, identity, says in dict.fromkeys(found)
    ]


def _ids(case: Case) -> dict[str, object]:
    return {"case_id": case.case_id, "practice_id": case.practice_id}


def _flat(rows: Any) -> list[dict[str, object]]:  # noqa: ANN401 - an iterable of lists of rows
    return [row for some in rows for row in some]


async def _upsert(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """Write rows over those of the same primary key; of two in one batch the last counts."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    latest = {tuple(row[key] for key in keys): row for row in rows}
    put = insert(table)
    others = {
        column.name: put.excluded[column.name]
        for column in table.columns
        if column.name not in keys
    }
    # Rows as parameters, not as values: the statement is compiled once, whatever their number.
    await connection.execute(
        put.on_conflict_do_update(index_elements=keys, set_=others),
        [dict(row) for row in latest.values()],
    )


async def _one(connection: AsyncConnection, table: Table, **key: object) -> Row[Any] | None:
    chosen = select(table).where(*(table.c[name] == value for name, value in key.items()))
    return (await connection.execute(chosen)).one_or_none()


async def _of_case(
    connection: AsyncConnection,
    table: Table,
    case_id: UUID,
    *order: Any,  # noqa: ANN401 - SQLAlchemy's column expressions
) -> Rows:
    chosen = select(table).where(table.c.case_id == case_id).order_by(*order)
    return (await connection.execute(chosen)).all()
