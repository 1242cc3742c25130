"""VisitClassified: a visit is known, with who pays for what and what is still needed."""

from typing import ClassVar

from shared.contracts.documents.base import (
    Document,
    Id,
    Instant,
    Items,
    Money,
    Program,
    Provider,
)
from shared.contracts.documents.visit import (
    Authorization,
    Classification,
    ClassifiedService,
    Need,
    VisitStatus,
)
from shared.contracts.event import Event


class CoverageSummary(Document):
    """Who is expected to pay. `status` as eligibility verified it for the visit date."""

    payer_id: Id
    payer_name: str
    plan_name: str | None = None
    program: Program | None = None
    network: str = "unknown"
    status: str = "not_asked"


class EstimateLine(Document):
    service_id: Id
    amount: Money | None = None
    because: str


class Estimate(Document):
    """What the patient may owe. An unknown input leaves the amount null, with the reason."""

    patient_amount: Money | None = None
    lines: Items[EstimateLine] = ()
    because: str


class VisitClassified(Event):
    """`coverage` null: self-pay where `coverage_known`, else never stated.

    `subject` is the sealed identity (patient, subscriber, coverage ids); submission alone opens it.
    """

    topic: ClassVar[str] = "dermis.visit_classified.v1"
    owner: ClassVar[str] = "eligibility"
    consumers: ClassVar[tuple[str, ...]] = (
        "documentation",
        "pathology",
        "coding",
        "submission",
        "denials",
        "operations",
    )

    visit_id: Id
    status: VisitStatus
    scheduled_at: Instant
    rendering_provider: Provider
    classification: Classification
    services: Items[ClassifiedService] = ()
    needs: Items[Need] = ()
    coverage: CoverageSummary | None = None
    coverage_known: bool
    authorizations: Items[Authorization] = ()
    pathology_billed_by: str = "unknown"
    estimate: Estimate | None = None
    subject: str
