"""Values that change with time: looked up by date of service, never guessed."""

from collections.abc import Mapping
from datetime import date
from typing import Generic, TypeVar

from shared.kernel.cite import Cite

V = TypeVar("V")


class NotInForce(LookupError):  # noqa: N818 - says what is the case
    """No value is known for the date."""


class Dated(Generic[V]):
    """A value by the first day it is in force. Changing a policy adds a line and edits none."""

    def __init__(self, since: Mapping[date, V], *, unit: str, cite: Cite) -> None:
        if not since:
            raise ValueError("a dated value needs at least one entry")
        self._entries = sorted(since.items(), reverse=True)
        self.unit = unit
        self.cite = cite

    def on(self, day: date) -> V:
        """The value in force on the day.

        Raises:
            NotInForce: the day is before the first entry.
        """
        for first_day, value in self._entries:
            if first_day <= day:
                return value
        raise NotInForce(f"nothing in force on {day}: {self.cite}")
