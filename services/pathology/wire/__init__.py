"""Results as labs send them and outsiders read them, to and from the domain."""

from services.pathology.wire.messages import Keeping, identify, interpreter, troubles
from services.pathology.wire.result import (
    TEXT,
    InterpretAnswer,
    InterpretRequest,
    facts_of,
    interpret,
    report,
)

__all__ = [
    "TEXT",
    "InterpretAnswer",
    "InterpretRequest",
    "Keeping",
    "facts_of",
    "identify",
    "interpret",
    "interpreter",
    "report",
    "troubles",
]
