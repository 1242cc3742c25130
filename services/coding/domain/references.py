"""The reference tables a decision reads, looked up by date of service.

Where no release covers the date the last known one is carried forward; `carried` names those, so
that every line can say so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from services.coding.domain.policy import PolicyBook
from services.coding.domain.releases import (
    Editions,
    Release,
    carried,
    in_force,
    row,
    without_release,
)
from shared.kernel.money import ZERO, money

COMPONENTS = ("26", "TC", "53")
"""Modifiers under which the fee schedule values a part of a code."""

PRICED_APART = ("26", "TC")
"""Those that a practice prices apart; a service that was broken off has the price of the whole."""

SURGICAL = ("000", "010", "090")
"""Global-period indicators of procedures, as the fee schedule writes them."""

DEFAULT_FEE_FACTOR = Decimal("2.5")
"""A code without a fee of the practice is charged at 2.5 times the national allowed amount."""


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
    """Total relative value units of a code, or of a component of it. `factor`: dollars per unit.

    global_days: the global-period indicator; blank where the release does not say it.
    """

    non_facility: Decimal
    facility: Decimal
    factor: Decimal
    global_days: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """An NCCI procedure-to-procedure edit, in force from `since` (None: not known) to `deleted`."""

    column_1: str
    column_2: str
    indicator: str
    deleted: date | None
    since: date | None = None

    def in_force(self, day: date) -> bool:
        """Withdrawn ones (9) never were (NC-5)."""
        begun = self.since is None or self.since <= day
        return self.indicator != "9" and begun and (self.deleted is None or day <= self.deleted)


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """A medically unlikely edit. `adjudication`: 1 per line, 2 absolute, 3 per day, appealable."""

    limit: int
    adjudication: str


@dataclass(frozen=True, slots=True)
class Primary:
    """A primary code that an add-on accepts, from and to a day where the file says so."""

    code: str
    since: date | None = None
    until: date | None = None

    def in_force(self, day: date) -> bool:
        begun = self.since is None or self.since <= day
        return begun and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Term:
    """The life of a HCPCS Level II code, both days inclusive."""

    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class GlobalPeriod:
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Tables:
    """A snapshot of what the engine can ask, small enough to hold in memory.

    bands: the codes of a family and region that have one. relative_values: by code and component
    modifier (`26`, `TC`, `53`, blank for the whole). factors: the conversion factor by the first
    day of its release. diagnoses: ICD-10-CM with the dot, whether it can be billed.
    """

    codes: Mapping[str, CodeFacts]
    bands: Mapping[tuple[str, str], tuple[CodeFacts, ...]]
    globals: Mapping[str, GlobalPeriod]
    facilities: frozenset[str]
    releases: tuple[Release, ...]
    relative_values: Editions[tuple[str, str], RelativeValue] = ()
    factors: Mapping[date, Decimal] = field(default_factory=dict)
    pairs: Editions[tuple[str, str], tuple[Pair, ...]] = ()
    limits: Editions[str, UnitLimit] = ()
    add_ons: Editions[str, tuple[Primary, ...]] = ()
    terms: Editions[str, Term] = ()
    diagnoses: Editions[str, bool] = ()
    carry_forward: bool = False

    def banded(self, family: str, region: str, size: Decimal) -> str | None:
        """The code of a family and region whose band holds the size."""
        for facts in self.bands.get((family, region), ()):
            reached = facts.low is not None and facts.low <= size
            if reached and (facts.high is None or size <= facts.high):
                return facts.code
        return None

    def global_days(self, code: str, day: date) -> str:
        """The global-period indicator of a code (`000`, `010`, `090`, `XXX`, `ZZZ` ...).

        Of the relative value release in force where it says one, else of the code table.
        """
        known = row(self.relative_values, (code, ""), day)
        if known is not None and known.global_days:
            return known.global_days
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

    def relative_value(
        self, code: str, place_of_service: str, day: date, component: str = ""
    ) -> Decimal | None:
        """Total relative value units; None where the code has none (drugs).

        component: `26`, `TC` or `53`; a part of a code never has the value of the whole.
        """
        known = row(self.relative_values, (code, component), day)
        if known is None:
            return None
        total = known.facility if place_of_service in self.facilities else known.non_facility
        return total or None

    def default_fee(
        self, code: str, place_of_service: str, day: date, component: str = ""
    ) -> Decimal:
        """2.5 times the national allowed amount of the last release; zero without one."""
        total = self.relative_value(code, place_of_service, day, component)
        if total is None:
            return ZERO
        factor = max(known for known in self.factors.items() if known[0] <= day)[1]
        return money(total * factor * DEFAULT_FEE_FACTOR)

    def pair(self, first: str, second: str, day: date) -> Pair | None:
        """The edit in force between column 1 and column 2; withdrawn ones (9) are none (NC-5).

        Before the first release its rows speak for themselves: they carry their own history.
        """
        edition = in_force(self.pairs, day) or next(iter(self.pairs), None)
        if edition is None:
            return None
        pairs = edition.rows.get((first, second), ())
        return next((pair for pair in pairs if pair.in_force(day)), None)

    def limit(self, code: str, day: date) -> UnitLimit | None:
        """The unit limit of the last release on or before the day."""
        return row(self.limits, code, day)

    def primaries(self, code: str, day: date) -> frozenset[str]:
        """The primary codes an add-on accepts; empty where no closed list is known (AO-1)."""
        edition = in_force(self.add_ons, day) or next(iter(self.add_ons), None)
        known = () if edition is None else edition.rows.get(code, ())
        return frozenset(primary.code for primary in known if primary.in_force(day))

    def ended(self, code: str, day: date) -> bool | None:
        """Whether a HCPCS Level II code was not in force; None where no official list says."""
        edition = in_force(self.terms, day)
        if edition is None or not code[:1].isalpha():
            return None
        term = edition.rows.get(code)
        return term is None or day < term.since or (term.until is not None and term.until < day)

    def billable(self, diagnosis: str, day: date) -> bool | None:
        """Whether an ICD-10-CM code (with its dot) can be billed; None without an official list."""
        edition = in_force(self.diagnoses, day)
        return None if edition is None else edition.rows.get(diagnosis, False)

    def carried(self, day: date) -> tuple[Release, ...]:
        """Releases used for a day past their last known one: none in force, last one known."""
        return carried(self.releases, day)

    def withheld(self, day: date) -> tuple[Release, ...]:
        """Carried official releases: who imports them is asked for the next one.

        None of them where the setting `reference.carry_forward` says otherwise.
        """
        if self.carry_forward:
            return ()
        return tuple(release for release in self.carried(day) if release.official)

    def without_release(self, day: date) -> tuple[str, ...]:
        """Tables of which nothing is known for so early a day."""
        return without_release(self.releases, day)


def component(modifiers: Iterable[str]) -> str:
    """The component a line's modifiers name; blank for the whole service."""
    return next((each for each in modifiers if each in COMPONENTS), "")


