"""The shipped reference tables, read from CSV into the rows of our own tables."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from importlib.resources import files
from typing import TypeAlias

from services.coding.domain.references import (
    CodeFacts,
    GlobalPeriod,
    Pair,
    RelativeValue,
    Release,
    Tables,
    UnitLimit,
)

Value: TypeAlias = str | bool | int | Decimal | date | None
Record: TypeAlias = tuple[Value, ...]
Row: TypeAlias = Mapping[str, str]

_FOLDER = files("services.coding").joinpath("reference")


def content_hash() -> str:
    """The hash of every shipped file: a database that holds it needs no loading."""
    digest = sha256()
    for file in sorted(set(_FILE_OF.values())):
        digest.update(_FOLDER.joinpath(file).read_bytes())
    return digest.hexdigest()


def records() -> dict[str, list[Record]]:
    """The rows of every reference table, by table name, in the order of its columns."""
    found: dict[str, list[Record]] = {}
    for table, file in _FILE_OF.items():
        text = _FOLDER.joinpath(file).read_text(encoding="utf-8")
        made = (_MAKE[table](row) for row in csv.DictReader(text.splitlines()))
        found[table] = [record for record in made if record is not None]
    return found


def tables(rows: Mapping[str, Iterable[Sequence[object]]]) -> Tables:
    """A snapshot from the rows of every reference table, wherever they were read."""
    pairs = _grouped(Pair(*row) for row in rows["ncci_pair"])  # type: ignore[arg-type]
    values: dict[str, list[RelativeValue]] = {}
    for code, *rest in rows["relative_value"]:
        values.setdefault(str(code), []).append(RelativeValue(*rest))  # type: ignore[arg-type]
    limits: dict[str, list[UnitLimit]] = {}
    for code, *rest in rows["unit_limit"]:
        limits.setdefault(str(code), []).append(UnitLimit(*rest))  # type: ignore[arg-type]
    primaries: dict[str, set[str]] = {}
    for add_on, primary in rows["add_on"]:
        primaries.setdefault(str(add_on), set()).add(str(primary))
    codes = [CodeFacts(*row) for row in rows["code"]]  # type: ignore[arg-type]
    return Tables(
        codes={facts.code: facts for facts in codes},
        bands=_bands(codes),
        relative_values={code: tuple(each) for code, each in values.items()},
        factors={row.since: row.factor for each in values.values() for row in each},
        pairs=pairs,
        limits={code: tuple(each) for code, each in limits.items()},
        primaries={code: frozenset(each) for code, each in primaries.items()},
        globals={
            str(indicator): GlobalPeriod(*days)  # type: ignore[arg-type]
            for indicator, *days in rows["global_period"]
        },
        facilities=frozenset(str(code) for code, facility in rows["place_of_service"] if facility),
        releases=tuple(Release(*row) for row in rows["release"]),  # type: ignore[arg-type]
    )


def _bands(codes: Iterable[CodeFacts]) -> dict[tuple[str, str], tuple[CodeFacts, ...]]:
    found: dict[tuple[str, str], tuple[CodeFacts, ...]] = {}
    for facts in codes:
        if facts.low is not None and not facts.add_on:
            key = (facts.family, facts.region)
            found[key] = (*found.get(key, ()), facts)
    return found


def _grouped(pairs: Iterable[Pair]) -> dict[tuple[str, str], tuple[Pair, ...]]:
    found: dict[tuple[str, str], tuple[Pair, ...]] = {}
    for pair in pairs:
        key = (pair.column_1, pair.column_2)
        found[key] = (*found.get(key, ()), pair)
    return found


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


def _relative_value(row: Row) -> Record | None:
    if row["modifier"]:
        return None
    return (
        row["code"],
        date.fromisoformat(row["effective_from"]),
        _day(row["effective_to"]),
        Decimal(row["nonfacility_total_rvu"] or 0),
        Decimal(row["facility_total_rvu"] or 0),
        Decimal(row["conversion_factor"]),
    )


def _pair(row: Row) -> Record | None:
    return row["column1"], row["column2"], row["modifier_indicator"], _day(row["deletion"])


def _limit(row: Row) -> Record | None:
    if row["program"] != "medicare":
        return None
    return row["code"], date.fromisoformat(row["effective"]), int(row["mue"]), row["mai"]


def _add_on(row: Row) -> Record | None:
    return row["addon_code"], row["primary_code"]


def _global(row: Row) -> Record | None:
    if not row["postop_days"]:
        return None
    return row["indicator"], int(row["preop_days"]), int(row["postop_days"])


def _place(row: Row) -> Record | None:
    return row["code"], row["mpfs_setting"] == "facility"


def _release(row: Row) -> Record | None:
    return row["table"], row["name"], date.fromisoformat(row["since"]), _day(row["until"])


def _decimal(cell: str) -> Decimal | None:
    return Decimal(cell) if cell else None


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


_FILE_OF = {
    "code": "cpt_dermatology.csv",
    "relative_value": "rvu_dermatology.csv",
    "ncci_pair": "ncci_ptp_dermatology.csv",
    "unit_limit": "mue_dermatology.csv",
    "add_on": "addon_dermatology.csv",
    "global_period": "global_periods.csv",
    "place_of_service": "pos_codes.csv",
    "release": "releases.csv",
}
_MAKE: dict[str, Callable[[Row], Record | None]] = {
    "code": _code,
    "relative_value": _relative_value,
    "ncci_pair": _pair,
    "unit_limit": _limit,
    "add_on": _add_on,
    "global_period": _global,
    "place_of_service": _place,
    "release": _release,
}
