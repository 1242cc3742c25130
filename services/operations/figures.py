"""The practice's figures, summed from the read model in one transaction, so that they fit together.

The books close when every visit stands in exactly one bucket: the sum is checked against the count
of visits that was taken apart from the buckets.
"""

from typing import Any

from sqlalchemy import Column, Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import NamedFromClause

from services.operations import tables
from services.operations.shown import (
    Books,
    CauseFigure,
    Figures,
    MoneyFigures,
    Recoded,
    WaitFigure,
)

BUCKETS = ("billed", "patient_pay", "no_charge", "held", "in_review", "waiting", "cancelled")
_SHOWN_RECODED = 200


async def figures(connection: AsyncConnection) -> Figures:
    """Everything the summary shows."""
    case, claim, event = tables.case_view.c, tables.claim_view.c, tables.trace_event.c
    alone = select(func.count()).select_from(tables.case_view).where(~case.visit_known)
    return Figures(
        books=await _books(connection),
        encounters_without_visit=(await connection.execute(alone)).scalar_one(),
        claims_by_state=await _counts(connection, claim.state),
        money=await _money(connection),
        denials=await _denials(connection),
        waits=await _waits(connection),
        recoded=await _recoded(connection),
        events=await _counts(connection, event.type),
    )


async def _books(connection: AsyncConnection) -> Books:
    case = tables.case_view.c
    visits = (
        await connection.execute(
            select(func.count(func.distinct(tables.trace_event.c.case_id))).where(
                tables.trace_event.c.type == "VisitClassified"
            )
        )
    ).scalar_one()
    rows = await connection.execute(
        select(case.bucket, func.count().label("visits"))
        .where(case.visit_known)
        .group_by(case.bucket)
    )
    counted = {row.bucket: row.visits for row in rows}
    return Books(
        visits_in=visits,
        adds_up=visits == sum(counted.get(bucket, 0) for bucket in BUCKETS),
        **{bucket: counted.get(bucket, 0) for bucket in BUCKETS},
    )


async def _money(connection: AsyncConnection) -> MoneyFigures:
    claim = tables.claim_view.c
    sent = claim.state.not_in(("coded", "held", "ready"))
    names = ("allowed", "paid", "adjusted", "patient_responsibility", "open")
    row = (
        await connection.execute(
            select(
                func.coalesce(func.sum(claim.charge).filter(sent), 0).label("billed"),
                *(func.coalesce(func.sum(claim[name]), 0).label(name) for name in names),
            )
        )
    ).one()
    return MoneyFigures.model_validate(dict(row._mapping))


async def _denials(connection: AsyncConnection) -> list[CauseFigure]:
    denial = tables.denial_view.c
    rows = await connection.execute(
        select(
            denial.root_cause,
            func.count().label("denials"),
            func.sum(denial.denied_amount).label("amount"),
        )
        .group_by(denial.root_cause)
        .order_by(func.sum(denial.denied_amount).desc(), denial.root_cause)
    )
    return [CauseFigure.model_validate(dict(row._mapping)) for row in rows]


async def _waits(connection: AsyncConnection) -> list[WaitFigure]:
    """Waits by who and what; an id at the end of what is waited for is left out of the sum."""
    wait = tables.wait.c
    what = func.regexp_replace(wait.on, r" (specimen|result|of encounter) \S+$", r" \1")
    rows = await connection.execute(
        select(
            wait.who,
            what.label("on"),
            func.count(func.distinct(wait.case_id)).label("cases"),
            func.min(wait.since).label("oldest_since"),
        )
        .group_by(wait.who, what)
        .order_by(func.count(func.distinct(wait.case_id)).desc(), wait.who, what)
    )
    return [WaitFigure.model_validate(dict(row._mapping)) for row in rows]


async def _recoded(connection: AsyncConnection) -> list[Recoded]:
    """Versions that a pathology result made of one ready before, the latest first."""
    later, earlier = tables.claim_version.alias(), tables.claim_version.alias()
    result, coded = tables.trace_event.alias(), tables.trace_event.alias()
    rows = await connection.execute(
        select(
            later.c.case_id,
            later.c.claim_id,
            earlier.c.version.label("from_version"),
            later.c.version.label("to_version"),
            _codes(earlier).label("before"),
            _codes(later).label("after"),
            earlier.c.diagnoses.label("diagnoses_before"),
            later.c.diagnoses.label("diagnoses_after"),
            later.c.frequency_code,
        )
        .join(
            earlier,
            (earlier.c.claim_id == later.c.claim_id) & (earlier.c.version == later.c.version - 1),
        )
        .join(coded, coded.c.event_id == later.c.event_id)
        .join(result, result.c.event_id == coded.c.cause_id)
        .where(result.c.type == "PathologyReturned", earlier.c.status == "ready")
        .order_by(later.c.coded_at.desc(), later.c.claim_id)
        .limit(_SHOWN_RECODED)
    )
    return [Recoded.model_validate(dict(row._mapping)) for row in rows]


def _codes(version: NamedFromClause) -> Any:  # noqa: ANN401 - SQLAlchemy's own expression type
    """The version's codes with modifiers, in the order of its lines."""
    line = tables.line_version.c
    shown = func.array_to_string(func.array_prepend(line.code, line.modifiers), "-")
    return (
        select(
            func.coalesce(
                func.array_agg(aggregate_order_by(shown, line.number)), cast([], ARRAY(Text))
            )
        )
        .where(line.claim_id == version.c.claim_id, line.version == version.c.version)
        .scalar_subquery()
    )


async def _counts(connection: AsyncConnection, column: Column[Any]) -> dict[str, int]:
    rows = await connection.execute(select(column, func.count()).group_by(column).order_by(column))
    return {name: count for name, count in rows}
