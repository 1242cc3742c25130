"""Business days: Monday to Friday except federal holidays, in the practice's time zone (BD-1)."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

PRACTICE_ZONE = ZoneInfo("America/Chicago")


@lru_cache(maxsize=64)
def _federal_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("US", years=year))


def is_business_day(day: date) -> bool:
    """Whether the day is a weekday and no federal holiday."""
    return day.weekday() < 5 and day not in _federal_holidays(day.year)


def add_business_days(day: date, days: int) -> date:
    """The day that many business days later; the count starts on the day after."""
    while days > 0:
        day += timedelta(days=1)
        if is_business_day(day):
            days -= 1
    return day


def first_business_day(day: date) -> date:
    """The day itself where it is one, else the next that is."""
    return day if is_business_day(day) else add_business_days(day, 1)


def business_days_between(start: date, end: date) -> int:
    """Business days after `start` up to and including `end`; 0 where end is not later."""
    return sum(
        is_business_day(start + timedelta(days=step)) for step in range(1, (end - start).days + 1)
    )


def after_business_days(instant: datetime, days: int, zone: ZoneInfo = PRACTICE_ZONE) -> datetime:
    """The same local time of day, that many business days later."""
    local = instant.astimezone(zone)
    return datetime.combine(add_business_days(local.date(), days), local.timetz())
