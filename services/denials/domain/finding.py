"""The facts a family of causes judges from, and what it finds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal, TypeAlias

from services.denials.domain.story import (
    UNKNOWN,
    Adjustment,
    ClassificationFacts,
    CoverageFacts,
    DocumentationFacts,
    Line,
    Payer,
    ResultFacts,
    SentClaim,
    SentLine,
    Story,
)
from services.denials.domain.tables import Tables

RootCause: TypeAlias = Literal[
    "cosmetic_vs_medical",
    "lesion_count_mismatch",
    "modifier_error",
    "pathology_diagnosis",
    "authorization_failure",
    "underpayment",
    "eligibility",
    "timely_filing",
    "duplicate",
    "coordination_of_benefits",
    "documentation",
    "other",
]
Stage: TypeAlias = Literal["intake", "documentation", "coding", "follow_up"]
NextAction: TypeAlias = Literal[
    "none",
    "corrected_claim",
    "new_claim",
    "appeal",
    "reopening",
    "payment_dispute",
    "send_records",
    "retro_authorization",
    "bill_other_payer",
    "bill_patient",
    "wait",
    "write_off",
    "review",
]

UNPROCESSABLE = "MA130"
ALERTS = frozenset({"MA01", "MA13", "MA15", "MA18", "MA44", "MA45", "N89", "N210", "N211", "N381"})
"""Remarks that explain rights, not causes (RC-2)."""

NOTICES = frozenset({"abn", "waiver", "organization_determination"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What one family says of a denial.

    barred: the rules leave no formal appeal, whatever the next action. origin: the event that made
    the denial inevitable. counterfactual: what would have let the claim pass.
    """

    root_cause: RootCause
    stage: Stage
    next_action: NextAction
    says: str
    evidence: tuple[str, ...] = ()
    rule: str = "RC-3"
    origin: str | None = None
    counterfactual: str | None = None
    barred: bool = False


@dataclass(frozen=True)
class Denied:
    """One denied line with all that is known of it."""

    payer: Payer
    as_of: date
    line: Line
    claim: SentClaim
    story: Story
    tables: Tables
    denying: tuple[int, ...] = field(default=())
    """Positions of the adjustments that deny."""

    @cached_property
    def adjustments(self) -> tuple[Adjustment, ...]:
        return tuple(self.line.adjustments[place] for place in self.denying)

    @cached_property
    def main(self) -> Adjustment | None:
        """The adjustment that denies the most money; the first of equals."""
        return max(self.adjustments, key=lambda each: each.amount, default=None)

    @property
    def carc(self) -> str:
        return "" if self.main is None else self.main.carc

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """Remarks that explain a cause, in the payer's order."""
        return tuple(
            code for code in self.line.rarcs if code not in ALERTS and code != UNPROCESSABLE
        )

    @cached_property
    def sent_line(self) -> SentLine | None:
        """The claim line that was answered: by its number, else by the code alone where unique."""
        by_number = [each for each in self.claim.lines if each.number == self.line.number]
        if by_number:
            return by_number[0]
        wanted = self.line.submitted_code or self.line.code
        by_code = [each for each in self.claim.lines if each.code == wanted]
        return by_code[0] if len(by_code) == 1 else None

    @property
    def code(self) -> str:
        """The code as it was sent."""
        sent = self.sent_line
        return sent.code if sent is not None else self.line.submitted_code or self.line.code or ""

    @property
    def modifiers(self) -> tuple[str, ...]:
        """The modifiers as they were sent; payers drop some."""
        return self.line.modifiers if self.sent_line is None else self.sent_line.modifiers

    @cached_property
    def diagnoses(self) -> tuple[str, ...]:
        """The diagnoses the line points to; all of the claim where the line is not known."""
        if self.sent_line is None or not self.sent_line.diagnosis_pointers:
            return self.claim.diagnoses
        return tuple(
            self.claim.diagnoses[pointer - 1]
            for pointer in self.sent_line.diagnosis_pointers
            if 0 < pointer <= len(self.claim.diagnoses)
        )

    @property
    def documentation(self) -> DocumentationFacts:
        """The documentation part; all of it unknown where the part is."""
        part = self.story.documentation
        return part if isinstance(part, DocumentationFacts) else DocumentationFacts(None, None)

    @property
    def classification(self) -> ClassificationFacts:
        part = self.story.classification
        return part if isinstance(part, ClassificationFacts) else ClassificationFacts(None, None)

    @property
    def coverage(self) -> CoverageFacts:
        part = self.story.coverage
        return part if isinstance(part, CoverageFacts) else CoverageFacts(None, None)

    @cached_property
    def results(self) -> tuple[tuple[int, ResultFacts], ...]:
        """Results that settle a diagnosis, with their place in the story."""
        part = self.story.pathology
        if part is UNKNOWN or part is None:
            return ()
        return tuple(
            (place, result)
            for place, result in enumerate(part)
            if result.status in ("final", "corrected")
        )

    @property
    def valid_notice(self) -> bool:
        """Whether the patient signed that the service may not be covered."""
        return self.classification.notice in NOTICES and "GZ" not in self.modifiers

    def place(self, *parts: str) -> tuple[str, ...]:
        """Evidence pointers: the adjustments that deny first, then the parts named."""
        return (*(f"/line/adjustments/{place}" for place in self.denying), *parts)

    def sent_pointer(self, field_name: str) -> str:
        """The pointer to a field of the claim line that was answered."""
        if self.sent_line is None:
            return "/claim"
        return f"/claim/lines/{self.claim.lines.index(self.sent_line)}/{field_name}"


Family: TypeAlias = Callable[[Denied], Finding]


def days(amount: Decimal | int, unit: str) -> str:
    """`1 unit`, `2 units`."""
    return f"{amount} {unit}" + ("" if amount == 1 else "s")


def first_known(values: Sequence[str | None]) -> str | None:
    """The first id that is known."""
    return next((value for value in values if value is not None), None)
