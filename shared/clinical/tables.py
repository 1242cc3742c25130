"""The vocabulary's CSV tables, shipped with the package (see `data/SOURCES.md`)."""

import csv
from importlib.resources import files


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one table of `data/`, as text by column. Empty text is not known."""
    text = files("shared.clinical").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def items(cell: str) -> tuple[str, ...]:
    """The entries of a cell that holds a list."""
    return tuple(entry for entry in cell.split(";") if entry)
