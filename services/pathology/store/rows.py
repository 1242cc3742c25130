"""Reports as rows of the result table, and the locks of who looks for whom."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.report import Report
from services.pathology.tables import result

_REPORT = TypeAdapter(Report)
_LOCK = text(
    "select pg_advisory_xact_lock(hashtextextended(k, 0)) "
    "from (select unnest(cast(:keys as text[])) as k order by 1) as sorted"
)

ResultRow = Row[Any]


def report_of(row: ResultRow) -> Report:
    """The report of a row."""
    return _REPORT.validate_python(row.report)


def columns_of(report: Report) -> dict[str, object]:
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


async def load_unmatched(
    connection: AsyncConnection, practice_id: str, wanted: ColumnElement[bool]
) -> list[Report]:
    rows = await connection.execute(
        select(result.c.report).where(
            result.c.practice_id == practice_id, result.c.state == "unmatched", wanted
        )
    )
    return [report_of(row) for row in rows]
