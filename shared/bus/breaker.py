"""A partner that fails again and again is left alone; one call then asks whether it is back."""

from time import monotonic

from shared.telemetry import logger
from shared.telemetry.metrics import PARTNER_PAUSED

FAILURES = 5
"""So many in a row pause the calls."""

_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 300.0
_LOG = logger(__name__)


class Breaker:
    """The calls of one kind, made one after another by a process.

    While it pauses, calls wait without losing attempts. After the pause one call goes as a probe:
    answered, all go again; failed, the pause doubles, up to five minutes.
    """

    def __init__(self, service: str, kind: str) -> None:
        self._kind = kind
        self._failures = 0
        self._pause = _FIRST_PAUSE
        self._closed_until: float | None = None
        self._gauge = PARTNER_PAUSED.labels(service, kind)
        self._gauge.set(0)

    def lets_pass(self) -> bool:
        """Whether a call may go now: there is no pause, or it is over and the next is the probe."""
        return self._closed_until is None or monotonic() >= self._closed_until

    def failed(self) -> None:
        """A call met no answer."""
        self._failures += 1
        if self._failures < FAILURES:
            return
        if self._closed_until is None:
            _LOG.error("a partner fails: its calls pause", kind=self._kind, failures=self._failures)
        else:
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        self._closed_until = monotonic() + self._pause
        self._gauge.set(1)

    def answered(self) -> None:
        """A call was answered, whatever the answer."""
        if self._closed_until is not None:
            _LOG.warning("a partner answers again: its calls go on", kind=self._kind)
        self._failures, self._pause, self._closed_until = 0, _FIRST_PAUSE, None
        self._gauge.set(0)
