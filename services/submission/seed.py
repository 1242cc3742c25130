"""The code tables shipped with the service."""

import csv
from collections.abc import Iterator
from pathlib import Path

from services.submission.domain.code_tables import CodeTables, StatusCode

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


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_TABLES / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)
