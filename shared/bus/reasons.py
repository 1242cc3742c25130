"""Why something failed, in words that may be stored and shown: never the values it failed on."""

from datetime import timedelta
from pathlib import Path
from traceback import extract_tb

import asyncpg
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from shared.bus.errors import NotYet, Permanent, Transient
from shared.kernel.refused import Refused

ATTEMPTS = 8
_FIRST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(minutes=5)
_SHOWN_FAULTS = 5
# SQLSTATE classes of the server's own trouble: connections, transactions that lost against another,
# resources, an operator's stop, system errors.
_OUTAGES = ("08", "40", "53", "55", "57", "58", "XX")


def is_outage(error: BaseException) -> bool:
    """Whether the database failed, not the input: roll back, reconnect, do the same again."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = _driver_error(error)
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_OUTAGES)
    return isinstance(cause, asyncpg.InterfaceError | asyncpg.InternalClientError | OSError)


def reason_of(error: BaseException) -> str:
    """What went wrong and where, without a value of the input: it may be a patient's."""
    if isinstance(error, ValidationError):
        faults = error.errors(include_input=False, include_context=False, include_url=False)
        told = [f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in faults]
        more = f" and {len(told) - _SHOWN_FAULTS} more" if len(told) > _SHOWN_FAULTS else ""
        return f"not a valid {error.title}: {'; '.join(told[:_SHOWN_FAULTS])}{more}"
    if isinstance(error, Permanent | Transient | NotYet | Refused):
        return str(error)
    state = getattr(_driver_error(error), "sqlstate", None)
    if isinstance(state, str):
        return f"the database refused the write ({state})"
    frames = extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def wait_before(attempt: int, seed: int) -> timedelta:
    """How long before the next attempt: doubling from 1 s to 5 min, the seed spreads it a fifth."""
    wait: timedelta = min(_FIRST_WAIT * 2 ** min(attempt - 1, 16), _LONGEST_WAIT)
    return wait * (0.8 + 0.4 * (seed % 1000) / 999)


def _driver_error(error: BaseException) -> BaseException:
    """What asyncpg raised, where SQLAlchemy wrapped it twice."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error
