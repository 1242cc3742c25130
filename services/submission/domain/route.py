"""Where a file goes: routes of a practice, their health, and which one a claim takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from shared.kernel.cite import Cite
from shared.kernel.rule import rule

BUILT_IN = "clearinghouse"
"""The route of the service's own settings: HTTPS, for every practice."""

SILENCE = timedelta(hours=4)
_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Drop:
    """An SFTP server with its pinned host key, and who receives there.

    `folder` takes files; a file is put under a name of its own and renamed when it is whole.
    """

    kind: Literal["sftp"]
    host: str
    port: int
    username: str
    host_key: str
    folder: str
    receiver_id: str
    receiver_name: str
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """How a route fares. `silent`: a file of it waits for its 999 for longer than `SILENCE`."""

    closed_at: datetime | None = None
    closed_reason: str | None = None
    failures: int = 0
    last_error: str | None = None
    last_taken_at: datetime | None = None
    silent: bool = False

    @property
    def state(self) -> Literal["healthy", "failing", "silent", "closed"]:
        """What an operator sees."""
        if self.closed_at is not None:
            return "closed"
        if self.failures >= _FAILURES:
            return "failing"
        return "silent" if self.silent else "healthy"


@dataclass(frozen=True, slots=True)
class Known:
    """A route with its health; `drop` is None for the built-in one."""

    name: str
    drop: Drop | None
    health: Health


@rule("BT-7", since=date(2012, 1, 1), cite=Cite("own"))
def route_for(wanted: str, routes: Mapping[str, Known]) -> Known | None:
    """The payer's route while it is healthy, else its fallback; a closed one without: none.

    A route that fails or is silent and has no healthy fallback is still tried.
    """
    known = routes.get(wanted)
    if known is None or known.health.state == "healthy":
        return known
    fallback = routes.get(known.drop.fallback or "") if known.drop else _other_than(wanted, routes)
    if fallback is not None and fallback.health.state == "healthy":
        return fallback
    return None if known.health.state == "closed" else known


def _other_than(wanted: str, routes: Mapping[str, Known]) -> Known | None:
    """The built-in route falls back to the one that names it as its own fallback."""
    paired = (each for each in routes.values() if each.drop and each.drop.fallback == wanted)
    return next(paired, None)


@dataclass(frozen=True, slots=True)
class Due:
    """A version that may leave: by which route its payer wants it, and the last day to file."""

    case_id: UUID
    claim_id: str
    version: int
    wanted: str
    file_by: date


@dataclass(frozen=True, slots=True)
class Chosen:
    """The route of the most urgent claim, what goes by it, and what names a route nobody knows."""

    route: Known | None
    due: tuple[Due, ...]
    lost: tuple[Due, ...]


@rule("BT-2", since=date(2012, 1, 1), cite=Cite("own"))
def choose(due: Sequence[Due], routes: Mapping[str, Known]) -> Chosen:
    """Fewest filing days left first, then age; one file goes by one route, the rest wait a turn."""
    by_route: dict[str, list[Due]] = {}
    lost = tuple(each for each in due if each.wanted not in routes)
    for each in sorted(due, key=lambda one: one.file_by):
        found = route_for(each.wanted, routes)
        if found is not None:
            by_route.setdefault(found.name, []).append(each)
    for name, chosen in by_route.items():
        return Chosen(routes[name], tuple(chosen), lost)
    return Chosen(None, (), lost)
