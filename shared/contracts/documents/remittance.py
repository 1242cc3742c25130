"""What a payer decided about one claim, line by line, as it was posted."""

from typing import Literal, TypeAlias

from shared.contracts.documents.base import Count, Document, Flag, Items, Money

PostAs: TypeAlias = Literal["payment", "reversal", "forwarded", "predetermination"]


class Adjustment(Document):
    """A CAS triplet. A positive amount lowers the payment."""

    group_code: str
    carc: str
    amount: Money


class RemittanceLine(Document):
    """`line` is our line id (`REF*6R`), `number` the line of the claim version it belongs to."""

    line: str | None = None
    number: Count | None = None
    code: str
    modifiers: Items[str] = ()
    submitted_code: str | None = None
    units: Count | None = None
    charge: Money
    paid: Money
    allowed: Money | None = None
    patient_responsibility: Money
    adjusted: Money
    adjustments: Items[Adjustment] = ()
    rarcs: Items[str] = ()
    denied: Flag
    expected_allowed: Money | None = None
    variance: Money | None = None
    underpaid: Flag | None = None
