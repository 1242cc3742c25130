"""Timely filing: only the payer's own acceptance in time proves it (TF-1)."""

from datetime import date, timedelta

from services.denials.domain.due import a_year_after
from services.denials.domain.finding import Denied, Finding
from services.denials.domain.story import UNKNOWN, AcknowledgementFacts

CODES = frozenset({"29", "166", "B4", "286"})


def filed_late(denied: Denied) -> Finding:
    """An acceptance in time, or the corrected claim's own clock, disputes it."""
    medicare = denied.payer.program == "medicare"
    if _in_corrected_window(denied):
        return Finding(
            "timely_filing",
            "follow_up",
            "reopening" if medicare else "appeal",
            "A corrected claim inside its own window; the first filing limit does not apply.",
            denied.place("/claim/frequency_code", "/story/earlier_claims"),
            rule="TF-2",
        )
    acknowledged = denied.story.acknowledgements
    if acknowledged is UNKNOWN:
        return Finding(
            "timely_filing",
            "follow_up",
            "review",
            "Denied as late; the payer's acknowledgements are not known.",
            denied.place("/claim/submitted_on"),
        )
    limit = last_filing_day(denied)
    accepted = [place for place, each in enumerate(acknowledged or ()) if _payer_accepts(each)]
    in_time = [
        place
        for place in accepted
        if limit is not None
        and _on(acknowledged, place) is not None
        and (_on(acknowledged, place) or limit) <= limit
    ]
    if in_time:
        return Finding(
            "timely_filing",
            "follow_up",
            "reopening" if medicare else "appeal",
            "The payer accepted the claim in time; its acknowledgement proves it.",
            denied.place(f"/story/acknowledgements/{in_time[0]}"),
            rule="TF-1",
            barred=medicare,
        )
    if accepted and limit is None:
        return Finding(
            "timely_filing",
            "follow_up",
            "review",
            "The payer accepted the claim; its filing limit is not on file.",
            denied.place(f"/story/acknowledgements/{accepted[0]}"),
        )
    return Finding(
        "timely_filing",
        "follow_up",
        "write_off",
        "No acceptance by the payer in time: nothing proves timely filing.",
        denied.place("/story/acknowledgements"),
        counterfactual="Accepted by the payer within its filing limit.",
    )


def last_filing_day(denied: Denied) -> date | None:
    """The last day of first filing; None where the payer's limit is not on file."""
    service = denied.claim.date_of_service
    if denied.payer.filing_days is not None:
        return service + timedelta(days=denied.payer.filing_days)
    return a_year_after(service) if denied.payer.program == "medicare" else None


def _in_corrected_window(denied: Denied) -> bool:
    window, sent = denied.payer.corrected_claim_days, denied.claim.submitted_on
    earlier = denied.story.earlier_claims
    if denied.claim.frequency_code != "7" or window is None or sent is None:
        return False
    if earlier is UNKNOWN or earlier is None:
        return False
    starts = [each.submitted_on for each in earlier if isinstance(each.submitted_on, date)]
    return bool(starts) and sent <= max(starts) + timedelta(days=window)


def _payer_accepts(each: AcknowledgementFacts) -> bool:
    return each.by == "payer" and isinstance(each.state, str) and each.state.startswith("accepted")


def _on(acknowledged: tuple[AcknowledgementFacts, ...] | None, place: int) -> date | None:
    at = None if acknowledged is None else acknowledged[place].occurred_at
    return None if at is None else at.date()
