"""Time stamps of HL7 v2: `YYYY[MM[DD[HH[MM[SS[.S]]]]]][+/-ZZZZ]`."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

_STAMP = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,6}))?)?)?)?)?)?"
    r"(?:([+-])(\d\d)(\d\d))?\Z"
)


def day(stamp: str) -> date | None:
    """The calendar day as it was written, never shifted by an offset; None if it names none."""
    found = _STAMP.match(stamp.strip())
    if found is None or found[3] is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def instant(stamp: str, zone: tzinfo = UTC) -> datetime | None:
    """The instant; without an offset of its own it is read in `zone`. None if it names no day."""
    found, on = _STAMP.match(stamp.strip()), day(stamp)
    if found is None or on is None:
        return None
    hour, minute, second = (int(found[n] or 0) for n in (4, 5, 6))
    micro = int((found[7] or "0").ljust(6, "0"))
    if found[8]:
        ahead = timedelta(hours=int(found[9]), minutes=int(found[10]))
        if ahead >= timedelta(hours=24):
            return None
        zone = timezone(-ahead if found[8] == "-" else ahead)
    try:
        named = datetime(on.year, on.month, on.day, hour, minute, second, micro, tzinfo=zone)
        named.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return named
