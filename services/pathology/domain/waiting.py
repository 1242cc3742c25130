"""How long a result may take before somebody is told, in business days after collection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.kernel.business_days import after_business_days


@dataclass(frozen=True, slots=True)
class Days:
    """Business days after collection: expected, reminded, escalated."""

    expected: int = 3
    reminder: int = 5
    escalation: int = 7


@dataclass(frozen=True, slots=True)
class WaitingTimes:
    """The practice's own days, and those of laboratories that differ."""

    default: Days = Days()
    labs: Mapping[str, Days] = field(default_factory=dict)

    def of(self, lab_id: str | None) -> Days:
        """The days of a laboratory."""
        return self.default if lab_id is None else self.labs.get(lab_id, self.default)


UNMATCHED_DAYS = 3
"""Business days a result may wait unmatched before it is an alert (interop 5, choice)."""


def due(start: datetime, days: int) -> datetime:
    """The instant that many business days later; `start` itself where the calendar ends first."""
    try:
        return after_business_days(start, days)
    except OverflowError:
        return start