@dataclass(frozen=True, slots=True)
class Fee:
    """A price of the practice for a code, from a day of service on and to a last one if said.

    payer_id: the payer it was agreed with; None for every other. component: 26 or TC for the
    price of that part, blank for the whole service.
    """

    since: date
    amount: Decimal
    until: date | None = None
    payer_id: str | None = None
    component: str = ""

    def in_force(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


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
    code: str,
    fees: FeeSchedule,
    tables: Tables,
    place_of_service: str,
    day: date,
    payer_id: str | None = None,
    part: str = "",
) -> Decimal:
    """The fee in force on the day, the payer's before the general one, else the default.

    part: the component modifier of the line; the price of the whole is none of 26 or TC.
    """
    priced = part if part in PRICED_APART else ""
    known = [fee for fee in fees.get(code, ()) if fee.component == priced and fee.in_force(day)]
    for payer in (payer_id, None):
        agreed = [fee for fee in known if fee.payer_id == payer]
        if agreed:
            return max(agreed, key=lambda fee: fee.since).amount
    return tables.default_fee(code, place_of_service, day, part)


@dataclass(frozen=True, slots=True)
class References:
    """What the handlers of one batch read beside their cases.

    fees, policies: by practice. history: by case.
    """

    tables: Tables
    fees: Mapping[str, FeeSchedule] = field(default_factory=dict)
    history: Mapping[UUID, tuple[PastService, ...]] = field(default_factory=dict)
    policies: Mapping[str, Sequence[PolicyBook]] = field(default_factory=dict)
