"""Is it a denial? Each adjustment is tested in order; any denial makes the line one (section 3)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from services.denials.domain.finding import NOTICES
from services.denials.domain.story import Adjustment, Line, Payer, Story
from shared.kernel.money import CENT, ZERO

NotDenial: TypeAlias = Literal[
    "contractual",
    "patient_responsibility",
    "prior_payer",
    "informational",
    "reversal",
    "pending",
    "paid_as_expected",
]

PATIENT_SHARE = frozenset({"1", "2", "3", "35", "119", "149", "187", "275"})
CONTRACTUAL = frozenset(
    {"24", "44", "45", "59", "90", "91", "104", "131", "132", "144", "169", "209", "223", "237"}
    | {"253", "256"}
)
NO_BALANCE = frozenset({"94", "101", "246"})
KEPT_IN_ALLOWED = frozenset({"253", "237", "144", "104"})
DEDUCTIBLES = frozenset({"1", "2", "3"})
ROUNDING = CENT
NO_COMPARISON = frozenset({"2", "3", "20", "21", "22", "25"})
NOTICE_MODIFIERS = frozenset({"GA", "GX", "GY"})


@dataclass(frozen=True, slots=True)
class Sorted:
    """What each adjustment is, in the order of the line. `denial` deny money."""

    kinds: tuple[NotDenial | Literal["denial"], ...]

    @property
    def denying(self) -> tuple[int, ...]:
        return tuple(place for place, kind in enumerate(self.kinds) if kind == "denial")


ORDER: tuple[NotDenial, ...] = (
    "reversal",
    "pending",
    "patient_responsibility",
    "prior_payer",
    "informational",
    "contractual",
)


def whole_line(line: Line) -> NotDenial | None:
    """The kind a claim status alone decides."""
    if line.claim_status == "22":
        return "reversal"
    if line.claim_status == "25":
        return "informational"
    if line.claim_status == "23" or any(each.carc == "133" for each in line.adjustments):
        return "pending"
    return None


def sort(line: Line, payer: Payer, story: Story, modifiers: tuple[str, ...]) -> Sorted:
    """Test every adjustment of a line."""
    return Sorted(tuple(_kind(each, line, payer, story, modifiers) for each in line.adjustments))


def _kind(
    each: Adjustment, line: Line, payer: Payer, story: Story, modifiers: tuple[str, ...]
) -> NotDenial | Literal["denial"]:
    if each.group_code == "PR":
        notice = getattr(story.classification, "notice", None)
        signed = notice in NOTICES or bool(NOTICE_MODIFIERS & set(modifiers))
        if each.carc in PATIENT_SHARE or (signed and "GZ" not in modifiers):
            return "patient_responsibility"
    if each.group_code == "OA" and each.carc == "23":
        return "prior_payer"
    if each.carc == "24" and payer.program == "medicare":
        return "denial"  # a managed plan is the payer: eligibility, no capitation
    if each.carc in CONTRACTUAL and each.group_code in ("CO", "OA", "PI"):
        return "contractual"
    if each.carc in NO_BALANCE or "N365" in line.rarcs or each.amount <= ZERO:
        return "informational"
    return "denial"


def allowed_of(line: Line, fully_denied: bool) -> Decimal | None:
    """What the payer allowed (UP-1): stated, else paid with the patient's share and kept parts."""
    if line.allowed is not None:
        return line.allowed
    if fully_denied or line.claim_status in NO_COMPARISON:
        return None
    kept = sum(
        (
            each.amount
            for each in line.adjustments
            if (each.group_code == "PR" and each.carc in DEDUCTIBLES)
            or (each.group_code == "CO" and each.carc in KEPT_IN_ALLOWED)
        ),
        ZERO,
    )
    return line.paid + kept


def shortfall(
    line: Line, payer: Payer, expected: Decimal | None, addon_or_dearest: bool
) -> Decimal:
    """How much the payer allowed too little; zero where it did not, or nothing is expected."""
    if expected is None or line.claim_status in NO_COMPARISON:
        return ZERO
    allowed = allowed_of(line, fully_denied=False)
    if allowed is None:
        return ZERO
    short = expected - allowed
    if short > ROUNDING:
        return short
    return _wrong_reduction(line, payer, addon_or_dearest)


def _wrong_reduction(line: Line, payer: Payer, addon_or_dearest: bool) -> Decimal:
    """Reductions that are short pay in themselves (UP-3)."""
    sequestered = payer.program in ("medicare", "medicare_advantage")
    return sum(
        (
            each.amount
            for each in line.adjustments
            if each.group_code in ("CO", "OA", "PI")
            and (
                (each.carc == "253" and not sequestered) or (each.carc == "59" and addon_or_dearest)
            )
        ),
        ZERO,
    )
