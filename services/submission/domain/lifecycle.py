"""How a claim's state moves: only forward on acknowledgements, by what the payer did on money."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.submission.domain.acknowledgement import RejectedBy, Verdict
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

State = Literal[
    "coded", "held", "ready", "batched", "sent", "received", "accepted_clearinghouse",
    "accepted_payer", "rejected", "pended", "paid", "partly_paid", "denied", "appealed",
    "replaced", "voided", "withdrawn", "closed",
]  # fmt: skip

NOT_SENT: frozenset[State] = frozenset({"coded", "held", "ready", "batched"})
IN_TRANSIT: frozenset[State] = frozenset({"sent", "received", "accepted_clearinghouse"})
AT_PAYER: frozenset[State] = frozenset({"accepted_payer", "pended"})
ADJUDICATED: frozenset[State] = frozenset({"paid", "partly_paid", "denied"})

_LEVEL_OF_STATE: dict[State, int] = {
    "batched": 1,
    "sent": 1,
    "received": 2,
    "accepted_clearinghouse": 3,
    "accepted_payer": 4,
    "pended": 4,
}
_LEVEL_OF_VERDICT = {"interchange": 1, "group": 2, "clearinghouse": 3, "payer": 4}


@dataclass(frozen=True, slots=True)
class Moved:
    """A claim's state after a verdict."""

    state: State
    changed: bool


@rule("CS-2", since=date(2012, 1, 1), cite=Cite("own"))
@rule("CS-4", since=date(2012, 1, 1), cite=Cite("own"))
def moved(state: State, verdict: Verdict, rejected_by: RejectedBy | None = None) -> Moved:
    """A late or lesser answer never moves a claim back; a rejection after acceptance counts.

    `rejected_by`: whose rejection a rejected claim carries, where that is known.
    """
    after = _after(state, verdict, rejected_by)
    return Moved(after, after != state)


def _after(state: State, verdict: Verdict, rejected_by: RejectedBy | None) -> State:
    level = _LEVEL_OF_VERDICT[verdict.by]
    held = _LEVEL_OF_STATE.get(state)
    if verdict.finding == "rejected":
        if held is None or level < held:
            return state
        return "rejected"
    if verdict.finding == "accepted":
        target: State = "accepted_payer" if verdict.by == "payer" else "accepted_clearinghouse"
        # An acceptance after a rejection is a reprocessing and is believed (claims.md section 6),
        # unless who rejected stands above who accepts.
        believed = rejected_by is None or _LEVEL_OF_VERDICT[rejected_by] <= level
        reprocessed = state == "rejected" and believed
        rises = held is not None and held < _LEVEL_OF_STATE[target]
        return target if reprocessed or rises else state
    if verdict.finding == "received":
        return "received" if held == 1 else state
    if verdict.finding == "pended":
        return "pended" if held is not None else state
    return state


@rule("PO-7", since=date(2012, 1, 1), cite=Cite("ASC X12 005010X221A1"))
def state_after_money(denied: bool, lines_denied_or_short: Iterable[bool]) -> State:
    """All denied is denied, some denied or short is partly paid, else paid, whatever the sum."""
    if denied:
        return "denied"
    return "partly_paid" if any(lines_denied_or_short) else "paid"
