"""A limit on dead letters: a bad deploy must not drain a topic into `dead`."""

from datetime import datetime, timedelta

from shared.db import Database, raw
from shared.telemetry import logger
from shared.telemetry.metrics import CONSUMPTION_PAUSED, DEAD_LETTERS_RECENT

DEAD_LETTERS_AN_HOUR = 100
_HOUR = timedelta(hours=1)
_LOG = logger(__name__)


class DeadLetterLimit:
    """Whether a service has set too many events aside as dead to go on hearing.

    Once it is reached, the hour stands still: only people lift it, by driving the dead events again
    or discarding them, until fewer than the limit are left.
    """

    def __init__(self, service: str, database: Database, an_hour: int) -> None:
        self._service = service
        self._database = database
        self._since: datetime | None = None
        self.an_hour = an_hour
        self.dead = 0

    @property
    def reached(self) -> bool:
        """Whether hearing pauses."""
        return self._since is not None

    async def look(self) -> None:
        """Count the dead events of the hour, all instances' together; tell when that changes."""
        async with self._database.relay_transaction() as connection:
            (row,) = await raw(connection).fetch(
                "select count(*) as dead, clock_timestamp() as now from parked"
                " where status = 'dead'"
                " and dead_at > coalesce($1::timestamptz, clock_timestamp() - $2::interval)",
                self._since,
                _HOUR,
            )
        self.dead = row["dead"]
        before = self.reached
        if self.dead < self.an_hour:
            self._since = None
        elif self._since is None:
            self._since = row["now"] - _HOUR
        DEAD_LETTERS_RECENT.labels(self._service).set(self.dead)
        CONSUMPTION_PAUSED.labels(self._service).set(self.reached)
        if self.reached and not before:
            _LOG.error(
                "too many dead letters: hearing pauses until they are redriven or discarded",
                dead=self.dead,
                limit=self.an_hour,
            )
        elif before and not self.reached:
            _LOG.warning("dead letters were lifted: hearing goes on", dead=self.dead)
