"""Rules carry their id, their start and their source; a rulebook lists them in running order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from shared.kernel.cite import Cite

F = TypeVar("F", bound=Callable[..., Any])
_ATTRIBUTE = "__rules__"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as people know it: `BX-1`, since when, from where, and what a biller reads."""

    id: str
    since: date
    cite: Cite
    says: str


def rule(id: str, *, since: date, cite: Cite) -> Callable[[F], F]:
    """Attach a rule's facts to the function that implements it; its first line becomes `says`.

    Several may stand on one function. Nothing is registered: a rulebook names its functions.
    """

    def attach(function: F) -> F:
        says = (function.__doc__ or "").strip().partition("\n")[0]
        if not says:
            raise ValueError(f"rule {id} needs a docstring: the sentence a biller sees")
        rules = (Rule(id, since, cite, says), *getattr(function, _ATTRIBUTE, ()))
        setattr(function, _ATTRIBUTE, rules)
        return function

    return attach


def rules_of(function: Callable[..., Any]) -> tuple[Rule, ...]:
    """The rules attached to a function, outermost first."""
    return getattr(function, _ATTRIBUTE, ())
