"""Whether an 835 adds up: line, claim and transaction level, in exact decimals (`x12.md` 5.1)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from shared.x12.remittance import Payment, RemittanceClaim

Level = Literal["line", "claim", "transaction"]


@dataclass(frozen=True, slots=True)
class Imbalance:
    """One sum that does not hold: `found` in the file against `expected` from its parts."""

    level: Level
    claim_id: str | None
    line: str | None
    expected: Decimal
    found: Decimal
    place: str | None = None

    @property
    def difference(self) -> Decimal:
        """What the file has too much (negative: too little)."""
        return self.found - self.expected


def imbalances(payment: Payment) -> list[Imbalance]:
    """Every sum of the transaction that does not hold; empty where it balances."""
    found = [imbalance for claim in payment.claims for imbalance in _of_claim(claim)]
    expected = sum((claim.paid for claim in payment.claims), Decimal(0)) - sum(
        (each.amount for each in payment.provider_adjustments), Decimal(0)
    )
    if expected != payment.amount:
        found.append(Imbalance("transaction", None, None, expected, payment.amount, "BPR"))
    return found


def _of_claim(claim: RemittanceClaim) -> list[Imbalance]:
    found: list[Imbalance] = []
    adjusted = sum((each.amount for each in claim.adjustments), Decimal(0))
    for line in claim.lines:
        of_line = sum((each.amount for each in line.adjustments), Decimal(0))
        adjusted += of_line
        if line.charge - of_line != line.paid:
            found.append(
                Imbalance(
                    "line", claim.claim_id, line.line, line.charge - of_line, line.paid, line.place
                )
            )
    if claim.charge - adjusted != claim.paid:
        found.append(
            Imbalance(
                "claim", claim.claim_id, None, claim.charge - adjusted, claim.paid, claim.place
            )
        )
    charges = sum((line.charge for line in claim.lines), Decimal(0))
    if claim.lines and charges != claim.charge:
        found.append(Imbalance("claim", claim.claim_id, None, charges, claim.charge, claim.place))
    return found
