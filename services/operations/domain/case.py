"""What is known of one case: facts heard so far, none of them a patient's identity."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the timeline. `says` is a plain sentence; `received_at` is business time."""

    event_id: UUID
    cause_id: UUID | None
    type: str
    service: str
    occurred_at: datetime
    received_at: datetime
    says: str
    claim_id: str | None = None


@dataclass(frozen=True, slots=True)
class VisitSeen:
    """The visit as last classified. needs: what somebody still has to bring before it."""

    visit_id: str
    status: str
    classification: str
    scheduled_at: datetime
    heard_at: datetime
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpecimenSeen:
    """A specimen taken, waiting for its result from `since`."""

    specimen_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class EncounterSeen:
    """The last addendum of an encounter."""

    encounter_id: str
    version: int
    date_of_service: date
    occurred_at: datetime
    blocks: bool
    specimens: tuple[SpecimenSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class QuerySeen:
    """A question to the provider."""

    query_id: str
    encounter_id: str
    open: bool
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ResultSeen:
    """The last revision of a result. `read` is false while a person has to read it.

    series: lab, accession, specimen and part, which revisions are counted in.
    """

    series: str
    result_id: str
    accession: str
    specimen_id: str
    revision: int
    status: str
    read: bool
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a claim version, as it is shown beside another version's."""

    number: int
    code: str
    modifiers: tuple[str, ...]
    units: int
    diagnoses: tuple[str, ...]
    charge: Decimal
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoldSeen:
    reason: str
    detail: str
    release_on: date | None


@dataclass(frozen=True, slots=True)
class Version:
    """A coded version. `why` says what changed it; empty for the first."""

    version: int
    status: str
    frequency_code: str
    coded_at: datetime
    event_id: UUID
    diagnoses: tuple[str, ...]
    lines: tuple[Line, ...]
    holds: tuple[HoldSeen, ...] = ()
    why: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()

    @property
    def charge(self) -> Decimal:
        """What the version bills."""
        return sum((line.charge for line in self.lines), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a version outside coding.

    state: the claim state it leads to; None moves no state. says: why it is held. The amounts are
    those of a remittance.
    """

    event_id: UUID
    version: int
    at: datetime
    state: str | None
    by: str
    says: str = ""
    payer_control_number: str | None = None
    allowed: Decimal = Decimal("0.00")
    paid: Decimal = Decimal("0.00")
    adjusted: Decimal = Decimal("0.00")
    patient_responsibility: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class DenialSeen:
    denial_id: str
    claim_id: str
    version: int
    root_cause: str
    stage: str
    denied_amount: Decimal
    next_action: str
    due_on: date | None
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with every version coded and every step of any version, in the order heard."""

    claim_id: str
    encounter_id: str | None = None
    versions: tuple[Version, ...] = ()
    steps: tuple[Step, ...] = ()
    denials: tuple[DenialSeen, ...] = ()

    @property
    def latest(self) -> Version | None:
        """The highest version coded; None where only its later fate has been heard so far."""
        return max(self.versions, key=lambda version: version.version, default=None)


@dataclass(frozen=True, slots=True)
class Case:
    """Everything operations has heard of a case."""

    case_id: UUID
    practice_id: str
    visit: VisitSeen | None = None
    visit_id: str | None = None
    encounters: tuple[EncounterSeen, ...] = ()
    queries: tuple[QuerySeen, ...] = ()
    results: tuple[ResultSeen, ...] = ()
    claims: tuple[Claim, ...] = ()
    timeline: tuple[Entry, ...] = ()

    def claim(self, claim_id: str) -> Claim:
        """The claim of that id; an empty one where nothing has been heard of it."""
        return next((each for each in self.claims if each.claim_id == claim_id), Claim(claim_id))

    def with_entry(self, entry: Entry) -> "Case":
        """The case with one more event in its timeline."""
        return replace(self, timeline=(*self.timeline, entry))

    def with_claim(self, claim: Claim) -> "Case":
        """The case with this claim in place of what was known of it."""
        return replace(self, claims=put(self.claims, claim, "claim_id"))


def first_case(case_id: UUID, practice_id: str) -> Case:
    """A case of which nothing has been heard."""
    return Case(case_id, practice_id)


T = TypeVar("T")


def put(known: tuple[T, ...], fact: T, key: str) -> tuple[T, ...]:
    """The facts with this one in the place of the one of the same key, or at the end."""
    name = getattr(fact, key)
    if any(getattr(each, key) == name for each in known):
        return tuple(fact if getattr(each, key) == name else each for each in known)
    return (*known, fact)


def put_latest(known: tuple[T, ...], fact: T, key: str, version: str) -> tuple[T, ...]:
    """As `put`, unless a later version of the fact is known already."""
    name, number = getattr(fact, key), getattr(fact, version)
    if any(getattr(each, key) == name and getattr(each, version) > number for each in known):
        return known
    return put(known, fact, key)
