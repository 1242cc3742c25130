"""Records: the payer wants the note or the report, or reads less in it than was billed."""

from datetime import date

from services.denials.domain.finding import Denied, Finding

CODES = frozenset(
    {"252", "163", "250", "251", "226", "M127", "N29", "N706", "N710", "N705", "N225"}
)
LEVEL = frozenset({"150", "152", "M25"})
REPORT = frozenset({"N395"})
UNANSWERED = frozenset({"226", "163", "164"})


def records_wanted(denied: Denied) -> Finding:
    """The record that was asked for is sent; sent already, it is a dispute."""
    sent_on = denied.documentation.records_sent_on
    if isinstance(sent_on, date) and sent_on <= denied.line.received_on:
        return Finding(
            "documentation",
            "follow_up",
            "appeal",
            "The records were sent before the payer answered.",
            denied.place("/story/documentation/records_sent_on"),
        )
    asked = denied.carc in UNANSWERED and sent_on is None
    return Finding(
        "documentation",
        "follow_up" if asked else "documentation",
        "send_records",
        "The payer asked for records and got none." if asked else "The payer wants the record.",
        denied.place("/story/documentation/records_sent_on"),
    )


def report_wanted(denied: Denied) -> Finding:
    """The pathology report is sent: it is on file, or still has to come."""
    on_file = bool(denied.results)
    return Finding(
        "pathology_diagnosis",
        "follow_up" if on_file else "documentation",
        "send_records",
        "The payer wants the pathology report"
        + ("; it is on file." if on_file else "; none is on file yet."),
        denied.place("/story/pathology"),
    )


def level(denied: Denied) -> Finding:
    """The level is lowered where the note does not carry it."""
    carried = denied.documentation.necessity_documented
    if carried is True:
        return Finding(
            "documentation",
            "follow_up",
            "appeal",
            "The note carries the level that was billed.",
            denied.place("/story/documentation"),
        )
    known = carried is False or carried is None
    return Finding(
        "documentation",
        "coding",
        "corrected_claim" if known else "review",
        "The note does not carry the level that was billed."
        if known
        else "Whether the note carries the level is not known.",
        denied.place("/story/documentation"),
    )
