"""The reference tables a decision reads, looked up by date of service.

Where no release covers the date the last known one is carried forward; `carried` names those, so
that every line can say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from shared.kernel.money import ZERO, money

SURGICAL = ("000", "010", "090")
"""Global-period indicators of procedures, as the fee schedule writes them."""

DEFAULT_FEE_FACTOR = Decimal("2.5")
"""A code without a fee of the practice is charged at 2.5 times the national allowed amount."""


@dataclass(frozen=True, slots=True)
class Release:
    """A published table. `until` is its last day; None where it was not said."""

    table: str
    name: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """A billed code as the bands know it. Bounds are inclusive; None is open."""

    code: str
    family: str
    region: str
    low: Decimal | None
    high: Decimal | None
    add_on: bool
    global_days: str
    description: str


@dataclass(frozen=True, slots=True)
class RelativeValue:
    """Relative values of a code (and modifier) in one release. `factor`: dollars per unit."""

    since: date
    until: date | None
    non_facility: Decimal
    facility: Decimal
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Pair:
    """An NCCI procedure-to-procedure edit. `deleted`: the last day it was in force."""

    column_1: str
    column_2: str
    indicator: str
    deleted: date | None


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """A medically unlikely edit. `adjudication`: 1 per line, 2 absolute, 3 per day, appealable."""

    since: date
    limit: int
    adjudication: str


@dataclass(frozen=True, slots=True)
class GlobalPeriod:
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Tables:
    """A snapshot of every table, small enough to hold in memory.

    bands: the codes of a family and region that have one. factors: the conversion factor by the
    first day of its release.
    """

    codes: Mapping[str, CodeFacts]
    bands: Mapping[tuple[str, str], tuple[CodeFacts, ...]]
    relative_values: Mapping[str, tuple[RelativeValue, ...]]
    factors: Mapping[date, Decimal]
    pairs: Mapping[tuple[str, str], tuple[Pair, ...]]
    limits: Mapping[str, tuple[UnitLimit, ...]]
    primaries: Mapping[str, frozenset[str]]
    globals: Mapping[str, GlobalPeriod]
    facilities: frozenset[str]
    releases: tuple[Release, ...]

    def banded(self, family: str, region: str, size: Decimal) -> str | None:
        """The code of a family and region whose band holds the size."""
        for facts in self.bands.get((family, region), ()):
            reached = facts.low is not None and facts.low <= size
            if reached and (facts.high is None or size <= facts.high):
                return facts.code
        return None

    def global_days(self, code: str) -> str:
        """The global-period indicator of a code (`000`, `010`, `090`, `XXX`, `ZZZ` ...)."""
        facts = self.codes.get(code)
        return "" if facts is None else facts.global_days

    def is_drug(self, code: str) -> bool:
        """A drug itself, which carries its own NDC and waste, not its administration."""
        facts = self.codes.get(code)
        return (
            facts is not None
            and facts.family.startswith("drug_")
            and facts.family != "drug_administration"
        )

    def add_on(self, code: str) -> bool:
        facts = self.codes.get(code)
        return facts is not None and facts.add_on

    def relative_value(self, code: str, place_of_service: str, day: date) -> Decimal | None:
        """Total relative value units; None where the code has none (drugs)."""
        row = self._relative_value(code, day)
        if row is None:
            return None
        total = row.facility if place_of_service in self.facilities else row.non_facility
        return total or None

    def default_fee(self, code: str, place_of_service: str, day: date) -> Decimal:
        """2.5 times the national allowed amount of the last release; zero without one."""
        row = self._relative_value(code, day)
        total = self.relative_value(code, place_of_service, day)
        if row is None or total is None:
            return ZERO
        factor = max(known for known in self.factors.items() if known[0] <= day)[1]
        return money(total * factor * DEFAULT_FEE_FACTOR)

    def pair(self, first: str, second: str, day: date) -> Pair | None:
        """The edit in force between column 1 and column 2; withdrawn ones (9) are none (NC-5)."""
        for pair in self.pairs.get((first, second), ()):
            if pair.indicator != "9" and (pair.deleted is None or day <= pair.deleted):
                return pair
        return None

    def limit(self, code: str, day: date) -> UnitLimit | None:
        """The unit limit of the last release on or before the day."""
        rows = [row for row in self.limits.get(code, ()) if row.since <= day]
        return max(rows, key=lambda row: row.since, default=None)

    def carried(self, day: date) -> tuple[Release, ...]:
        """Releases used for a day past their last known one: none in force, last one known."""
        used: dict[str, Release] = {}
        for release in self.releases:
            if release.since <= day and (
                release.table not in used or used[release.table].since < release.since
            ):
                used[release.table] = release
        return tuple(
            release
            for _, release in sorted(used.items())
            if release.until is not None and release.until < day
        )

    def _relative_value(self, code: str, day: date) -> RelativeValue | None:
        rows = [row for row in self.relative_values.get(code, ()) if row.since <= day]
        return max(rows, key=lambda row: row.since, default=None)


@dataclass(frozen=True, slots=True)
class Fee:
    """A price of the practice for a code, from a day of service on."""

    since: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PastService:
    """A service of the same patient that was coded before. Empty `sites`: not recorded."""

    code: str
    date_of_service: date
    sites: tuple[str, ...] = ()
    laterality: str | None = None
    diagnoses: tuple[str, ...] = ()


FeeSchedule: TypeAlias = Mapping[str, tuple[Fee, ...]]
"""A practice's fees by code."""


def charge(
    code: str, fees: FeeSchedule, tables: Tables, place_of_service: str, day: date
) -> Decimal:
    """The practice's fee in force on the day, else the default."""
    known = [fee for fee in fees.get(code, ()) if fee.since <= day]
    if known:
        return max(known, key=lambda fee: fee.since).amount
    return tables.default_fee(code, place_of_service, day)


@dataclass(frozen=True, slots=True)
class References:
    """What the handlers of one batch read beside their cases: fees by practice, history by case."""

    tables: Tables
    fees: Mapping[str, FeeSchedule] = field(default_factory=dict)
    history: Mapping[UUID, tuple[PastService, ...]] = field(default_factory=dict)
