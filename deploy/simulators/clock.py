"""The outside world's reading of the local stack's clock file: {wall0, business0, rate}."""

import json
from datetime import UTC, datetime
from pathlib import Path


def wall_now() -> datetime:
    """The present instant by wall time, UTC: signatures are stamped with it."""
    return datetime.now(UTC)  # noqa: TID251 - simulators import nothing of ours, its clock neither


class BusinessClock:
    """Business time as the clock file says; without a file it is wall time.

    The file is read again whenever it changes, so a restarted stack is followed.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._read_at: float | None = None
        self._line: tuple[datetime, datetime, float] | None = None

    def now(self) -> datetime:
        """The present instant of the clinic's story, UTC."""
        wall = wall_now()
        self._refresh()
        if self._line is None:
            return wall
        wall0, business0, rate = self._line
        return business0 + (wall - wall0) * rate

    def seconds_until(self, business: datetime) -> float:
        """Wall seconds until a business instant; negative where it is past."""
        left = (business - self.now()).total_seconds()
        return left / (self._line[2] if self._line else 1.0)

    def _refresh(self) -> None:
        if self._path is None:
            return
        try:
            changed_at = self._path.stat().st_mtime
            if changed_at == self._read_at:
                return
            line = json.loads(self._path.read_text())
            self._line = (_instant(line["wall0"]), _instant(line["business0"]), float(line["rate"]))
            self._read_at = changed_at
        except FileNotFoundError:
            self._line = None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
