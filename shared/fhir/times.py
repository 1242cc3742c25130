"""Dates and instants of FHIR, which may stop at the year or the month."""

from datetime import UTC, date, datetime, tzinfo


def day(stamp: str) -> date | None:
    """The calendar day as it was written, never shifted by an offset; None if it names none."""
    try:
        return date.fromisoformat(stamp[:10]) if len(stamp) >= 10 and stamp[4] == "-" else None
    except ValueError:
        return None


def instant(stamp: str, zone: tzinfo = UTC) -> datetime | None:
    """The instant; without an offset of its own it is read in `zone`. None if it names no day."""
    if day(stamp) is None:
        return None
    try:
        found = datetime.fromisoformat(stamp)
        found = found if found.tzinfo is not None else found.replace(tzinfo=zone)
        found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found
