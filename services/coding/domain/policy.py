"""Where the rules leave a choice to the practice or to a payer's contract."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The choices for the claims of one payer; by default what the rules say without a choice.

    distinct: the modifier of a line that is apart (NC-2, EX-8). repeated_by_76: whether the same
    code for another lesion takes 76 instead (EX-8). frozen_section: the modifier of a biopsy whose
    frozen section decided the removal (BX-6). multiple_procedures: whether the second and further
    procedures take 51. visit_beside_minor: whether a visit with 57 takes 25 too where a minor
    procedure was done (EM-5). office_complications: whether the payer pays office care of a
    complication (GP-4). injection: the administration of a drug that is no chemotherapy (DR-1).
    biopsy_wait_days, shave_wait_days: calendar days a claim waits for the report, 0 to 7; 0 sends
    it at once (section 16).
    """

    distinct: Literal["59", "XS"] = "59"
    repeated_by_76: bool = False
    frozen_section: Literal["59", "58"] = "59"
    multiple_procedures: bool = False
    visit_beside_minor: bool = False
    office_complications: Literal["ask", "paid", "included"] = "ask"
    injection: Literal["96372", "96401"] = "96372"
    biopsy_wait_days: int = 0
    shave_wait_days: int = 0


Choices: TypeAlias = Mapping[str, Any]
"""What was chosen, by the names of `Policy` and checked at the wire; the rest stays as it is."""


def chosen(choices: Choices) -> Policy:
    """The policy with these choices."""
    return replace(Policy(), **choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyBook:
    """What a practice chose for dates of service from `since` on.

    general: for every payer. payers: what differs for one.
    """

    since: date
    general: Choices = field(default_factory=dict)
    payers: Mapping[str, Choices] = field(default_factory=dict)

    def of(self, payer_id: str | None) -> Policy:
        """The policy for a payer, or for claims of which no payer is known."""
        return chosen({**self.general, **self.payers.get(payer_id or "", {})})


def policy_on(books: Iterable[PolicyBook], payer_id: str | None, day: date) -> Policy:
    """The policy in force on a date of service; what the rules say where none has begun.

    Later books leave earlier services alone: a new choice never changes a claim that was paid.
    """
    begun = [each for each in books if each.since <= day]
    return max(begun, key=lambda each: each.since).of(payer_id) if begun else Policy()
