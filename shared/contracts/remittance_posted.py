"""RemittancePosted: one payer's answer to one claim, as it was posted to the ledger."""

from typing import ClassVar

from shared.contracts.documents.base import Count, Day, Id, Items, Money, Program
from shared.contracts.documents.remittance import Adjustment, PostAs, RemittanceLine
from shared.contracts.event import Event


class RemittancePosted(Event):
    """Amounts keep the file's sign. `claim_status` is CLP02; remedies count from `received_on`."""

    topic: ClassVar[str] = "dermis.remittance_posted.v1"
    owner: ClassVar[str] = "submission"
    consumers: ClassVar[tuple[str, ...]] = ("denials", "operations")

    remittance_id: Id
    claim_id: Id
    version: Count
    payer_id: Id
    program: Program | None = None
    filing_days: Count | None = None
    corrected_claim_days: Count | None = None
    appeal_days: Count | None = None
    payer_control_number: str | None = None
    claim_status: str
    post_as: PostAs
    trace_number: str
    payment_date: Day
    received_on: Day
    charge: Money
    paid: Money
    patient_responsibility: Money
    adjusted: Money
    claim_adjustments: Items[Adjustment] = ()
    rarcs: Items[str] = ()
    lines: Items[RemittanceLine] = ()
