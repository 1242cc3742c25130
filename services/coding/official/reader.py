"""What every reader of an official file has: how it knows its file, its release and its rows."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import BinaryIO, TypeAlias

from services.coding.domain.official import Batch, Rejected
from shared.kernel.refused import Refused

WHOLE_BYTES = 64 * 2**20
"""Files that are read at once; the largest official one has about 15 MB."""

_HEADER_WITHIN = 200
_CODE = re.compile(r"[0-9A-Z]{5}")
_NUMBER = re.compile(r"-?(\d{1,9}(\.\d{0,6})?|\.\d{1,6})")
_MONTHS = {"jan": 1, "apr": 4, "jul": 7, "oct": 10}

Cells: TypeAlias = list[str]
Record: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """The release that a file's name or title names, and which of its parts the file is."""

    name: str
    since: date
    until: date | None
    part: int = 1
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of official file.

    table: the kind of release. says: what it is called. recognizes: by the first bytes of the text.
    named: by the names of ZIP and member and the first bytes; None where neither says.
    batches: its rows.

    Raises:
        Refused: `recognizes` for a sister file that must not be taken for this one, `batches` for a
            file that is not what its head promised.
    """

    table: str
    says: str
    recognizes: Callable[[str], bool]
    named: Callable[[str, str], Named | None]
    batches: Callable[[BinaryIO], Iterator[Batch]]


def quarter(year: int, number: int) -> Named:
    """A calendar quarter, 1 to 4, as NCCI and HCPCS releases are named."""
    since = date(year, 3 * number - 2, 1)
    return Named(f"{year}Q{number}", since, quarter_end(since))


def quarter_of_month(year: str, month: str) -> Named | None:
    """The quarter that a month's name (`JUL`, `July`) begins; None for another month."""
    first = _MONTHS.get(month[:3].lower())
    return None if first is None else quarter(int(year), (first + 2) // 3)


def quarter_end(day: date) -> date:
    """The last day of the day's quarter."""
    after = day.month + 3 - (day.month - 1) % 3
    return date(day.year + after // 13, (after - 1) % 12 + 1, 1) - timedelta(days=1)


def text_of(stream: BinaryIO) -> str:
    """The whole text: UTF-8, else Latin-1 (unit limits carry a registered-trademark sign)."""
    content = stream.read(WHOLE_BYTES + 1)
    if len(content) > WHOLE_BYTES:
        raise Refused("too-large", f"the text has more than {WHOLE_BYTES} bytes")
    return decoded(content)


def decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def rows_below(
    text: str, is_header: Callable[[Cells], bool], delimiter: str = ","
) -> Iterator[tuple[int, Cells]]:
    """The records under the header, each with the line it ends on; a preamble of any length.

    Raises:
        Refused: no record is the header, or the text is not separated as it should be.
    """
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(records):
            if is_header(cells):
                break
            if number == _HEADER_WITHIN:
                raise Refused("columns-unknown", "the header is none of the known layouts")
        else:
            raise Refused("columns-unknown", "the header is none of the known layouts")
        for cells in records:
            if any(cell.strip() for cell in cells):
                yield records.line_num, cells
    except csv.Error:
        says = f"line {records.line_num} is not a record of the file"
        raise Refused("not-the-file", says) from None


def batch_of(
    rows: Iterator[tuple[int, Cells]], make: Callable[[Cells], Record | None], key: int
) -> Batch:
    """Records made of rows; `make` gives None for a row that is none.

    What cannot be made, or stands twice in its first `key` columns, is rejected with the reason.
    """
    records: list[Record] = []
    rejected: list[Rejected] = []
    seen: set[Record] = set()
    for line, cells in rows:
        try:
            record = make(cells)
        except ValueError as fault:
            rejected.append(Rejected(line, str(fault)))
            continue
        if record is None:
            continue
        if record[:key] in seen:
            rejected.append(Rejected(line, "stands twice"))
            continue
        seen.add(record[:key])
        records.append(record)
    return Batch(records, rejected)


def columns(cells: Cells, number: int) -> Cells:
    """The cells, trimmed, of which there must be so many."""
    if len(cells) != number:
        raise ValueError(f"{len(cells)} columns instead of {number}")
    return [cell.strip() for cell in cells]


def code(cell: str) -> str:
    """Five characters, with leading zeros and letters: never a number."""
    if not _CODE.fullmatch(cell):
        raise ValueError("the code has not five digits or capitals")
    return cell


def number(cell: str, what: str) -> Decimal:
    """An exact decimal; an empty cell is none."""
    if not _NUMBER.fullmatch(cell):
        raise ValueError(f"{what} is not a number")
    return Decimal(cell)


def matching(cell: str, pattern: str, what: str) -> str:
    if not re.fullmatch(pattern, cell):
        raise ValueError(f"{what} is not written as it should be")
    return cell


def one_of(cell: str, known: Sequence[str], what: str) -> str:
    if cell not in known:
        raise ValueError(f"{what} is none of {', '.join(each or 'blank' for each in known)}")
    return cell


def day(cell: str) -> date | None:
    """`YYYYMMDD`, or blank."""
    if not cell:
        return None
    if not re.fullmatch(r"\d{8}", cell):
        raise ValueError("a date is not YYYYMMDD")
    try:
        return date(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
    except ValueError:
        raise ValueError("a date is not in the calendar") from None
