"""Releases of reference tables, side by side: the one in force is chosen by date of service."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Generic, TypeVar

RELATIVE_VALUES = "relative values"
PAIRS = "NCCI pairs"
UNIT_LIMITS = "unit limits"
ADD_ONS = "add-on edits"
HCPCS = "HCPCS codes"
DIAGNOSES = "diagnosis codes"
LOCALITIES = "localities"
QUALIFYING_VALUES = "relative values for qualifying APM participants"
"""Kept beside the others and used for no claim: a practice of dermatology is paid the general
conversion factor."""

_DAYS = 1024
"""Dates of service of which the releases are remembered."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Release:
    """A published table. `until`: its last day, None where it was not said.

    official: imported from the publisher's file, and so whole; what is shipped knows the codes of
    dermatology alone.
    """

    table: str
    name: str
    since: date
    until: date | None
    official: bool = False

    def lapsed(self, day: date) -> bool:
        """Whether its last day was before this one."""
        return self.until is not None and self.until < day


@dataclass(frozen=True, slots=True)
class Edition(Generic[K, V]):
    """A release and its rows."""

    release: Release
    rows: Mapping[K, V]


Editions = Sequence[Edition[K, V]]
"""In the order of their first day, the official one last where two begin together."""


def in_force(editions: Editions[K, V], day: date) -> Edition[K, V] | None:
    """The edition that began last on or before the day; None before the first one."""
    for edition in reversed(editions):
        if edition.release.since <= day:
            return edition
    return None


def row(editions: Editions[K, V], key: K, day: date) -> V | None:
    """What is known of a key on the day.

    A shipped edition that lacks it leaves the word to the one before; an official one is whole, so
    what it does not list has no value.
    """
    for edition in reversed(editions):
        if edition.release.since > day:
            continue
        found = edition.rows.get(key)
        if found is not None or edition.release.official:
            return found
    return None


@lru_cache(maxsize=_DAYS)
def used(releases: tuple[Release, ...], day: date) -> tuple[Release, ...]:
    """By table, the release that began last on or before the day."""
    found: dict[str, Release] = {}
    for release in releases:
        known = found.get(release.table)
        if release.since <= day and (known is None or _order(known) < _order(release)):
            found[release.table] = release
    return tuple(release for _, release in sorted(found.items()))


@lru_cache(maxsize=_DAYS)
def carried(releases: tuple[Release, ...], day: date) -> tuple[Release, ...]:
    """By table, the release used for a day after its last one: none in force, last one known."""
    return tuple(release for release in used(releases, day) if release.lapsed(day))


@lru_cache(maxsize=_DAYS)
def without_release(releases: tuple[Release, ...], day: date) -> tuple[str, ...]:
    """The tables whose first known release begins after the day: nothing is known of it."""
    first: dict[str, date] = {}
    for release in releases:
        first[release.table] = min(release.since, first.get(release.table, release.since))
    return tuple(sorted(table for table, since in first.items() if since > day))


def in_order(editions: Editions[K, V]) -> tuple[Edition[K, V], ...]:
    """As the look-ups want them."""
    return tuple(sorted(editions, key=lambda edition: _order(edition.release)))


def _order(release: Release) -> tuple[date, bool, str]:
    return release.since, release.official, release.name
