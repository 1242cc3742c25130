"""Numbers and dates of X12 read exactly: `Decimal` and `date`, never a float, never a guess."""

import re
from datetime import date
from decimal import Decimal

_DECIMAL = re.compile(r"-?(\d+\.?\d*|\.\d+)\Z", re.ASCII)
_LONGEST = 18


def read_decimal(text: str) -> Decimal | None:
    """The number, or None where the text is no X12 decimal."""
    if len(text) > _LONGEST or not _DECIMAL.match(text):
        return None
    return Decimal(text)


def read_date(text: str) -> date | None:
    """A date as CCYYMMDD, or None."""
    if len(text) != 8 or not text.isascii() or not text.isdigit():
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
