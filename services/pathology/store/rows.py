"""Reports as rows of the result table."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.report import Report
from services.pathology.store.locks import Keys
from services.pathology.tables import result

_REPORT = TypeAdapter(Report)

ResultRow = Row[Any]


def report_of(row: ResultRow) -> Report:
    """The report of a row."""
    return _REPORT.validate_python(row.report)


def columns_of(report: Report) -> dict[str, object]:
    """The columns that come from the report alone."""
    return {
        "result_id": report.result_id,
        "document_hash": report.document_hash,
        "lab_id": report.lab_id,
        "accession": report.accession,
        "part": report.part,
        "mrn": report.mrn,
        "placer_order": report.placer_order,
        "message_id": report.message_id,
        "reported_at": report.reported_at,
        "received_at": report.received_at,
        "report": _REPORT.dump_python(report, mode="json"),
    }


def found_by(keys: Keys) -> ColumnElement[bool]:
    """The results that name one of these keys."""
    return or_(
        result.c.specimen_id.in_(sorted(keys.specimen_ids)),
        result.c.further_specimens.overlap(sorted(keys.specimen_ids)),
        result.c.mrn.in_(sorted(keys.mrns)),
        result.c.placer_order.in_(sorted(keys.placer_orders)),
        tuple_(result.c.lab_id, result.c.accession).in_(sorted(keys.accessions)),
    )


async def load_unmatched(
    connection: AsyncConnection, practice_id: str, wanted: ColumnElement[bool]
) -> Sequence[Report]:
    """The unmatched results that are wanted."""
    rows = await connection.execute(
        select(result.c.report).where(
            result.c.practice_id == practice_id, result.c.state == "unmatched", wanted
        )
    )
    return [report_of(row) for row in rows]
