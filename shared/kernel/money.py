"""Money: exact decimals in US dollars, two places, never a float."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def money(amount: Decimal | int | str) -> Decimal:
    """The amount in dollars, rounded half up to the cent.

    Raises:
        TypeError: a float, whose value was never exact.
        decimal.InvalidOperation: a text that is no number.
    """
    if isinstance(amount, float):
        raise TypeError("money is never a float")
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)
