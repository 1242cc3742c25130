"""Who an adjustment belongs to: patient, contract, another payer, or a denial (PO-6, section 3)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from shared.kernel.cite import Cite
from shared.kernel.rule import rule
from shared.x12.remittance import Adjustment

AdjustmentClass = Literal[
    "patient_responsibility", "prior_payer", "contractual", "informational", "pending", "denied"
]
PostAs = Literal["payment", "reversal", "forwarded", "predetermination"]

X12_835 = Cite("ASC X12 005010X221A1")
CARC_LIST = Cite("CARC list as held, own classification")

PATIENT_CARCS = frozenset({"1", "2", "3", "35", "119", "149", "187", "275"})
NOTICE_MODIFIERS = frozenset({"GA", "GX", "GY"})
CONTRACTUAL_GROUPS = frozenset({"CO", "OA", "PI"})
CONTRACTUAL_CARCS = frozenset(
    {"24", "44", "45", "59", "90", "91", "104", "131", "132", "144", "169", "209", "223", "237"}
    | {"253", "256"}
)
INFORMATIONAL_CARCS = frozenset({"101", "246"})
PRIOR_PAYER_REMARKS = frozenset({"MA18", "N89"})
COST_SHARE = frozenset({"1", "2", "3"})
ALLOWED_REDUCTIONS = frozenset({"253", "237", "144", "104"})

_REVERSAL, _PREDETERMINATION = "22", "25"
_FORWARDED = frozenset({"19", "20", "21", "23"})


@rule("PO-8", since=date(2012, 1, 1), cite=X12_835)
@rule("PO-10", since=date(2012, 1, 1), cite=X12_835)
def post_as(claim_status: str) -> PostAs:
    """A 22 reverses, a 25 announces, 19 to 21 and 23 go on to another payer, all else pays."""
    if claim_status == _REVERSAL:
        return "reversal"
    if claim_status == _PREDETERMINATION:
        return "predetermination"
    return "forwarded" if claim_status in _FORWARDED else "payment"


@rule("PO-6", since=date(2012, 1, 1), cite=CARC_LIST)
def class_of(
    adjustment: Adjustment, modifiers: Iterable[str] = (), rarcs: Iterable[str] = ()
) -> AdjustmentClass:
    """What is neither the patient's, the contract's, another payer's nor information is denied."""
    group, carc = adjustment.group_code, adjustment.carc
    if carc == "133":
        return "pending"
    if group == "PR" and (carc in PATIENT_CARCS or NOTICE_MODIFIERS.intersection(modifiers)):
        return "patient_responsibility"
    if group == "OA" and (carc == "23" or PRIOR_PAYER_REMARKS.intersection(rarcs)):
        return "prior_payer"
    if group in CONTRACTUAL_GROUPS and carc in CONTRACTUAL_CARCS:
        return "contractual"
    if carc in INFORMATIONAL_CARCS or (carc == "94" and adjustment.amount < 0):
        return "informational"
    return "denied"


def denies(
    adjustment: Adjustment, status: str, modifiers: Iterable[str] = (), rarcs: Iterable[str] = ()
) -> bool:
    """Whether the adjustment is a denial; reversals and announcements make none (PO-8)."""
    if status in (_REVERSAL, _PREDETERMINATION) or adjustment.group_code == "CR":
        return False
    return adjustment.amount > 0 and class_of(adjustment, modifiers, rarcs) == "denied"


def total(adjustments: Iterable[Adjustment]) -> Decimal:
    """The sum of the amounts, sign kept."""
    return sum((each.amount for each in adjustments), Decimal(0))
