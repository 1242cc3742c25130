"""NCCI procedure-to-procedure edits, practitioner: four tab-separated parts, millions of rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import BinaryIO

from services.coding.domain.official import Batch, Rejected
from services.coding.domain.releases import PAIRS
from services.coding.official.reader import Named, Reader, Record, day, quarter
from shared.kernel.refused import Refused

_CHUNK = 2**20
_ROW = r"([0-9A-Z]{5})\t([0-9A-Z]{5})\t\*?[ ]*\t([0-9]{8})\t(\*|[0-9]{8})[ ]*\t([019])\t[^\t\n]*"
_LINE = re.compile(f"^{_ROW}$", re.M)
_LINES = re.compile(
    r"(?:[0-9A-Z]{5}\t[0-9A-Z]{5}\t\*?\t[0-9]{8}\t(?:\*|[0-9]{8})\t[019]\t[^\t\n]*+\n)++"
)
"""Any number of good rows, checked at once: nothing is captured and nothing is tried twice."""
_LIKE_A_ROW = re.compile(r"[0-9A-Z]{1,8}\t")
"""No line of the preamble begins so."""

_COLUMNS = 7
_TAKEN = (0, 1, 3, 4, 5)
"""Both codes, effective, deletion, indicator; the third column is a star and not a date."""
_VERSION = re.compile(r"ccipra-v(\d\d)([0-3])r(\d+)", re.I)
_QUARTER = re.compile(r"ncci-(\d{4})-?q([1-4])-practitioner-ptp", re.I)
_PART = re.compile(r"-f([1-4])\b", re.I)
_HOSPITAL = re.compile(r"ccioph|outpatient|hospital", re.I)
_VERSION_OF_YEAR_0 = 1994
"""v320 is the first quarter of 2026: the first two digits rise each year."""


@dataclass(slots=True)
class _Pairs:
    """Rows out of whole lines. seen: the key of every row, for a row that stands twice."""

    line: int = 0
    begun: bool = False
    seen: set[str] = field(default_factory=set)
    days: dict[str, date | None] = field(default_factory=lambda: {"*": None})

    def batch(self, lines: str) -> Batch:
        """All at once where every line is a good row, else one by one."""
        if not self.begun:
            return self._below_preamble(lines)
        if _LINES.fullmatch(lines):
            cells = lines[:-1].replace("\n", "\t").split("\t")
            column_1, column_2, since, deleted, indicator = (cells[at::_COLUMNS] for at in _TAKEN)
            keys = set(map("".join, zip(column_1, column_2, since, strict=True)))
            fresh = len(keys) == len(since) and self.seen.isdisjoint(keys)
            if fresh and self._are_days({*since, *deleted}):
                self.seen |= keys
                self.line += len(since)
                ends = [r"\N" if day == "*" else day for day in deleted]
                rows = zip(column_1, column_2, indicator, since, ends, strict=True)
                return Batch(copied="\n".join(map("\t".join, rows)))
        return self._one_by_one(lines.removesuffix("\n").split("\n"))

    def _below_preamble(self, lines: str) -> Batch:
        """The rows from the first good one on; what looks like a row before it is rejected."""
        first = _LINE.search(lines)
        start = first.start() if first is not None else len(lines)
        above = [line if _LIKE_A_ROW.match(line) else "" for line in lines[:start].split("\n")[:-1]]
        rejected = self._one_by_one(above).rejected
        if first is None:
            return Batch(rejected=rejected)
        self.begun = True
        below = self.batch(lines[start:])
        return replace(below, rejected=(*rejected, *below.rejected))

    def _are_days(self, cells: set[str]) -> bool:
        try:
            for cell in cells:
                self._day(cell)
        except ValueError:
            return False
        return True

    def _one_by_one(self, lines: list[str]) -> Batch:
        records: list[Record] = []
        rejected: list[Rejected] = []
        for line in lines:
            self.line += 1
            if not line.strip():
                continue
            try:
                records.append(self._record(line))
            except ValueError as fault:
                rejected.append(Rejected(self.line, str(fault)))
        return Batch(records, rejected)

    def _record(self, line: str) -> Record:
        found = _LINE.match(line)
        if found is None:
            cells = line.count("\t") + 1
            if cells != _COLUMNS:
                raise ValueError(f"{cells} columns instead of {_COLUMNS}")
            raise ValueError("code, date or modifier indicator is not as the layout says")
        column_1, column_2, since, deleted, indicator = found.groups()
        record = column_1, column_2, indicator, self._day(since), self._day(deleted)
        key = f"{column_1}{column_2}{since}"
        if key in self.seen:
            raise ValueError("stands twice")
        self.seen.add(key)
        return record

    def _day(self, cell: str) -> date | None:
        if cell not in self.days:
            self.days[cell] = day(cell)
        return self.days[cell]


def _batches(stream: BinaryIO) -> Iterator[Batch]:
    pairs = _Pairs()
    rest = b""
    while chunk := stream.read(_CHUNK):
        whole, newline, rest = (rest + chunk).rpartition(b"\n")
        if len(rest) > _CHUNK:
            raise Refused("not-the-file", "a line has more than a million bytes")
        if newline:
            yield pairs.batch(_text(whole + newline))
    if rest:
        yield pairs.batch(_text(rest))


def _text(content: bytes) -> str:
    return content.decode("latin-1").replace("\r\n", "\n")


def _recognizes(head: str) -> bool:
    return _LINE.search(head.replace("\r\n", "\n")) is not None


def _named(names: str, _: str) -> Named | None:
    if _HOSPITAL.search(names):
        raise Refused("another-file", "these are the edits of hospitals, not of practitioners")
    version, named, part = _VERSION.search(names), _QUARTER.search(names), _PART.search(names)
    if part is None or (version is None and named is None):
        return None
    if version is not None:
        year, place, revision = (int(each) for each in version.groups())
        found = quarter(_VERSION_OF_YEAR_0 + year, place + 1)
    else:
        assert named is not None
        found, revision = quarter(int(named[1]), int(named[2])), 0
    name = f"{found.name} r{revision}" if revision else found.name
    return Named(name, found.since, found.until, part=int(part[1]), parts=4)


PAIR_EDITS = Reader(PAIRS, "NCCI PTP edits, practitioner", _recognizes, _named, _batches)
