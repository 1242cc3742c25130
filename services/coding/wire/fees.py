"""Fee schedules as CSV: one row a price, per payer and period."""

import csv
import io
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from services.coding.domain.references import Fee
from shared.kernel.refused import Refused

Component: TypeAlias = Literal["26", "TC"]

MOST_ROWS = 50_000
ALWAYS = date(2000, 1, 1)
"""A price without a first day holds from the beginning."""

_NEEDED = ("code", "amount")
_COLUMNS = (*_NEEDED, "effective_from", "effective_to", "payer_id", "modifier")
_PARTS: Mapping[str, Component] = {"26": "26", "TC": "TC"}
_AMOUNT = re.compile(r"\d{1,10}(\.\d{1,2})?")
_LONGEST_PAYER = 80


@dataclass(frozen=True, slots=True)
class FeeFault:
    """A row that cannot stand. `line`: where it ends in the file, counted from 1."""

    line: int
    says: str


def fees_of(
    body: bytes, payer_id: str | None, codes: Container[str]
) -> tuple[Sequence[tuple[str, Fee]], Sequence[FeeFault]]:
    """The prices of a CSV and the rows that are none. payer_id: whose a row is that names nobody.

    Raises:
        Refused: it is no CSV in UTF-8, or its header is not
            `code,amount[,effective_from][,effective_to][,payer_id][,modifier]` in any order.
    """
    records = _records(body)
    try:
        _check_header(records.fieldnames or ())
        return _read(records, payer_id, codes)
    except csv.Error:
        raise Refused("not-csv", "the body is not CSV", f"line:{records.line_num}") from None


def component_of(part: str) -> Component | None:
    """The modifier of a price that is of a part alone."""
    return _PARTS.get(part)


def _records(body: bytes) -> "csv.DictReader[str]":
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("not-csv", "the body is not CSV in UTF-8") from None
    return csv.DictReader(io.StringIO(text, newline=""), strict=True)


def _check_header(header: Sequence[str]) -> None:
    unknown = [name for name in header if name not in _COLUMNS]
    missing = [name for name in _NEEDED if name not in header]
    if unknown or missing or len(set(header)) != len(header):
        says = f"the first line names the columns: {', '.join(_COLUMNS)}; the last four may lack"
        raise Refused("columns-unknown", says, "line:1")


def _read(
    records: "csv.DictReader[str]", payer_id: str | None, codes: Container[str]
) -> tuple[Sequence[tuple[str, Fee]], Sequence[FeeFault]]:
    found: dict[tuple[str, date, str | None, str], Fee] = {}
    faults: list[FeeFault] = []
    for row in records:
        if records.line_num > MOST_ROWS:
            raise Refused("too-many", f"a schedule may have {MOST_ROWS} rows")
        try:
            code, fee = _fee(row, payer_id, codes)
            key = code, fee.since, fee.payer_id, fee.component
            if key in found:
                raise ValueError("it stands twice: the same code, payer, first day and modifier")
            found[key] = fee
        except ValueError as fault:
            faults.append(FeeFault(records.line_num, str(fault)))
    return [(key[0], fee) for key, fee in found.items()], faults


def _fee(row: dict[str, str], payer_id: str | None, codes: Container[str]) -> tuple[str, Fee]:
    if None in row or None in row.values():
        raise ValueError("the row has not as many cells as the header")
    cells = {name: cell.strip() for name, cell in row.items()}
    if cells["code"] not in codes:
        raise ValueError("the code is not in the code table")
    if not _AMOUNT.fullmatch(cells["amount"]):
        raise ValueError("the amount is not written like 125.00")
    since = _day(cells, "effective_from") or ALWAYS
    until = _day(cells, "effective_to")
    if until is not None and until < since:
        raise ValueError("effective_to is before effective_from")
    payer = cells.get("payer_id") or payer_id
    if payer is not None and len(payer) > _LONGEST_PAYER:
        raise ValueError(f"payer_id has more than {_LONGEST_PAYER} characters")
    part = cells.get("modifier", "")
    if part and part not in _PARTS:
        raise ValueError("the modifier is neither 26 nor TC")
    return cells["code"], Fee(since, Decimal(cells["amount"]), until, payer, part)


def _day(cells: dict[str, str], name: str) -> date | None:
    cell = cells.get(name)
    if not cell:
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{name} is not written like 2026-01-31") from None
