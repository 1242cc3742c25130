"""What the practice ordered: which specimen an order number means."""

from dataclasses import dataclass
from datetime import date

from shared.clinical.diagnoses import Side


@dataclass(frozen=True, slots=True)
class Order:
    """One specimen of an order, as the practice's own system sent it (ORM, OML, ServiceRequest).

    placer_order: the practice's number of it. part: its label within the order.
    """

    placer_order: str
    part: str | None = None
    specimen_id: str | None = None
    mrn: str | None = None
    site: str | None = None
    laterality: Side | None = None
    collected_on: date | None = None
