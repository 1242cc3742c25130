"""The ICD-10-CM order file: fixed width, every code of a fiscal year, headings and leaves."""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from services.coding.domain.official import Batch
from services.coding.domain.releases import DIAGNOSES
from services.coding.official.reader import Named, Reader, Record, batch_of, text_of

_LINE = re.compile(r"^\d{5} ([A-Z][0-9][0-9A-Z]{1,5}) +([01]) ", re.M)
_NAMED = re.compile(r"icd10cm[-_]order(?:[-_](apr)[a-z]*)?[-_](\d{4})", re.I)
_APRIL = re.compile(r"(?<![a-z])apr(il)?(?![a-z])", re.I)
_CODE_TO, _FLAG_AT = 13, 14


def _recognizes(head: str) -> bool:
    return _LINE.search(head) is not None


def _named(names: str, _: str) -> Named | None:
    """A fiscal year from 1 October to 30 September; its April revision holds for the rest of it."""
    found = _NAMED.search(names)
    if found is None:
        return None
    year = int(found[2])
    april = found[1] is not None or _APRIL.search(names) is not None
    since = date(year, 4, 1) if april else date(year - 1, 10, 1)
    return Named(f"FY{year} April" if april else f"FY{year}", since, date(year, 9, 30))


def _record(line: str) -> Record:
    found = _LINE.match(line)
    if found is None or found.start(2) != _FLAG_AT or found.end(1) > _CODE_TO:
        raise ValueError("order number, code or flag is not where the layout says")
    code = found[1]
    dotted = f"{code[:3]}.{code[3:]}" if code[3:] else code
    return dotted, found[2] == "1"


def _batches(stream: BinaryIO) -> Iterator[Batch]:
    lines = enumerate(text_of(stream).split("\n"), start=1)
    rows = ((number, [line]) for number, line in lines if line.strip())
    yield batch_of(rows, lambda cells: _record(cells[0]), key=1)


ORDER_FILE = Reader(DIAGNOSES, "ICD-10-CM order file", _recognizes, _named, _batches)
