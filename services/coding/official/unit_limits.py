"""NCCI medically unlikely edits, practitioner: CSV whose copyright and header span lines."""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from services.coding.domain.official import Batch
from services.coding.domain.releases import UNIT_LIMITS
from services.coding.official.reader import (
    Cells,
    Named,
    Reader,
    Record,
    batch_of,
    code,
    columns,
    quarter,
    quarter_end,
    rows_below,
    text_of,
)
from shared.kernel.refused import Refused

_EFFECTIVE = re.compile(r"Eff_(\d\d)-(\d\d)-(\d{4})", re.I)
_QUARTER = re.compile(r"ncci-(\d{4})-?q([1-4])-practitioner-services-mue", re.I)
_VALUES = "practitioner services mue values"
_HEADER = re.compile(r'^"?HCPCS/\s*CPT Code"?,"?([^,]* MUE Values)"?,(.*)$', re.I | re.M)
_MOST_UNITS = 1_000_000


def _recognizes(head: str) -> bool:
    header = _HEADER.search(head)
    if header is None:
        return False
    if header[1].lower() != _VALUES:
        raise Refused("another-file", "these are unit limits of another setting than practitioner")
    if "adjudication indicator" not in header[2].lower():
        raise Refused("another-file", "these are the Medicaid limits: they have no indicator")
    return True


def _named(names: str, _: str) -> Named | None:
    effective, named = _EFFECTIVE.search(names), _QUARTER.search(names)
    if effective is None:
        return None if named is None else quarter(int(named[1]), int(named[2]))
    month, day, year = (int(each) for each in effective.groups())
    try:
        since = date(year, month, day)
    except ValueError:
        raise Refused("date-unknown", "the date in the file's name is in no calendar") from None
    whole = quarter(year, (month + 2) // 3)
    name = whole.name if whole.since == since else since.isoformat()
    return Named(name, since, quarter_end(since))


def _is_header(cells: Cells) -> bool:
    words = [" ".join(cell.lower().split()) for cell in cells]
    return words[:3] == ["hcpcs/ cpt code", _VALUES, "mue adjudication indicator"]


def _record(cells: Cells) -> Record:
    procedure, limit, indicator, _ = columns(cells, 4)
    if not limit.isdecimal() or not limit.isascii() or int(limit) > _MOST_UNITS:
        raise ValueError("the limit is not a number of units")
    if indicator[:2] not in ("1 ", "2 ", "3 ") and indicator not in ("1", "2", "3"):
        raise ValueError("the adjudication indicator is not 1, 2 or 3")
    return code(procedure), int(limit), indicator[0]


def _batches(stream: BinaryIO) -> Iterator[Batch]:
    yield batch_of(rows_below(text_of(stream), _is_header), _record, key=1)


UNIT_EDITS = Reader(UNIT_LIMITS, "NCCI MUE, practitioner", _recognizes, _named, _batches)
