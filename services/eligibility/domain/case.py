"""What eligibility keeps of a case: the visit without its prose, its answer, its authorizations.

Identity and prose stand sealed (`document`, `subject`): the rules get the open visit with each
command and keep none of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.eligibility.domain.answer import VisitAnswer
from services.eligibility.domain.planned import Authorization


@dataclass(frozen=True, slots=True)
class Provider:
    """Who renders the services."""

    npi: str
    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True, slots=True)
class CoverageSummary:
    """Who is expected to pay, as far as others may know it."""

    payer_id: str
    payer_name: str
    plan_name: str | None = None
    program: str | None = None


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """A visit as it is kept. `fingerprint` tells a changed document from the same one again.

    document, subject: sealed text.
    """

    visit_id: str
    mrn: str
    status: str
    scheduled_at: datetime
    provider: Provider
    coverage: CoverageSummary | None
    coverage_known: bool
    fingerprint: str
    document: str
    subject: str


@dataclass(frozen=True, slots=True)
class Registered:
    """An authorization in the register of the case; units as the payer last told them."""

    authorization_id: UUID
    authorization: Authorization


@dataclass(frozen=True, slots=True)
class Case:
    """One visit and what belongs to it.

    served: per documented encounter, the (kind, code) of each of its procedures: what was used.
    """

    case_id: UUID
    practice_id: str
    visit: VisitRecord | None = None
    answer: VisitAnswer | None = None
    register: tuple[Registered, ...] = ()
    served: Mapping[str, tuple[tuple[str, str | None], ...]] = field(default_factory=dict)

    def authorizations(self) -> tuple[Authorization, ...]:
        """The register with the units this case has used added (`EL-22`)."""
        return tuple(self._with_use(each.authorization) for each in self.register)

    def registered(self, authorization_id: UUID) -> Authorization | None:
        """One authorization of the register with its use."""
        for each in self.register:
            if each.authorization_id == authorization_id:
                return self._with_use(each.authorization)
        return None

    def with_authorization(self, authorization_id: UUID, given: Authorization) -> "Case":
        """The case with an authorization entered, or in place of its earlier state."""
        kept = [each for each in self.register if each.authorization_id != authorization_id]
        return replace(self, register=(*kept, Registered(authorization_id, given)))

    def with_served(self, encounter_id: str, served: tuple[tuple[str, str | None], ...]) -> "Case":
        """The case with what an encounter documents; an addendum takes the place of the first."""
        return replace(self, served={**self.served, encounter_id: served})

    def _with_use(self, given: Authorization) -> Authorization:
        used = sum(
            given.names(kind, code) for served in self.served.values() for kind, code in served
        )
        if given.status != "approved" or not used:
            return given
        return replace(given, units_used=(given.units_used or Decimal(0)) + used)


def first_case(case_id: UUID, practice_id: str) -> Case:
    """A case nothing is known of."""
    return Case(case_id, practice_id)
