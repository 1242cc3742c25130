"""Price: allowed below the contract, or a rate the payer did not find."""

from decimal import Decimal

from services.denials.domain.finding import Denied, Finding

CODES = frozenset({"147"})


def rate_not_found(denied: Denied) -> Finding:
    """A contracted rate that the payer calls expired or not on file is disputed (UP-3)."""
    return Finding(
        "underpayment",
        "follow_up",
        "payment_dispute",
        "The payer did not find the contracted rate.",
        denied.place(denied.sent_pointer("expected_allowed")),
        rule="UP-3",
    )


def allowed_short(denied: Denied, short: Decimal) -> Finding:
    """Allowed is compared with the contract; the shortfall is disputed (UP-2)."""
    return Finding(
        "underpayment",
        "follow_up",
        "payment_dispute",
        f"Allowed {short} less than the contract.",
        ("/line/allowed", denied.sent_pointer("expected_allowed")),
        rule="UP-2",
    )


def cut_wrongly(denied: Denied) -> bool:
    """Whether a multiple-procedure cut hit the dearest line, which is never cut."""
    sent = denied.sent_line
    if sent is None or sent.expected_allowed is None:
        return False
    known = [line.expected_allowed for line in denied.claim.lines if line.expected_allowed]
    return len(known) == len(denied.claim.lines) and sent.expected_allowed == max(known)
