"""HCPCS Level II, alpha-numeric: codes and modifiers with the days they live."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from services.coding.domain.official import Batch
from services.coding.domain.releases import HCPCS
from services.coding.official.reader import (
    Cells,
    Named,
    Reader,
    Record,
    batch_of,
    columns,
    day,
    one_of,
    quarter_of_month,
    rows_below,
    text_of,
)

_WIDTH = 48
_START = ["HCPC", "SEQNUM", "RECID"]
_END = ["ADD DT", "ACT EFF DT", "TERM DT", "ACTION CD"]
_NAMED = re.compile(r"HCPC(\d{4})_([A-Z]{3})_ANWEB", re.I)
_CODE, _MODIFIER, _CONTINUED = "3", "7", ("4", "8")
_CODES = {_CODE: re.compile(r"[A-Z]\d{4}"), _MODIFIER: re.compile(r"[A-Z0-9]{2}")}


def _is_header(cells: Cells) -> bool:
    words = [cell.strip().upper() for cell in cells]
    return len(words) == _WIDTH and words[:3] == _START and words[-4:] == _END


def _recognizes(head: str) -> bool:
    return re.search(r"^HCPC,SEQNUM,RECID,", head, re.M) is not None


def _named(names: str, _: str) -> Named | None:
    found = _NAMED.search(names)
    return None if found is None else quarter_of_month(*found.groups())


def _record(cells: Cells) -> Record | None:
    """Codes stand padded on the left; records 4 and 8 go on with a description."""
    row = columns(cells, _WIDTH)
    kind = one_of(row[2], (_CODE, _MODIFIER, *_CONTINUED), "the record id")
    if kind in _CONTINUED:
        return None
    if not _CODES[kind].fullmatch(row[0]):
        raise ValueError("the code is not a letter and four digits, nor a modifier of two")
    since = day(row[44])
    if since is None:
        raise ValueError("the day it was added is missing")
    return row[0], kind == _MODIFIER, since, day(row[46])


def _batches(stream: BinaryIO) -> Iterator[Batch]:
    yield batch_of(rows_below(text_of(stream), _is_header), _record, key=1)


LEVEL_II = Reader(HCPCS, "HCPCS Level II", _recognizes, _named, _batches)
