"""Where a claim stands: its state and its money, from everything heard of it in any order."""

from dataclasses import dataclass
from decimal import Decimal

from services.operations.domain.case import Case, Claim, DenialSeen

_NOTHING = Decimal("0.00")

# A later step counts over an earlier one; at the same instant the one further along does.
_PROGRESS = (
    "ready",
    "held",
    "sent",
    "received",
    "accepted_clearinghouse",
    "accepted_payer",
    "rejected",
    "denied",
    "partly_paid",
    "paid",
    "voided",
)
_BEFORE_SENDING = {"held": "held", "ready": "ready"}
_SENT_STATES = frozenset(_PROGRESS) - {"ready", "held"}


@dataclass(frozen=True, slots=True)
class Standing:
    """A claim as lists show it. Money is that of all versions; `open` is what is still awaited."""

    state: str
    version: int
    status: str
    charge: Decimal
    allowed: Decimal
    paid: Decimal
    adjusted: Decimal
    patient_responsibility: Decimal
    open: Decimal
    payer_control_number: str | None


def state_of(claim: Claim) -> str:
    """The contract's claim state of the highest version."""
    version = _version(claim)
    steps = [step for step in claim.steps if step.version == version and step.state is not None]
    if steps:
        last = max(steps, key=lambda step: (step.at, _PROGRESS.index(step.state or "sent")))
        return last.state or "sent"
    latest = claim.latest
    return _BEFORE_SENDING.get(latest.status, "coded") if latest else "coded"


def standing_of(claim: Claim) -> Standing:
    """State and money of a claim."""
    latest = claim.latest
    charge = latest.charge if latest else _NOTHING
    allowed = sum((step.allowed for step in claim.steps), _NOTHING)
    paid = sum((step.paid for step in claim.steps), _NOTHING)
    adjusted = sum((step.adjusted for step in claim.steps), _NOTHING)
    patient = sum((step.patient_responsibility for step in claim.steps), _NOTHING)
    denied = sum((each.denied_amount for each in open_denials(claim)), _NOTHING)
    billed = charge if latest and latest.status in ("ready", "held", "needs_review") else _NOTHING
    # A denial is worked, not written off: its money stays open until a later version answers it.
    remaining = max(billed - paid - adjusted - patient + denied, _NOTHING)
    steps = sorted(claim.steps, key=lambda step: step.at)
    numbers = [step.payer_control_number for step in steps if step.payer_control_number]
    return Standing(
        state=state_of(claim),
        version=_version(claim),
        status=latest.status if latest else "unknown",
        charge=charge,
        allowed=allowed,
        paid=paid,
        adjusted=adjusted,
        patient_responsibility=patient,
        open=remaining,
        payer_control_number=numbers[-1] if numbers else None,
    )


def open_denials(claim: Claim) -> list[DenialSeen]:
    """Denials no later version has answered and nobody has closed."""
    version = _version(claim)
    return [
        denial
        for denial in claim.denials
        if denial.version == version and denial.next_action not in ("none", "write_off")
    ]


def was_sent(claim: Claim) -> bool:
    """Whether any version has left."""
    return any(step.state in _SENT_STATES for step in claim.steps)


def bucket_of(case: Case) -> str:
    """The one row of the books this visit stands in.

    A mixed visit whose insurance part was sent is billed, whatever the patient pays beside it.
    """
    statuses = {_shown_status(claim) for claim in case.claims}
    if any(was_sent(claim) for claim in case.claims):
        return "billed"
    for status, bucket in (
        ("held", "held"),
        ("needs_review", "in_review"),
        ("ready", "waiting"),
        ("patient_pay", "patient_pay"),
        ("no_charge", "no_charge"),
    ):
        if status in statuses:
            return bucket
    if case.visit is not None and case.visit.status in ("cancelled", "no_show"):
        return "cancelled"
    return "waiting"


def _shown_status(claim: Claim) -> str | None:
    """Coding's status, or `held` where submission keeps what coding had let go."""
    if claim.latest is None:
        return None
    kept = claim.latest.status == "ready" and state_of(claim) == "held"
    return "held" if kept else claim.latest.status


def _version(claim: Claim) -> int:
    numbers = [version.version for version in claim.versions]
    return max([*numbers, *(step.version for step in claim.steps)], default=0)
