"""The snapshot a decision reads, made from the rows of the reference tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from services.coding.domain.references import (
    CodeFacts,
    GlobalPeriod,
    Pair,
    Primary,
    RelativeValue,
    Tables,
    Term,
    UnitLimit,
)
from services.coding.domain.releases import (
    ADD_ONS,
    DIAGNOSES,
    HCPCS,
    PAIRS,
    QUALIFYING_VALUES,
    RELATIVE_VALUES,
    UNIT_LIMITS,
    Edition,
    Release,
    in_order,
)

K = TypeVar("K")
V = TypeVar("V")
Record = Sequence[Any]
"""A row, by the columns of its table; of a release, by those after `load_id`."""

CONTRACTOR_DEFINED = "CCCCC"
"""Stands where the payer, not the file, says which primary codes an add-on accepts."""


@dataclass(frozen=True, slots=True)
class Held:
    """A release and its rows."""

    release: Release
    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Content:
    """The product's own tables by name, and every release that is there whole."""

    shipped: Mapping[str, Sequence[Record]]
    releases: Sequence[Held]


def tables(content: Content, *, carry_forward: bool = False) -> Tables:
    """The snapshot of what the database, or the shipped files, hold."""
    codes = [CodeFacts(*record) for record in content.shipped["code"]]
    of_table: dict[str, list[Held]] = {}
    for held in content.releases:
        of_table.setdefault(held.release.table, []).append(held)
    values = of_table.get(RELATIVE_VALUES, [])
    known = [held.release for held in content.releases if held.release.table != QUALIFYING_VALUES]
    return Tables(
        codes={facts.code: facts for facts in codes},
        bands=_bands(codes),
        globals={
            indicator: GlobalPeriod(before, after)
            for indicator, before, after in content.shipped["global_period"]
        },
        facilities=frozenset(
            code for code, facility in content.shipped["place_of_service"] if facility
        ),
        releases=tuple(known),
        relative_values=in_order([_relative_values(held) for held in values]),
        factors=_factors(values),
        pairs=in_order([_pairs(held) for held in of_table.get(PAIRS, [])]),
        limits=in_order([_limits(held) for held in of_table.get(UNIT_LIMITS, [])]),
        add_ons=in_order([_add_ons(held) for held in of_table.get(ADD_ONS, [])]),
        terms=in_order([_terms(held) for held in of_table.get(HCPCS, [])]),
        diagnoses=in_order([_diagnoses(held) for held in of_table.get(DIAGNOSES, [])]),
        carry_forward=carry_forward,
    )


def _bands(codes: Iterable[CodeFacts]) -> dict[tuple[str, str], tuple[CodeFacts, ...]]:
    return _grouped(
        ((facts.family, facts.region), facts)
        for facts in codes
        if facts.low is not None and not facts.add_on
    )


def _relative_values(held: Held) -> Edition[tuple[str, str], RelativeValue]:
    rows = {
        (code, modifier): RelativeValue(non_facility, facility, factor, days)
        for code, modifier, *_, non_facility, facility, _, days, factor in held.records
    }
    return Edition(held.release, rows)


def _factors(values: Sequence[Held]) -> dict[date, Decimal]:
    """The last column: a release has one conversion factor."""
    ordered = sorted(values, key=lambda held: held.release.official)
    return {held.release.since: held.records[0][-1] for held in ordered if held.records}


def _pairs(held: Held) -> Edition[tuple[str, str], tuple[Pair, ...]]:
    pairs = (
        Pair(column_1, column_2, indicator, deleted, since)
        for column_1, column_2, indicator, since, deleted in held.records
    )
    return Edition(held.release, _grouped(((pair.column_1, pair.column_2), pair) for pair in pairs))


def _limits(held: Held) -> Edition[str, UnitLimit]:
    return Edition(held.release, {code: UnitLimit(*limit) for code, *limit in held.records})


def _add_ons(held: Held) -> Edition[str, tuple[Primary, ...]]:
    rows = _grouped(
        (add_on, Primary(primary, since, until))
        for add_on, primary, _, since, until in held.records
        if primary != CONTRACTOR_DEFINED
    )
    return Edition(held.release, rows)


def _terms(held: Held) -> Edition[str, Term]:
    rows = {
        code: Term(since, until) for code, modifier, since, until in held.records if not modifier
    }
    return Edition(held.release, rows)


def _diagnoses(held: Held) -> Edition[str, bool]:
    return Edition(held.release, {code: billable for code, billable in held.records})


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
