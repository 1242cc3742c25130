"""The last day of each remedy: calendar days after the remittance, by the payer's own rule."""

from datetime import date, timedelta

from services.denials.domain.finding import NextAction
from services.denials.domain.story import Payer

MEDICARE_APPEAL_DAYS = 120
"""Redetermination."""


def a_year_after(day: date) -> date:
    """The same day a year later; 28 February for a leap day."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def due_on(action: NextAction, payer: Payer, received: date, service: date) -> date | None:
    """The last day of a remedy; None where it has none or the payer's rule is not on file."""
    if action in ("appeal", "payment_dispute"):
        return _after(received, appeal_days(payer))
    if action == "reopening":
        if payer.corrected_claim_days is not None:
            return _after(received, payer.corrected_claim_days)
        return a_year_after(received)
    if action == "corrected_claim":
        return _after(received, payer.corrected_claim_days)
    if action == "new_claim":
        if payer.filing_days is None and payer.program == "medicare":
            return a_year_after(service)
        return _after(service, payer.filing_days)
    if action == "send_records":
        known = [each for each in (payer.corrected_claim_days, appeal_days(payer)) if each]
        return _after(received, min(known, default=None))
    return None


def appeal_days(payer: Payer) -> int | None:
    """The first level of appeal; Medicare's is law."""
    if payer.appeal_days is None and payer.program == "medicare":
        return MEDICARE_APPEAL_DAYS
    return payer.appeal_days


def _after(day: date, length: int | None) -> date | None:
    return None if length is None else day + timedelta(days=length)
