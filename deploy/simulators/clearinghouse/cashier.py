"""Pay day: the 835 of every payer whose claims are due, with reversals and what is carried over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from deploy.simulators.clearinghouse.adjudicate import Settled, settle
from deploy.simulators.clearinghouse.behaviours import Deny, Reverse, ShortPay, Split, Unbalanced
from deploy.simulators.clearinghouse.claim import Claim
from deploy.simulators.clearinghouse.edits import Denial, denials
from deploy.simulators.clearinghouse.misbehaviour import Misbehaviour
from deploy.simulators.clearinghouse.outbox import Outbox
from deploy.simulators.clearinghouse.payers import PAYERS, Payer
from deploy.simulators.clearinghouse.remittance import Payment, ProviderAdjustment, remittance
from deploy.simulators.clearinghouse.store import KeptClaim, Store


class Cashier:
    """Settles what is due and writes one 835 per payer and payee."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._misbehaviour = Misbehaviour(store)
        self._outbox = Outbox(store)

    def pay(self, now: datetime) -> None:
        """Pay every claim that is due."""
        due = sorted(self._store.due_claims(now), key=_payer_and_payee)
        if not due:
            return
        with self._store.transaction():
            for (payer_id, _, receiver), kept in groupby(due, key=_payer_and_payee):
                self._remit(PAYERS[payer_id], receiver, list(kept), now)

    def _remit(self, payer: Payer, receiver: str, due: Sequence[KeptClaim], now: datetime) -> None:
        settled = [one for kept in due for one in self._settled(payer, kept)]
        if not settled:
            return
        adjustments = self._store.take_adjustments(payer.payer_id)
        trace = f"EFT{self._store.next('trace'):08d}"
        net = Payment(payer, trace, settled, adjustments).total
        if net < 0:  # a check is never negative: the rest is taken from the next one
            adjustments.append(ProviderAdjustment("FB", trace, net))
            self._store.add_adjustment(payer.payer_id, ProviderAdjustment("FB", trace, -net))
        claims = [kept.claim for kept in due]
        wrong = frozenset(
            claim.claim_id
            for claim in claims
            if self._misbehaviour.find(claim, Unbalanced) is not None
        )
        raw = remittance(
            Payment(payer, trace, settled, adjustments, wrong),
            receiver=receiver,
            control_number=self._store.next("isa"),
            at=now,
        )
        self._outbox.add("835", trace, now, raw, claims)

    def _settled(self, payer: Payer, kept: KeptClaim) -> list[Settled]:
        """A claim's payment, and before it the reversal of what it replaces or voids."""
        claim = kept.claim
        found = []
        if claim.frequency in ("7", "8"):
            earlier = self._store.claim_by_number(payer.payer_id, claim.payer_control_number)
            if earlier is not None and earlier.state == "paid" and earlier.settled is not None:
                found.append(earlier.settled.reversed())
                self._store.move(earlier, "replaced" if claim.frequency == "7" else "voided")
        if claim.frequency == "8":
            self._store.move(kept, "finished")
            return found
        denied = denials(claim, payer) | self._denials_on_request(claim)
        shares = self._shares_on_request(claim)
        paid = settle(claim, payer, kept.payer_control_number, denied=denied, shares=shares)
        self._store.move(kept, "paid", paid)
        return [*found, *self._told(claim, paid)]

    def _told(self, claim: Claim, paid: Settled) -> list[Settled]:
        """How the payment is told: once, split in two, or taken back and made again."""
        if len(paid.lines) > 1 and self._misbehaviour.find(claim, Split) is not None:
            other = f"{paid.payer_control_number}B"
            rest = replace(paid, lines=paid.lines[1:], payer_control_number=other)
            return [replace(paid, lines=paid.lines[:1]), rest]
        if self._misbehaviour.find(claim, Reverse) is not None:
            return [paid, paid.reversed(), paid]
        return [paid]

    def _denials_on_request(self, claim: Claim) -> dict[int, Denial]:
        return {
            line.number: Denial(action.group, action.carc, action.rarcs)
            for match, action in self._misbehaviour.all(claim, Deny)
            for line in match.lines(claim)
        }

    def _shares_on_request(self, claim: Claim) -> dict[int, Decimal]:
        return {
            line.number: action.percent
            for match, action in self._misbehaviour.all(claim, ShortPay)
            for line in match.lines(claim)
        }


def _payer_and_payee(kept: KeptClaim) -> tuple[str, str, str]:
    return kept.claim.payer_id, kept.claim.billing_npi, kept.sender
