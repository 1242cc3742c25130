"""The relative value file of the physician fee schedule, PPRRVU, in its two layouts.

Words of the header repeat, so columns are taken by position, once the header is a known one. The
description is dropped: CPT descriptors are not kept.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from services.coding.domain.official import Batch
from services.coding.domain.releases import QUALIFYING_VALUES, RELATIVE_VALUES
from services.coding.official.reader import (
    Cells,
    Named,
    Reader,
    Record,
    batch_of,
    code,
    columns,
    matching,
    number,
    one_of,
    quarter_of_month,
    rows_below,
    text_of,
)

_START = (
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,"
    "DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,"
)
_END = "BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT"
_FACTOR_AT = {
    tuple((_START + _END).split(",")): 24,
    tuple((_START + "IND," + _END).split(",")): 25,
}
"""Where the conversion factor stands, counted from 0: 31 columns to 2024, 32 from 2026 on."""

_TITLE = re.compile(r"(\d{4}) National Physician Fee Schedule Relative Value File (\w+)", re.I)
_COMPONENTS = ("", "26", "TC", "53")
_QUALIFYING = re.compile(r"(?<!non)(?<!non[-_])qpp", re.I)
_PERIODS = ("000", "010", "090", "XXX", "YYY", "ZZZ", "MMM")
_LETTERS = "ABCD"


def _is_header(cells: Cells) -> bool:
    return tuple(cell.strip().upper() for cell in cells) in _FACTOR_AT


def _recognizes(head: str) -> bool:
    return re.search(r"^HCPCS,MOD,DESCRIPTION", head, re.M) is not None


def _named(_: str, head: str) -> Named | None:
    """By its title; `rvu26c` is the third quarter's."""
    title = _TITLE.search(head)
    found = None if title is None else quarter_of_month(*title.groups())
    if found is None:
        return None
    letter = _LETTERS[(found.since.month - 1) // 3]
    return Named(f"RVU{found.since.year % 100:02}{letter}", found.since, found.until)


def is_qualifying(member: str) -> bool:
    """Whether a file is the counterpart for qualifying APM participants (from 2026 on)."""
    return _QUALIFYING.search(member) is not None


def _batches(stream: BinaryIO) -> Iterator[Batch]:
    factor_at = 0
    width = 0

    def is_known(cells: Cells) -> bool:
        nonlocal factor_at, width
        width = len(cells)
        factor_at = _FACTOR_AT.get(tuple(cell.strip().upper() for cell in cells), 0)
        return factor_at > 0

    def record(cells: Cells) -> Record:
        row = columns(cells, width)
        return (
            code(row[0]),
            one_of(row[1], _COMPONENTS, "the modifier"),
            matching(row[3], "[A-Z]{0,2}", "the status"),
            number(row[5], "the work value"),
            number(row[6], "the non-facility practice expense"),
            number(row[8], "the facility practice expense"),
            number(row[10], "the malpractice value"),
            number(row[11], "the non-facility total"),
            number(row[12], "the facility total"),
            matching(row[13], "[0-9]?", "the component indicator"),
            one_of(row[14], _PERIODS, "the global period"),
            number(row[factor_at], "the conversion factor"),
        )

    yield batch_of(rows_below(text_of(stream), is_known), record, key=2)


VALUES = Reader(RELATIVE_VALUES, "MPFS relative value file", _recognizes, _named, _batches)
QUALIFYING = Reader(
    QUALIFYING_VALUES, "MPFS relative value file, QPP", _recognizes, _named, _batches
)
