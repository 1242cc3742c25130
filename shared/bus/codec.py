"""A service's state of a case, to and from `case_state.state`."""

from collections.abc import Hashable
from functools import cache
from typing import Any, cast

from pydantic import TypeAdapter

from shared.bus.stage import S


@cache
def _adapter(state_type: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any service's state
    return TypeAdapter(state_type)


def encode(state_type: type[S], state: S) -> str:
    """The state as JSON."""
    return _adapter(cast("Hashable", state_type)).dump_json(state).decode()


def decode(state_type: type[S], stored: str) -> S:
    """The state from JSON; fields it lacks take the dataclass's defaults."""
    state: S = _adapter(cast("Hashable", state_type)).validate_json(stored)
    return state
