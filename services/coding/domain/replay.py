"""A replay: claims as told beside what a proposed setting would make of them. Nothing is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from services.coding.domain.claim import Claim, Line, Status
from services.coding.domain.differences import matched
from services.coding.domain.facts import Facts, Payer
from services.coding.domain.policy import Policy
from services.coding.domain.references import Tables
from services.coding.domain.releases import (
    ADD_ONS,
    DIAGNOSES,
    HCPCS,
    PAIRS,
    RELATIVE_VALUES,
    UNIT_LIMITS,
    Editions,
    K,
    Release,
    V,
)
from services.coding.domain.rulebook import code
from shared.kernel.money import ZERO

ReplayState: TypeAlias = Literal["queued", "running", "done", "cancelled"]

REPLAYED = (RELATIVE_VALUES, PAIRS, UNIT_LIMITS, ADD_ONS, HCPCS, DIAGNOSES)
"""The tables of which a decision reads a release."""


@dataclass(frozen=True, slots=True)
class ChosenRelease:
    """A release that stands in place of every other of its table, by the table and its name."""

    table: str
    name: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is tried; what is not said stays as it is.

    releases: read for every date of service. payer: who is taken to pay instead of the visit's own
    payer; patients without coverage stay so. carry_forward: the setting of that name. policy: in
    place of the practice's, for every payer.
    """

    releases: tuple[ChosenRelease, ...] = ()
    payer: Payer | None = None
    carry_forward: bool | None = None
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class LineSaid:
    """A line in short: what a biller compares. charge: US dollars."""

    number: int
    code: str
    modifiers: tuple[str, ...]
    units: int
    charge: Decimal


@dataclass(frozen=True, slots=True)
class ClaimDiffers:
    """A claim that the proposal would change: lines by place, None where one side has no such."""

    status_before: Status
    status_after: Status
    charge_before: Decimal
    charge_after: Decimal
    lines: tuple[tuple[LineSaid | None, LineSaid | None], ...]


@dataclass(frozen=True, slots=True)
class Uncoded:
    """A claim that the proposal cannot code. reason: the kind of the error, without its facts."""

    reason: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A run as it stands. after_claim: the claim it has come to. Days are inclusive."""

    replay_id: UUID
    practice_id: str
    state: ReplayState
    proposal: Proposal
    first_day: date
    last_day: date
    as_of: date
    total: int
    done: int
    after_claim: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Sums:
    """Claims that differ, US dollars that rise and fall (positive both), claims not coded."""

    claims: int
    up: Decimal
    down: Decimal
    uncoded: int


def proposed(tables: Tables, proposal: Proposal) -> Tables:
    """The tables as the proposal wants them; a release that is not there changes nothing."""
    names = {each.table: each.name for each in proposal.releases}
    return replace(
        tables,
        releases=tuple(
            _always(each) if each.table in names else each
            for each in tables.releases
            if names.get(each.table, each.name) == each.name
        ),
        relative_values=_only(tables.relative_values, names.get(RELATIVE_VALUES)),
        factors=_factors(tables, names.get(RELATIVE_VALUES)),
        pairs=_only(tables.pairs, names.get(PAIRS)),
        limits=_only(tables.limits, names.get(UNIT_LIMITS)),
        add_ons=_only(tables.add_ons, names.get(ADD_ONS)),
        terms=_only(tables.terms, names.get(HCPCS)),
        diagnoses=_only(tables.diagnoses, names.get(DIAGNOSES)),
        carry_forward=tables.carry_forward
        if proposal.carry_forward is None
        else proposal.carry_forward,
    )


def _only(editions: Editions[K, V], name: str | None) -> Editions[K, V]:
    """The named release alone, in force on every day; all of them where none is named."""
    if name is None:
        return editions
    named = [each for each in editions if each.release.name == name]
    return tuple(replace(each, release=_always(each.release)) for each in named[-1:])


def _always(release: Release) -> Release:
    return replace(release, since=date.min, until=None)


def _factors(tables: Tables, name: str | None) -> dict[date, Decimal]:
    if name is None:
        return dict(tables.factors)
    named = [each for each in tables.relative_values if each.release.name == name]
    return dict.fromkeys((date.min,), tables.factors[named[-1].release.since]) if named else {}


def replayed(facts: Facts, tables: Tables, proposal: Proposal, as_of: date) -> Claim:
    """One encounter under the proposal. tables: as `proposed` made them."""
    if proposal.payer is not None and not facts.payer.self_pay:
        facts = replace(facts, payer=proposal.payer)
    if proposal.policy is not None:
        facts = replace(facts, policy=proposal.policy)
    return code(facts, tables, as_of)


def compared(before: Claim, after: Claim) -> ClaimDiffers | None:
    """Lines before and after with the money; None where the decision is the same."""
    if before.same_content(after):
        return None
    numbers = {id(each): place for place, each in enumerate(before.lines, start=1)}
    numbers |= {id(each): place for place, each in enumerate(after.lines, start=1)}
    pairs = tuple(
        (_said(old, numbers), _said(new, numbers))
        for old, new in matched(before.lines, after.lines)
    )
    return ClaimDiffers(
        before.status, after.status, total_charge(before.lines), total_charge(after.lines), pairs
    )


def _said(line: Line | None, numbers: dict[int, int]) -> LineSaid | None:
    if line is None:
        return None
    return LineSaid(numbers[id(line)], line.code, line.modifiers, line.units, line.charge)


def total_charge(lines: Sequence[Line]) -> Decimal:
    """The sum of the lines in US dollars."""
    return sum((each.charge for each in lines), start=ZERO)
