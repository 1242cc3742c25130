"""Answers falling due: how soon each kind comes, and who asked for it later or twice."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from deploy.simulators.clearinghouse.behaviours import Late, SendTwice
from deploy.simulators.clearinghouse.claim import Claim
from deploy.simulators.clearinghouse.misbehaviour import Misbehaviour
from deploy.simulators.clearinghouse.store import Store

DELAYS: Mapping[str, timedelta] = {
    "ta1": timedelta(seconds=30),
    "999": timedelta(minutes=1),
    "277ca_clearinghouse": timedelta(minutes=2),
    "277ca_payer": timedelta(minutes=4),
    "835": timedelta(0),
}


class Outbox:
    """What is to be handed to the practice, and when by business time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._misbehaviour = Misbehaviour(store)

    def add(
        self, kind: str, subject: str, now: datetime, raw: bytes, claims: Sequence[Claim]
    ) -> None:
        """Let an answer fall due; the claims in it may have asked for another fate."""
        due, copies = now + DELAYS[kind], 1
        for claim in claims:
            # a late 835 is late from the start: the claim's own payment day is moved
            late = None if kind == "835" else self._misbehaviour.find(claim, Late, answer=kind)
            if late is not None:
                due = business_days_later(due, late.days)
            if self._misbehaviour.find(claim, SendTwice, answer=kind) is not None:
                copies = 2
        digest = hashlib.sha256(raw).hexdigest()[:32]
        for copy in range(copies):
            self._store.add_answer(kind, subject, due, raw, f"msg_{digest}_{copy}")


def business_days_later(at: datetime, days: int) -> datetime:
    """The same time of day so many weekdays later."""
    while days > 0:
        at += timedelta(days=1)
        if at.weekday() < 5:
            days -= 1
    return at
