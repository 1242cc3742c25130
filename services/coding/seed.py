"""The shipped reference tables, read from CSV into the rows of our own tables."""

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TypeAlias

from services.coding.domain.releases import ADD_ONS, PAIRS, RELATIVE_VALUES, UNIT_LIMITS, Release
from services.coding.snapshot import Content, Held, Record

Row: TypeAlias = Mapping[str, str]

_FOLDER = files("services.coding").joinpath("reference")


@cache
def content_hash() -> str:
    """The hash of every shipped file: a database that holds it needs no loading."""
    digest = sha256()
    for file in ("releases.csv", *sorted({**_SHIPPED, **_RELEASED})):
        digest.update(_FOLDER.joinpath(file).read_bytes())
    return digest.hexdigest()


def content() -> Content:
    """What is shipped, in the shape in which the database holds it."""
    shipped = {
        table: [record for row in _rows(file) if (record := make(row)) is not None]
        for file, (table, make) in _SHIPPED.items()
    }
    releases = [
        Held(release, [record for row in _rows(file) if (record := make(row, release)) is not None])
        for release in _releases()
        for file, (table, make) in _RELEASED.items()
        if table == release.table
    ]
    return Content(shipped, releases)


def _rows(file: str) -> Iterable[Row]:
    return csv.DictReader(_FOLDER.joinpath(file).read_text(encoding="utf-8").splitlines())


def _releases() -> list[Release]:
    return [
        Release(row["table"], row["name"], date.fromisoformat(row["since"]), _day(row["until"]))
        for row in _rows("releases.csv")
    ]


def _code(row: Row) -> Record | None:
    low = row["size_min_cm"] or row["area_min_sqcm"]
    high = row["size_max_cm"] or row["area_max_sqcm"]
    return (
        row["code"],
        row["family"],
        row["body_region_group"],
        _decimal(low),
        _decimal(high),
        row["is_addon"] == "true",
        row["global_days"],
        row["description"],
    )


def _global(row: Row) -> Record | None:
    if not row["postop_days"]:
        return None
    return row["indicator"], int(row["preop_days"]), int(row["postop_days"])


def _place(row: Row) -> Record | None:
    return row["code"], row["mpfs_setting"] == "facility"


def _relative_value(row: Row, release: Release) -> Record | None:
    if row["release"] != release.name:
        return None
    return (
        row["code"],
        row["modifier"],
        row["mpfs_status"],
        Decimal(row["work_rvu"] or 0),
        Decimal(row["nonfacility_pe_rvu"] or 0),
        Decimal(row["facility_pe_rvu"] or 0),
        Decimal(row["mp_rvu"] or 0),
        Decimal(row["nonfacility_total_rvu"] or 0),
        Decimal(row["facility_total_rvu"] or 0),
        row["pctc_indicator"],
        row["global_days"],
        Decimal(row["conversion_factor"]),
    )


def _pair(row: Row, _: Release) -> Record | None:
    """Without a first day: the public copy dropped it, and `effective` is only "on or before"."""
    indicator, deleted = row["modifier_indicator"], _day(row["deletion"])
    return row["column1"], row["column2"], indicator, None, deleted


def _limit(row: Row, _: Release) -> Record | None:
    if row["program"] != "medicare":
        return None
    return row["code"], int(row["mue"]), row["mai"]


def _add_on(row: Row, _: Release) -> Record | None:
    return row["addon_code"], row["primary_code"], row["edit_type"], None, None


def _decimal(cell: str) -> Decimal | None:
    return Decimal(cell) if cell else None


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


_SHIPPED: Mapping[str, tuple[str, Callable[[Row], Record | None]]] = {
    "cpt_dermatology.csv": ("code", _code),
    "global_periods.csv": ("global_period", _global),
    "pos_codes.csv": ("place_of_service", _place),
}
_RELEASED: Mapping[str, tuple[str, Callable[[Row, Release], Record | None]]] = {
    "rvu_dermatology.csv": (RELATIVE_VALUES, _relative_value),
    "ncci_ptp_dermatology.csv": (PAIRS, _pair),
    "mue_dermatology.csv": (UNIT_LIMITS, _limit),
    "addon_dermatology.csv": (ADD_ONS, _add_on),
}
