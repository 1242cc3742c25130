"""What eligibility can be asked to do to a case."""

from dataclasses import dataclass, field
from uuid import UUID

from services.eligibility.domain.case import VisitRecord
from services.eligibility.domain.planned import Authorization, PlannedVisit


@dataclass(frozen=True, slots=True)
class RecordVisit:
    """A visit was booked or changed. `planned` is open for the rules and is not kept."""

    record: VisitRecord
    planned: PlannedVisit = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordAuthorization:
    """An authorization of the visit was entered or answered; `planned` as above."""

    authorization_id: UUID
    authorization: Authorization
    planned: PlannedVisit = field(repr=False)
