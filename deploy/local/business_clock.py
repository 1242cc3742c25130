"""The business clock of a stack: a line over wall time, kept over restarts.

It stands still while the stack is down: a heartbeat tells until when it ran.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

from deploy.local.credentials import write_private
from shared.kernel.clock import Clock
from shared.telemetry import read_clock

DEFAULT_START = datetime.fromisoformat("2026-03-16T09:00:00-05:00")
DEFAULT_RATE = 60.0
HEARTBEAT_SECONDS = 1.0
# A crash can come just before a heartbeat: going on this much later never goes back in time.
_MARGIN = timedelta(seconds=2 * HEARTBEAT_SECONDS)


class BusinessClock:
    """The clock file of one stack and the file that remembers when the stack last ran."""

    def __init__(self, path: Path, kept: Path) -> None:
        self._path = path
        self._kept = kept
        self._alive = kept.with_suffix(".alive")

    def start(self, rate: float, business0: datetime) -> Clock:
        """Publish the line from now on: a new one, or where the earlier run left off."""
        now = Clock().wall()
        begin = self._left_off() or business0
        line = {"wall0": now.isoformat(), "business0": begin.isoformat(), "rate": rate}
        write_private(self._kept, json.dumps(line))
        self.beat()
        write_private(self._path, json.dumps(line))
        return read_clock(self._path)

    def beat(self) -> None:
        """Remember that the clock runs now."""
        self._alive.touch()

    def _left_off(self) -> datetime | None:
        if not self._kept.exists() or not self._alive.exists():
            return None
        last = datetime.fromtimestamp(self._alive.stat().st_mtime, tz=Clock().wall().tzinfo)
        line = read_clock(self._kept)
        return line.business_at(last + _MARGIN).astimezone(DEFAULT_START.tzinfo)
