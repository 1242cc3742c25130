"""The state of a case: what submission heard, and each version of each claim with its history."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.submission.domain.acknowledgement import RejectedBy
from services.submission.domain.adjustments import PostAs
from services.submission.domain.fix_stages import FixStage
from services.submission.domain.lifecycle import State

CodedStatus = Literal["ready", "held", "needs_review", "patient_pay", "no_charge"]


@dataclass(frozen=True, slots=True)
class Name:
    """A provider by NPI, with a name where one was given."""

    npi: str
    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What the visit says of payer and patient. `subject` is sealed and opened at writing only."""

    heard_at: datetime
    subject: str
    coverage_known: bool
    payer_id: str | None
    rendering: Name


@dataclass(frozen=True, slots=True)
class DrugGiven:
    """NDC, quantity and unit of a drug, by procedure; what of it is missing stays missing."""

    hcpcs: str
    ndc: str
    quantity: Decimal | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Encounter:
    """What a claim needs of an encounter beyond its codes: drugs by procedure id."""

    version: int
    drugs: Mapping[str, DrugGiven] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CodedLine:
    number: int
    code: str
    modifiers: tuple[str, ...]
    units: int
    pointers: tuple[int, ...]
    charge: Decimal
    procedure_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodedAuthorization:
    """A number and the codes it covers; no code: the whole claim."""

    number: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coded:
    """What coding decided, as far as it goes into a file."""

    status: CodedStatus
    frequency_code: str
    date_of_service: date
    place_of_service: str
    rendering: Name
    referring: Name | None
    authorizations: tuple[CodedAuthorization, ...]
    diagnoses: tuple[str, ...]
    lines: tuple[CodedLine, ...]
    hold_reason: str | None = None

    @property
    def charge(self) -> Decimal:
        return sum((line.charge for line in self.lines), Decimal(0))

    def same_bill(self, other: "Coded") -> bool:
        """Whether the payer would read the same claim, frequency aside."""
        return replace(self, frequency_code="", hold_reason=None, status="ready") == replace(
            other, frequency_code="", hold_reason=None, status="ready"
        )


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a version does not leave: a stable reason, a sentence, the field that would free it.

    `stage`: who mends it, where the reason alone does not say so.
    """

    reason: str
    says: str
    field: str | None = None
    stage: FixStage | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One change of state, by whom or what (CS-1)."""

    state: State
    at: datetime
    by: str
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LinePosting:
    """Money of one line, or of the claim as a whole (`number` None); signs as in the file."""

    number: int | None
    paid: Decimal
    adjusted: Decimal
    patient: Decimal
    denied: Decimal


@dataclass(frozen=True, slots=True)
class Posting:
    """One CLP posted: postings add up, nothing is last one wins (PO-3)."""

    remittance_id: UUID
    position: int
    post_as: PostAs
    claim_status: str
    posted_on: date
    allowed: Decimal | None
    outcome: Literal["paid", "partly_paid", "denied"]
    lines: tuple[LinePosting, ...]
    unprocessable: bool = False

    @property
    def paid(self) -> Decimal:
        return sum((line.paid for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a claim. It never changes its content once sent.

    `replaces_number` is what goes to `REF*F8`; `payer_control_number` what the payer gave it.
    """

    version: int
    coded: Coded
    state: State
    frequency_code: str
    history: tuple[Step, ...] = ()
    hold: Hold | None = None
    ready_at: datetime | None = None
    batch_id: str | None = None
    replaces_number: str | None = None
    payer_control_number: str | None = None
    clearinghouse_control_number: str | None = None
    accepted_by: tuple[str, ...] = ()
    rejected_by: RejectedBy | None = None
    rejected_as_duplicate: bool = False
    submitted_at: datetime | None = None
    payer_id: str | None = None
    postings: tuple[Posting, ...] = ()

    def step(self, state: State, at: datetime, by: str, event_id: UUID | None = None) -> "Version":
        """The version in another state, with one more line of history."""
        return replace(self, state=state, history=(*self.history, Step(state, at, by, event_id)))

    @property
    def was_sent(self) -> bool:
        """Whether it stands or stood in a file that left: such a version never changes."""
        return self.batch_id is not None or self.submitted_at is not None


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim across its versions, oldest first."""

    claim_id: str
    encounter_id: str
    visit_id: str | None
    versions: tuple[Version, ...] = ()

    @property
    def latest(self) -> Version:
        return self.versions[-1]

    def find(self, version: int) -> Version | None:
        return next((each for each in self.versions if each.version == version), None)

    def standing(self) -> Version | None:
        """The last version that stands in a file: what the payer may have."""
        return next((each for each in reversed(self.versions) if each.was_sent), None)

    def latest_number(self) -> str | None:
        """The payer's latest number for the claim, whichever version it was given to."""
        numbers = (each.payer_control_number for each in reversed(self.versions))
        return next((number for number in numbers if number), None)

    def with_version(self, version: Version) -> "Claim":
        """The claim with this version in place of the one of the same number, or at the end."""
        if self.find(version.version) is None:
            return replace(self, versions=(*self.versions, version))
        return replace(
            self,
            versions=tuple(
                version if each.version == version.version else each for each in self.versions
            ),
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a route answered about a file. Below 300 it was taken."""

    batch_id: str
    status: int
    at: datetime

    @property
    def taken(self) -> bool:
        return self.status < 300


@dataclass(frozen=True, slots=True)
class Case:
    """Everything submission knows of one case; `deliveries` are of the practice's own case."""

    case_id: UUID
    practice_id: str
    visits: Mapping[str, Visit] = field(default_factory=dict)
    encounters: Mapping[str, Encounter] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    deliveries: tuple[Delivery, ...] = ()

    def with_claim(self, claim: Claim) -> "Case":
        return replace(self, claims={**self.claims, claim.claim_id: claim})


def first_case(case_id: UUID, practice_id: str) -> Case:
    """A case not seen before."""
    return Case(case_id, practice_id)


def patient_control_number(claim_id: str, version: int) -> str:
    """CLM01: what comes back in every acknowledgement and remittance."""
    return f"{claim_id}-{version}"


def line_id(claim_id: str, version: int, number: int) -> str:
    """`REF*6R`: the id of a line, through the file and back."""
    return f"{claim_id}-{version}-{number}"
