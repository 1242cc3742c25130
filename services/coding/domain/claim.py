"""A coded claim: its content, and a version of it as it was told to others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["ready", "held", "needs_review", "patient_pay", "no_charge"]
Frequency: TypeAlias = Literal["1", "7", "8"]
EditKind: TypeAlias = Literal[
    "ncci", "mue", "global", "add_on", "medical_necessity", "authorization", "modifier", "age_sex"
]
Outcome: TypeAlias = Literal["allowed", "bundled", "split", "denied", "warned"]

PATHOLOGY_PENDING = "pathology_pending"
"""The one reason to hold without asking a person: a report will come."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: rule id, the sentence a biller reads, its source, and where the facts stand."""

    rule: str
    says: str
    source: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Considered:
    """A code (CPT, HCPCS or ICD-10-CM) that was looked at and not chosen, and the rule against it.

    `code` None: a documented service for which no code was looked up, as it is part of another.
    """

    code: str | None
    rule: str
    says: str
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """A service line. `diagnosis_pointers` count from 1 into the claim's diagnoses."""

    code: str
    modifiers: tuple[str, ...]
    units: int
    diagnosis_pointers: tuple[int, ...]
    charge: Decimal
    procedure_ids: tuple[str, ...]
    lesion_ids: tuple[str, ...]
    rationale: tuple[Reason, ...]
    considered: tuple[Considered, ...] = ()


@dataclass(frozen=True, slots=True)
class PatientPay:
    """A service the patient pays. `charge` None: no price is known."""

    procedure_id: str
    description: str
    charge: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a claim may not leave. Every reason but `pathology_pending` asks a person."""

    reason: str
    detail: str
    release_on: date | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edit or a coverage rule did to the codes.

    indicator: of an NCCI pair, whose columns `codes` then are, in their order. procedure_ids and
    lesion_ids: of the service it was done to, where one was dropped.
    """

    kind: EditKind
    outcome: Outcome
    codes: tuple[str, ...]
    detail: str
    source: str
    rule: str | None = None
    indicator: str | None = None
    procedure_ids: tuple[str, ...] = ()
    lesion_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A service that the record and the claim do not say alike, in units too few or too many.

    `code` None: which code it is depends on what the record does not say.
    """

    code: str | None
    units: int
    reason: Reason
    modifiers: tuple[str, ...] = ()
    procedure_ids: tuple[str, ...] = ()
    lesion_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """A reference table as it was used. `carried`: its last day was before the date of service."""

    table: str
    name: str
    since: date
    until: date | None
    carried: bool


@dataclass(frozen=True, slots=True)
class Authorized:
    """An authorization number of the payer, and the codes of this claim under it."""

    number: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What was decided about one encounter; a pure function of the facts.

    missed: services that the record supports and no line bills. unsupported: what a line bills
    without support in the record. releases: the reference tables that were read.
    """

    status: Status
    date_of_service: date
    place_of_service: str
    rendering_npi: str
    authorizations: tuple[Authorized, ...]
    diagnoses: tuple[str, ...]
    lines: tuple[Line, ...]
    patient_pay_lines: tuple[PatientPay, ...]
    holds: tuple[Hold, ...]
    edits: tuple[Edit, ...]
    missed: tuple[Discrepancy, ...] = ()
    unsupported: tuple[Discrepancy, ...] = ()
    releases: tuple[Release, ...] = ()

    def same_content(self, other: "Claim") -> bool:
        """Whether the decision is the same; how it is explained may differ (a further report)."""
        return self._unexplained() == other._unexplained()

    def _unexplained(self) -> tuple[object, ...]:
        """All that is decided, in one row; not the words for it, nor the releases read."""
        lines = tuple(
            (
                line.code,
                line.modifiers,
                line.units,
                line.diagnosis_pointers,
                line.charge,
                line.procedure_ids,
                line.lesion_ids,
            )
            for line in self.lines
        )
        edits = tuple((edit.kind, edit.outcome, edit.codes) for edit in self.edits)
        decided = (
            self.status,
            self.date_of_service,
            self.place_of_service,
            self.rendering_npi,
            self.authorizations,
            self.diagnoses,
            self.patient_pay_lines,
            self.holds,
            self.missed,
            self.unsupported,
        )
        return (*decided, lines, edits)


@dataclass(frozen=True, slots=True)
class Change:
    """What a version changed in the one before, why, and the event (or message) that caused it."""

    from_version: int
    what: str
    why: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Version:
    """A claim as it was told. Versions count from 1 and never change."""

    claim_id: str
    version: int
    frequency: Frequency
    claim: Claim
    changes: tuple[Change, ...]


def differences(before: Claim, after: Claim) -> str:
    """What differs between two decisions, in words a biller reads."""
    said = [_line_differences(before.lines, after.lines)]
    if before.diagnoses != after.diagnoses:
        said.append(f"diagnoses {_listed(before.diagnoses)} -> {_listed(after.diagnoses)}")
    if before.status != after.status:
        said.append(f"status {before.status} -> {after.status}")
    if before.holds != after.holds:
        reasons = [_listed([hold.reason for hold in claim.holds]) for claim in (before, after)]
        said.append(f"holds {reasons[0]} -> {reasons[1]}")
    if before.patient_pay_lines != after.patient_pay_lines:
        said.append("what the patient pays")
    if before.authorizations != after.authorizations:
        said.append("authorizations")
    if (before.missed, before.unsupported) != (after.missed, after.unsupported):
        said.append("what is missed or unsupported")
    return "; ".join(part for part in said if part) or "edits"


def _line_differences(before: Sequence[Line], after: Sequence[Line]) -> str:
    said = []
    for number in range(max(len(before), len(after))):
        old = _shown(before[number]) if number < len(before) else "none"
        new = _shown(after[number]) if number < len(after) else "none"
        if old != new:
            said.append(f"line {number + 1}: {old} -> {new}")
    return "; ".join(said)


def _shown(line: Line) -> str:
    modifiers = "".join(f"-{each}" for each in line.modifiers)
    units = f" x {line.units}" if line.units != 1 else ""
    return f"{line.code}{modifiers}{units}"


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values) or "none"
