"""The ledger of a version: charge = paid + adjusted + patient + open, per claim and per line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.submission.domain.claim import LinePosting, Version
from shared.kernel.cite import Cite
from shared.kernel.rule import rule


@dataclass(frozen=True, slots=True)
class Balance:
    """Where the money of a charge stands. `open` is what nobody has paid or taken off yet."""

    charge: Decimal
    paid: Decimal
    adjusted: Decimal
    patient: Decimal

    @property
    def open(self) -> Decimal:
        return self.charge - self.paid - self.adjusted - self.patient


@rule("PO-3", since=date(2012, 1, 1), cite=Cite("ASC X12 005010X221A1"))
def balance(version: Version) -> Balance:
    """Postings of a claim add up over files and checks; a denial stays open, it is no write-off."""
    return _sum(version.coded.charge, (line for each in version.postings for line in each.lines))


def line_balances(version: Version) -> dict[int, Balance]:
    """The same per line of the version; what was posted to no line is in the claim's alone."""
    return {
        line.number: _sum(
            line.charge,
            (
                posted
                for each in version.postings
                for posted in each.lines
                if posted.number == line.number
            ),
        )
        for line in version.coded.lines
    }


def allowed(version: Version) -> Decimal | None:
    """What the payer last allowed; None before it decided or where it allowed nothing."""
    payments = [each for each in version.postings if each.post_as != "reversal"]
    return payments[-1].allowed if payments else None


def _sum(charge: Decimal, postings: Iterable[LinePosting]) -> Balance:
    paid = adjusted = patient = Decimal(0)
    for each in postings:
        paid += each.paid
        adjusted += each.adjusted
        patient += each.patient
    return Balance(charge, paid, adjusted, patient)
