"""The code tables shipped with the service."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from services.submission.domain.code_tables import CodeTables, StatusCode
from shared.clinical.diagnoses import diagnoses
from shared.x12.objection import CodeLists

_TABLES = Path(__file__).parent / "reference"


def read_code_tables() -> CodeTables:
    """Meanings of acknowledgement and adjustment codes, from `reference/`."""
    adjustments = list(_rows("adjustment_codes.csv"))

    def of_type(code_type: str) -> dict[str, str]:
        return {row["code"]: row["meaning"] for row in adjustments if row["code_type"] == code_type}

    return CodeTables(
        categories={
            row["category_code"]: row["meaning"] for row in _rows("claim_status_categories.csv")
        },
        statuses={
            row["status_code"]: StatusCode(row["meaning"], row["owner_stage"])
            for row in _rows("claim_status_codes.csv")
        },
        adjustments=of_type("CARC"),
        remarks=of_type("RARC"),
        groups=of_type("GROUP"),
    )


# Every billable code of these categories is in the table: another code of them does not exist.
_COMPLETE = frozenset({"C43", "C44", "D03", "D04", "D22", "D23"})


def read_code_lists() -> CodeLists:
    """The codes that a claim file is checked against."""
    return CodeLists(
        procedures={
            row["code"]: date.fromisoformat(row["last_day"]) if row["last_day"] else None
            for row in _rows("procedure_codes.csv")
        },
        diagnoses=frozenset(code.replace(".", "") for code in diagnoses()),
        categories=_COMPLETE,
        taxonomies=frozenset(row["code"] for row in _rows("taxonomy_codes.csv")),
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_TABLES / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)
