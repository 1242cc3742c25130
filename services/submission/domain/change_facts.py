"""What decides about a change after coding, and the answer: values and their few derivations."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from services.submission.domain.lifecycle import ADJUDICATED, State

Program = Literal["medicare", "medicare_advantage", "medicaid", "commercial"]
ChangeKind = Literal[
    "result", "codes", "patient", "payer", "no_billable_line", "duplicate_sent", "dispute",
    "secondary_payer", "paid_twice",
]  # fmt: skip
Action = Literal[
    "none", "amend", "withdraw", "wait", "new_claim", "replace", "void", "void_and_new_claim",
    "reopening", "appeal", "refund", "review",
]  # fmt: skip

OVERPAYMENT_DAYS = 60
MEDICARE_REOPENING_DAYS = 365
APPEAL_DAYS = {"medicare": 120, "medicare_advantage": 60}
_WITH_FREQUENCY: dict[Action, str] = {
    "amend": "1", "new_claim": "1", "replace": "7", "void": "8", "void_and_new_claim": "8",
}  # fmt: skip
NOT_OURS_TO_BILL: frozenset[ChangeKind] = frozenset({"no_billable_line", "duplicate_sent"})
OTHER_PARTY: frozenset[ChangeKind] = frozenset({"patient", "payer"})


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """Where a version stands. `pending_replacement`: a replacement or appeal is in process."""

    state: State
    frequency_code: str
    date_of_service: date
    rejected_by: str | None = None
    remittance_on: date | None = None
    payer_control_number: str | None = None
    paid: Decimal = Decimal(0)
    unprocessable: bool = False
    pending_replacement: bool = False


@dataclass(frozen=True, slots=True)
class PayerFacts:
    """What of a payer decides; days count from the event named in the contract."""

    program: Program | None
    accepts_replacement: bool
    filing_days: int | None = None
    corrected_claim_days: int | None = None
    appeal_days: int | None = None

    @property
    def takes_replacements(self) -> bool:
        """Medicare Part B takes no frequency 7 or 8 (CH-8, CH-10)."""
        return self.accepts_replacement and self.program != "medicare"


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """What changed. `codes_change` false: neither code nor diagnosis differs."""

    kind: ChangeKind
    codes_change: bool
    identified_on: date
    expected_before: Decimal | None = None
    expected_after: Decimal | None = None

    @property
    def lower(self) -> bool | None:
        """Whether less is due than before; None where an expectation is missing."""
        if self.expected_before is None or self.expected_after is None:
            return None
        return self.expected_after < self.expected_before


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """What to do, by which rule, until when."""

    action: Action
    rule: str
    says: str
    source: str
    frequency_code: str | None = None
    payer_control_number_needed: bool = False
    whole_claim: bool = False
    overpayment: bool = False
    refund_due_on: date | None = None
    due_on: date | None = None
    wait_for: str | None = None


def answer_of(
    action: Action,
    rule: str,
    says: str,
    *,
    source: str = "own",
    frequency_code: str | None = None,
    due_on: date | None = None,
    wait_for: str | None = None,
    number_needed: bool = False,
) -> ChangeAnswer:
    sent = action in _WITH_FREQUENCY
    code = frequency_code or _WITH_FREQUENCY.get(action)
    return ChangeAnswer(
        action=action,
        rule=rule,
        says=says,
        source=source,
        frequency_code=code,
        payer_control_number_needed=number_needed or code in ("7", "8"),
        whole_claim=sent,
        due_on=due_on,
        wait_for=wait_for,
    )


def wait_for_answer(
    rule: str, what: str, says: str, *, number_needed: bool = False
) -> ChangeAnswer:
    return answer_of("wait", rule, says, wait_for=what, number_needed=number_needed)


def filing_limit(claim: ClaimFacts, payer: PayerFacts) -> date | None:
    """The last day to file: the contract's, for Medicare one calendar year (42 CFR 424.44)."""
    if payer.filing_days is not None:
        return claim.date_of_service + timedelta(days=payer.filing_days)
    if payer.program == "medicare":
        return _a_year_after(claim.date_of_service)
    return None


def correction_limit(claim: ClaimFacts, payer: PayerFacts) -> date | None:
    """The last day to correct a decided claim, counted from its remittance; None: nobody said."""
    if claim.remittance_on is None:
        return None
    if payer.program == "medicare":
        return claim.remittance_on + timedelta(days=MEDICARE_REOPENING_DAYS)
    if payer.corrected_claim_days is None:
        return None
    return claim.remittance_on + timedelta(days=payer.corrected_claim_days)


def window_over(claim: ClaimFacts, payer: PayerFacts, as_of: date) -> bool:
    """Whether the last day to correct is known and past."""
    limit = correction_limit(claim, payer)
    return limit is not None and as_of > limit


_MAY_HOLD_MONEY = ADJUDICATED | {"appealed", "closed"}


def owed_back(claim: ClaimFacts, change: ChangeFacts) -> bool:
    """Whether money was received that the change shows to be the payer's (CH-10, CH-12)."""
    if claim.state not in _MAY_HOLD_MONEY or claim.paid <= 0:
        return False
    if change.kind in ("result", "codes"):
        return bool(change.codes_change and change.lower)
    return change.kind in OTHER_PARTY or change.kind in NOT_OURS_TO_BILL


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


def refund(change: ChangeFacts, rule: str, says: str) -> ChangeAnswer:
    return with_overpayment(answer_of("refund", rule, says, source="42 CFR 401.305; own"), change)


def with_overpayment(answer: ChangeAnswer, change: ChangeFacts) -> ChangeAnswer:
    """CH-12: money owed back is due 60 days after it was identified."""
    due = change.identified_on + timedelta(days=OVERPAYMENT_DAYS)
    return replace(answer, overpayment=True, refund_due_on=due)
