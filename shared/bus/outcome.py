"""What became of each input."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


class Status(StrEnum):
    """applied: the decision is written. duplicate: seen before.

    ignored: nothing to do (no handler, a timer no longer due). parked: kept, to be tried again or
    looked at. failed: nothing written; the error of a command is its answer.
    """

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    PARKED = "parked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """answer: what the handler gave back. events: the ids of what it emitted. error: why not.

    dead: parked for people, nothing will try it again by itself.
    """

    status: Status
    answer: Any = None
    events: Sequence[UUID] = ()
    error: Exception | None = None
    dead: bool = False

    def result(self) -> Any:  # noqa: ANN401 - the handler's own type
        """The answer of an applied command.

        Raises:
            Exception: what the handler raised (`Refused`, `NotYet` ...).
        """
        if self.error is not None:
            raise self.error
        return self.answer


@dataclass(frozen=True, slots=True)
class Applied:
    """The outcomes, in the order of the inputs."""

    outcomes: Sequence[Outcome]

    def result(self) -> Any:  # noqa: ANN401 - the handler's own type
        """The answer to the only input, or its error raised."""
        (outcome,) = self.outcomes
        return outcome.result()
