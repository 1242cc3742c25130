"""Finding the misbehaviour asked for a claim, and counting how often it was shown."""

from typing import TypeVar

from pydantic import BaseModel

from deploy.simulators.clearinghouse.behaviours import Behaviour, Match
from deploy.simulators.clearinghouse.claim import Claim
from deploy.simulators.clearinghouse.store import Store

A = TypeVar("A", bound=BaseModel)


class Misbehaviour:
    """The behaviours registered, oldest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, claim: Claim, kind: type[A], *, answer: str | None = None) -> A | None:
        """The action asked for this claim, counted as shown."""
        for behaviour_id, _, action in self._open(claim, kind, answer):
            self._store.used(behaviour_id)
            return action
        return None

    def all(self, claim: Claim, kind: type[A]) -> list[tuple[Match, A]]:
        """Every action of the kind with what it is aimed at, each counted as shown."""
        found = self._open(claim, kind, None)
        for behaviour_id, _, _ in found:
            self._store.used(behaviour_id)
        return [(match, action) for _, match, action in found]

    def _open(self, claim: Claim, kind: type[A], answer: str | None) -> list[tuple[int, Match, A]]:
        found: list[tuple[int, Match, A]] = []
        for behaviour_id, behaviour, used in self._store.behaviours():
            if behaviour.times is not None and used >= behaviour.times:
                continue
            action = behaviour.action
            if not isinstance(action, kind) or not _is_for(behaviour, answer):
                continue
            if behaviour.match.holds(claim):
                found.append((behaviour_id, behaviour.match, action))
        return found


def _is_for(behaviour: Behaviour, answer: str | None) -> bool:
    return answer is None or getattr(behaviour.action, "answer", None) == answer
