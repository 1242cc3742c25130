"""What is known before a visit: the planned services, the coverage, what the payer said."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PlannedService:
    """One service as it was booked. Prose is read here and never leaves as prose."""

    service_id: str
    kind: str
    code: str | None = None
    drug: str | None = None
    description: str | None = None
    diagnosis: str | None = None
    symptoms: tuple[str, ...] = ()
    failed_treatments: tuple[str, ...] = ()
    suspicion: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of the coverage a rule may read. `hmo`: the plan or payer name says so."""

    payer_id: str
    program: str | None
    hmo: bool = False


@dataclass(frozen=True, slots=True)
class Authorization:
    """A payer's authorization. It names a service kind or a code; a bound not known is None."""

    number: str | None
    status: str
    service_kind: str | None = None
    code: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    units_approved: Decimal | None = None
    units_used: Decimal | None = None

    def names(self, kind: str, code: str | None) -> bool:
        """Whether it is for a service of this kind or code."""
        return self.service_kind == kind or (code is not None and self.code == code)


@dataclass(frozen=True, slots=True)
class Benefit:
    """The payer's answer whether a service needs an authorization."""

    authorization_required: bool
    service_kind: str | None = None
    code: str | None = None

    def names(self, kind: str, code: str | None) -> bool:
        """Whether it is for a service of this kind or code."""
        return self.service_kind == kind or (code is not None and self.code == code)


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit as the rules see it.

    coverage: None with `coverage_known` is self-pay, without it nobody has said. visit_on: the
    local date of the appointment.
    """

    visit_id: str
    visit_on: date
    reason: str
    services: tuple[PlannedService, ...]
    coverage: Coverage | None
    coverage_known: bool = True
    authorizations: tuple[Authorization, ...] = ()
    benefits: tuple[Benefit, ...] = ()

    @property
    def self_pay(self) -> bool:
        """Whether it was said that no coverage applies."""
        return self.coverage_known and self.coverage is None

    @property
    def program(self) -> str | None:
        """The payer's program, where known."""
        return self.coverage.program if self.coverage else None
