"""NCCI add-on code edits: tab-separated, dates as year and day of the year."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import BinaryIO

from services.coding.domain.official import Batch
from services.coding.domain.releases import ADD_ONS
from services.coding.official.reader import (
    Cells,
    Named,
    Reader,
    Record,
    batch_of,
    code,
    columns,
    one_of,
    quarter,
    rows_below,
    text_of,
)
from shared.kernel.refused import Refused

_VERSION = re.compile(r"AOC_V(\d{4})Q([1-4])", re.I)
_MEDICAID = re.compile(r"-MCD\b", re.I)
_HEADER = [  # without case, underscores and the "Julian" of some years
    "aocedittype",
    "addoncode",
    "aocdeldt",
    "primarycode",
    "primarycodedeldt",
    "aocediteffdt",
    "aoceditdeldt",
    "specialinstructionnotes",
]
_DAY = re.compile(r"(\d{4})(\d{3})")


def _words(cells: Cells) -> list[str]:
    plain = (re.sub(r"[^a-z]", "", cell.lower()) for cell in cells)
    return [word.replace("julian", "") for word in plain]


def _is_header(cells: Cells) -> bool:
    return _words(cells)[: len(_HEADER)] == _HEADER


def _recognizes(head: str) -> bool:
    return any(_is_header(line.split("\t")) for line in head.splitlines())


def _named(names: str, _: str) -> Named | None:
    """Annual with updates by quarter: in force to the end of the year unless an update follows."""
    if _MEDICAID.search(names):
        raise Refused("another-file", "these are the Medicaid add-on edits")
    version = _VERSION.search(names)
    if version is None:
        return None
    begun = quarter(int(version[1]), int(version[2]))
    return Named(begun.name, begun.since, date(begun.since.year, 12, 31))


def _record(cells: Cells) -> Record:
    trimmed = columns([*cells, *[""] * (len(_HEADER) - len(cells))], len(_HEADER))
    edit_type, add_on, gone, primary, primary_gone, since, until, _ = trimmed
    ends = [end for cell in (gone, primary_gone, until) if (end := _day(cell)) is not None]
    return (
        code(add_on),
        code(primary),
        one_of(edit_type, ("1", "2", "3"), "the edit type"),
        _day(since),
        min(ends, default=None),
    )


def _day(cell: str) -> date | None:
    """`YYYYDDD`, the year and the day of it."""
    if not cell:
        return None
    found = _DAY.fullmatch(cell)
    number = int(found[2]) if found else 0
    if found is None or not 1 <= number <= 366 or found[1] == "0000":
        raise ValueError("a date is not a year and a day of it")
    first = date(int(found[1]), 1, 1)
    day = first + timedelta(days=number - 1)
    if day.year != first.year:
        raise ValueError("a date is not in the calendar")
    return day


def _batches(stream: BinaryIO) -> Iterator[Batch]:
    yield batch_of(rows_below(text_of(stream), _is_header, "\t"), _record, key=4)


ADD_ON_EDITS = Reader(ADD_ONS, "NCCI add-on code edits", _recognizes, _named, _batches)
