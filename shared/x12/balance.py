"""Whether an 835 adds up: line, claim and transaction level, in exact decimals (`x12.md` 5.1)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from shared.x12.remittance import Payment, RemittanceClaim

_NOTHING = Decimal(0)

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


class Balance:
    """The sums of one transaction, claim by claim: nothing of a claim is kept."""

    def __init__(self) -> None:
        self._paid = _NOTHING

    def of_claim(self, claim: RemittanceClaim) -> list[Imbalance]:
        """What does not hold in one claim and its lines; its payment counts for the transaction."""
        self._paid += claim.paid
        found: list[Imbalance] = []
        adjusted = charges = _NOTHING
        for each in claim.adjustments:
            adjusted += each.amount
        for line in claim.lines:
            of_line = _NOTHING
            for each in line.adjustments:
                of_line += each.amount
            adjusted += of_line
            charges += line.charge
            expected = line.charge - of_line
            if expected != line.paid:
                found.append(
                    Imbalance("line", claim.claim_id, line.line, expected, line.paid, line.place)
                )
        expected = claim.charge - adjusted
        if expected != claim.paid:
            found.append(
                Imbalance("claim", claim.claim_id, None, expected, claim.paid, claim.place)
            )
        if claim.lines and charges != claim.charge:
            found.append(
                Imbalance("claim", claim.claim_id, None, charges, claim.charge, claim.place)
            )
        return found

    def of_transaction(self, payment: Payment) -> list[Imbalance]:
        """Whether the claims seen, less the provider's adjustments, are what was paid."""
        expected = self._paid
        for each in payment.provider_adjustments:
            expected -= each.amount
        if expected == payment.amount:
            return []
        return [Imbalance("transaction", None, None, expected, payment.amount, "BPR")]


def imbalances(payment: Payment) -> list[Imbalance]:
    """Every sum of the transaction that does not hold; empty where it balances."""
    balance = Balance()
    found = [each for claim in payment.claims for each in balance.of_claim(claim)]
    return found + balance.of_transaction(payment)
