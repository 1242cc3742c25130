"""NCCI procedure-to-procedure edits, practitioner: four tab-separated parts, millions of rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from services.coding.domain.official import Batch, Rejected
from services.coding.domain.releases import PAIRS
from services.coding.official.reader import Named, Reader, Record, day, quarter
from shared.kernel.refused import Refused

_CHUNK = 2**20
_LINE = re.compile(
    r"^([0-9A-Z]{5})\t([0-9A-Z]{5})\t\*?[ ]*\t(\d{8})\t(\d{8}|\*)[ ]*\t([019])\t[^\t\r\n]*\r?$",
    re.M,
)
_COLUMNS = 7
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
        count = lines.count("\n") + (not lines.endswith("\n"))
        found = _LINE.findall(lines)
        if len(found) == count and self._fresh(found):
            self.line += count
            self.begun = True
            days = self.days
            return Batch([(a, b, mark, days[s], days[d]) for a, b, s, d, mark in found])
        return self._one_by_one(lines.splitlines())

    def _fresh(self, found: list[tuple[str, str, str, str, str]]) -> bool:
        """Whether all dates are real and no row stands twice; only then they count as seen."""
        try:
            for cell in {row[2] for row in found} | {row[3] for row in found}:
                self._day(cell)
        except ValueError:
            return False
        keys = {f"{row[0]}{row[1]}{row[2]}" for row in found}
        if len(keys) != len(found) or not self.seen.isdisjoint(keys):
            return False
        self.seen |= keys
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
                self.begun = True
            except ValueError as fault:
                if self.begun:  # before the first row it is the preamble
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
            yield pairs.batch((whole + newline).decode("latin-1"))
    if rest:
        yield pairs.batch(rest.decode("latin-1"))


def _recognizes(head: str) -> bool:
    return _LINE.search(head) is not None


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
