"""The two clocks, read at the edge alone.

*Wall* time is for retries, leases, signatures, tokens, rate limits and spans. *Business* time is
for `occurred_at`, timers, holds, deadlines: it runs from `business0` at `rate` times wall time
since `wall0`. Without such a setting business time is wall time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """Business time as a line over wall time."""

    wall0: datetime | None = None
    business0: datetime | None = None
    rate: float = 1.0

    def wall(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads it

    def business(self) -> datetime:
        """The present instant of the practice's story, UTC."""
        return self.business_at(self.wall())

    def business_at(self, wall: datetime) -> datetime:
        """Business time at an instant of wall time."""
        if self.wall0 is None or self.business0 is None:
            return wall
        return self.business0.astimezone(UTC) + (wall - self.wall0) * self.rate

    def wall_until(self, business: datetime) -> timedelta:
        """How long by wall time until a business instant (negative: past)."""
        return (business - self.business()) / self.rate
