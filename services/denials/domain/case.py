"""What denials keeps of a case: the facts it has heard, and the denials it judged from them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias, TypeVar
from uuid import UUID

from services.denials.domain.classify import Answer
from services.denials.domain.story import Adjustment, Payer, Program, SentClaim

DenialState: TypeAlias = Literal["suspected", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Where a fact comes from."""

    event_id: str
    occurred_at: datetime


F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class PlannedService:
    kind: str
    nature: str
    route: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldAuthorization(Fact):
    """An authorization of the visit. `code` and `service_kind` None: not limited to one."""

    number: str | None
    service_kind: str | None
    code: str | None
    status: str
    valid_from: date | None
    valid_to: date | None
    units_approved: Decimal | None
    units_used: Decimal | None


@dataclass(frozen=True, slots=True)
class VisitFacts(Fact):
    """The visit as it was classified last. `insured` None: coverage was never stated."""

    insured: bool | None
    program: Program | None
    coverage_status: str | None
    services: tuple[PlannedService, ...]
    authorizations: tuple[HeldAuthorization, ...]


@dataclass(frozen=True, slots=True)
class NotedProcedure:
    procedure_id: str
    kind: str
    lesion_ids: tuple[str, ...]
    count: int | None
    distinct: bool | None
    notice: bool | None


@dataclass(frozen=True, slots=True)
class NotedLesion:
    """symptoms: signs and failed treatments beside them. `necessary`: None where not needed."""

    lesion_id: str
    symptoms: tuple[str, ...]
    necessary: bool | None


@dataclass(frozen=True, slots=True)
class EncounterNote(Fact):
    encounter_id: str
    version: int
    separately_identifiable: bool | None
    procedures: tuple[NotedProcedure, ...]
    lesions: tuple[NotedLesion, ...]


@dataclass(frozen=True, slots=True)
class LineOrigin:
    """What a claim line was coded from."""

    number: int
    procedure_ids: tuple[str, ...]
    lesion_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodedVersion(Fact):
    """A version of a claim. authorizations: (number, the codes it is for)."""

    encounter_id: str
    claim: SentClaim
    origins: tuple[LineOrigin, ...]
    authorizations: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Submission(Fact):
    claim_id: str
    version: int
    frequency_code: str
    on: date


@dataclass(frozen=True, slots=True)
class Acknowledgement(Fact):
    claim_id: str
    version: int
    state: str
    by: str


@dataclass(frozen=True, slots=True)
class Result(Fact):
    """The last revision of a result. series: lab, accession, specimen, part."""

    series: tuple[str, str, str, str]
    revision: int
    lesion_id: str | None
    status: str
    behavior: str | None
    icd10: str | None
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class RemittedLine:
    """A payer's answer to one line; `number` None: to the claim as a whole."""

    number: int | None
    code: str | None
    submitted_code: str | None
    modifiers: tuple[str, ...]
    units: int | None
    charge: Decimal
    paid: Decimal
    allowed: Decimal | None
    expected_allowed: Decimal | None
    adjustments: tuple[Adjustment, ...]
    rarcs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remittance(Fact):
    remittance_id: str
    claim_id: str
    version: int
    payer: Payer
    program_known: bool
    claim_status: str
    received_on: date
    paid: Decimal
    lines: tuple[RemittedLine, ...]


@dataclass(frozen=True, slots=True)
class Denial:
    """A denial as it was judged last. `withdrawn`: what came later shows that it is none."""

    denial_id: str
    claim_id: str
    version: int
    line: int | None
    remittance_id: str
    received_on: date
    state: DenialState
    carc: str
    group_code: str
    rarcs: tuple[str, ...]
    billed: Decimal
    paid: Decimal
    answer: Answer


@dataclass(frozen=True, slots=True)
class Case:
    """The state of one case."""

    case_id: UUID
    practice_id: str
    visit: VisitFacts | None = None
    changed_authorizations: tuple[HeldAuthorization, ...] = ()
    notes: tuple[EncounterNote, ...] = ()
    versions: tuple[CodedVersion, ...] = ()
    submissions: tuple[Submission, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    results: tuple[Result, ...] = ()
    remittances: tuple[Remittance, ...] = ()
    denials: tuple[Denial, ...] = ()

    def version(self, claim_id: str, version: int) -> CodedVersion | None:
        """A version of a claim, if it was heard."""
        return next(
            (
                each
                for each in self.versions
                if (each.claim.claim_id, each.claim.version) == (claim_id, version)
            ),
            None,
        )

    def denial(self, denial_id: str) -> Denial | None:
        """A denial judged before."""
        return next((each for each in self.denials if each.denial_id == denial_id), None)

    def with_denial(self, denial: Denial) -> "Case":
        """The case with a denial new or judged again."""
        others = tuple(each for each in self.denials if each.denial_id != denial.denial_id)
        return replace(self, denials=(*others, denial))


def kept(facts: Iterable[F], new: F, key: str, order: str | None = None) -> tuple[F, ...]:
    """The facts with a new one in place of the same thing told before.

    key: the field that names the thing. order: the field by which an older telling is passed over.
    """
    facts = tuple(facts)
    same = [each for each in facts if getattr(each, key) == getattr(new, key)]
    if order is not None and any(getattr(each, order) >= getattr(new, order) for each in same):
        return facts
    return (*(each for each in facts if each not in same), new)
