"""The tables shipped with denials, read once at start."""

import csv
from importlib.resources import files

from services.denials.domain.tables import Tables


def load_tables() -> Tables:
    """The adjustment codes and absolute unit limits of `SOURCES.md`."""
    return Tables.of(_rows("carc_rarc_dermatology.csv"), _rows("mue_absolute.csv"))


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
