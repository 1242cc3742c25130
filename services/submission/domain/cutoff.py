"""When a ready claim leaves: at the daily cut-off of a business day (BD-1, BD-3)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.kernel.business_days import PRACTICE_ZONE, is_business_day
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

CUT_OFF = time(17, 0)


@rule("BD-3", since=date(2012, 1, 1), cite=Cite("own; Medicare receipt 17:00 contractor time"))
def last_cut_off(now: datetime, zone: ZoneInfo = PRACTICE_ZONE) -> datetime:
    """What was ready by the last cut-off leaves; what is later waits for the next business day."""
    local = now.astimezone(zone)
    day = local.date()
    if local.time() < CUT_OFF:
        day -= timedelta(days=1)
    while not is_business_day(day):
        day -= timedelta(days=1)
    return datetime.combine(day, CUT_OFF, zone)
