"""What is known about one encounter when it is coded: the input of `code`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

from services.coding.domain.documented import Encounter, Side
from services.coding.domain.policy import Policy
from services.coding.domain.references import FeeSchedule, PastService

ResultStatus: TypeAlias = Literal[
    "preliminary", "final", "corrected", "cancelled", "retracted", "unknown"
]
Route: TypeAlias = Literal["insurance", "patient_pay", "needs_decision"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A report as pathology matched and read it. `behavior` None: a person has to read it.

    `revision` counts per lab, accession and part; 0 where it was not counted.
    """

    result_id: str
    lab_id: str
    accession: str
    part: str | None
    specimen_id: str | None
    lesion_id: str | None
    status: ResultStatus
    reported_at: datetime
    revision: int
    site: str | None
    laterality: Side | None
    behavior: str | None
    icd10: str | None
    confirmed: bool
    automatic: bool
    margins: str = "not_reported"
    billed_by: Literal["lab", "practice"] | None = None
    billed_component: Literal["global", "26", "TC"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedService:
    """How the visit routed a planned service. `kind` as the procedures', or `evaluation`."""

    service_id: str | None
    kind: str | None
    route: Route
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """An authorization of the payer, for a kind of service or a code."""

    number: str | None
    service_kind: str | None = None
    code: str | None = None
    status: str = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Who is expected to pay. Without an id the national (Medicare) rules apply."""

    payer_id: str | None = None
    program: str | None = None
    self_pay: bool = False

    @property
    def national(self) -> bool:
        """Whether Medicare's rules on drugs apply."""
        return self.payer_id is None or self.program in ("medicare", "medicare_advantage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything known about one encounter.

    results: in the order that evidence pointers count. visit_known: whether the visit was heard.
    queries: what documentation found that blocks billing, one sentence each. policy: what the
    practice chose for this payer.
    """

    encounter: Encounter
    results: Sequence[Result] = ()
    routed: Sequence[RoutedService] = ()
    authorizations: Sequence[Authorization] = ()
    payer: Payer = field(default_factory=Payer)
    history: Sequence[PastService] = ()
    fees: FeeSchedule = field(default_factory=dict)
    queries: Sequence[str] = ()
    policy: Policy = field(default_factory=Policy)

    @property
    def day(self) -> date:
        """The date of service, by which every table is read."""
        return self.encounter.date_of_service
