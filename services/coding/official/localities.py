"""Geographic practice cost indices by Medicare contractor and locality."""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from services.coding.domain.official import Batch
from services.coding.domain.releases import LOCALITIES
from services.coding.official.reader import (
    Cells,
    Named,
    Reader,
    Record,
    batch_of,
    columns,
    matching,
    number,
    rows_below,
    text_of,
)

_YEAR = re.compile(r"\b(\d{4}) PW GPCI")


def _is_header(cells: Cells) -> bool:
    return len(cells) == 7 and cells[2].strip() == "Locality Number" and "PW GPCI" in cells[4]


def _recognizes(head: str) -> bool:
    return "Locality Number" in head and "PW GPCI" in head


def _named(_: str, head: str) -> Named | None:
    year = _YEAR.search(head)
    if year is None:
        return None
    whole = int(year[1])
    return Named(f"GPCI{whole}", date(whole, 1, 1), date(whole, 12, 31))


def _record(cells: Cells) -> Record | None:
    """Locality numbers repeat across states: the contractor is part of the key."""
    if not any(cell.strip() for cell in cells[1:]):
        return None  # a footnote
    contractor, state, locality, _, work, expense, malpractice = columns(cells, 7)
    return (
        matching(contractor, "[0-9]{5}", "the contractor"),
        matching(locality, "[0-9]{2}", "the locality"),
        matching(state, "[A-Z]{2}", "the state"),
        number(work, "the work index"),
        number(expense, "the practice expense index"),
        number(malpractice, "the malpractice index"),
    )


def _batches(stream: BinaryIO) -> Iterator[Batch]:
    yield batch_of(rows_below(text_of(stream), _is_header), _record, key=2)


COST_INDICES = Reader(LOCALITIES, "GPCI", _recognizes, _named, _batches)
