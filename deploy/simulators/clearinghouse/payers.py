"""The payers behind the clearinghouse: what they pay by contract, and what they want first.

`fees.csv`: allowed amount per unit at 100 %, from the CY2025 relative values (non-facility) times
the conversion factor, drugs by invented invoice prices; `global_days` beside it.
"""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path

CENT = Decimal("0.01")
_UNLISTED = Decimal("0.60")
_FEES = Path(__file__).with_name("fees.csv")

BIOLOGICS = frozenset({"J0139", "J2357", "J3245", "J3357"})
PHOTOTHERAPY = frozenset({"96900", "96910", "96912", "96913", "96920", "96921", "96922"})
MOHS = frozenset({"17311", "17313"})


@dataclass(frozen=True, slots=True)
class Payer:
    """One payer. `percent`: its contract as a share of the fee table; `copay` on an E/M line.

    `coinsurance` on the other lines; `deductible_share`: one member in so many still owes it;
    `sequestration`: taken from the payment (CO-253). `authorize`: codes that need REF*G1.
    """

    payer_id: str
    name: str
    tax_id: str
    percent: Decimal
    copay: Decimal = Decimal(0)
    coinsurance: Decimal = Decimal("0.20")
    deductible_share: int = 8
    sequestration: Decimal = Decimal(0)
    authorize: frozenset[str] = frozenset()

    def allowed(self, code: str, units: Decimal, charge: Decimal) -> Decimal:
        """What the contract allows for a line: its fee per unit, never above the charge.

        A code without a fee is allowed at 60 % of its charge, as contracts say for unlisted ones.
        """
        fee = fees().get(code)
        if fee is None:
            return cents(charge * _UNLISTED)
        return min(charge, cents(fee * self.percent) * units)

    def owes_deductible(self, member_id: str) -> bool:
        """Whether this member's deductible is open: fixed for the member, not drawn anew."""
        digest = hashlib.sha256(f"{self.payer_id}|{member_id}".encode()).digest()
        return digest[0] % self.deductible_share == 0


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to the cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


@lru_cache(maxsize=1)
def fees() -> Mapping[str, Decimal]:
    """Allowed amount per unit at 100 %, by code."""
    return {row["code"]: Decimal(row["allowed"]) for row in _rows()}


@lru_cache(maxsize=1)
def global_days() -> Mapping[str, str]:
    """The global period indicator by code."""
    return {row["code"]: row["global_days"] for row in _rows()}


def _rows() -> list[dict[str, str]]:
    with _FEES.open(newline="") as file:
        return list(csv.DictReader(file))


PAYERS: Mapping[str, Payer] = {
    payer.payer_id: payer
    for payer in (
        Payer(
            payer_id="60054",
            name="EXAMPLE HEALTH PLAN",
            tax_id="311000001",
            percent=Decimal("1.25"),
            copay=Decimal(30),
            authorize=BIOLOGICS | PHOTOTHERAPY,
        ),
        Payer(
            payer_id="LAKE1",
            name="LAKESIDE HMO",
            tax_id="311000002",
            percent=Decimal("1.10"),
            copay=Decimal(25),
            coinsurance=Decimal("0.10"),
            authorize=BIOLOGICS | PHOTOTHERAPY | MOHS,
        ),
        Payer(
            payer_id="MEDB",
            name="MEDICARE PART B",
            tax_id="311000003",
            percent=Decimal("1.00"),
            deductible_share=16,
            sequestration=Decimal("0.02"),
        ),
        Payer(
            payer_id="SILV1",
            name="SILVER PRAIRIE ADVANTAGE",
            tax_id="311000004",
            percent=Decimal("1.00"),
            copay=Decimal(20),
            sequestration=Decimal("0.02"),
            authorize=BIOLOGICS,
        ),
    )
}
