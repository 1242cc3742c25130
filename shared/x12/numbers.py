"""Numbers and dates of X12 read exactly: `Decimal` and `date`, never a float, never a guess."""

from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

_IN_A_NUMBER = "0123456789.-"
_LONGEST = 18
_ZERO = Decimal(0)


def read_decimal(text: str) -> Decimal | None:
    """The number, or None where the text is no X12 decimal."""
    if len(text) > _LONGEST or text.strip(_IN_A_NUMBER):
        return None
    try:
        return Decimal(text) or _ZERO
    except InvalidOperation:
        return None


@lru_cache(maxsize=4096)
def read_date(text: str) -> date | None:
    """A date as CCYYMMDD, or None."""
    if len(text) != 8 or not text.isascii() or not text.isdigit():
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
