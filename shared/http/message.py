"""A message from outside, and what a service makes of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.http.credentials import Caller
from shared.http.partners import SourceReading
from shared.http.parts import Parts
from shared.vault import Sealer

State = Literal["stored", "applied", "waiting", "unmatched", "review", "ignored", "failed"]

# What a sender may post: those of clinical messages choose by the content type of each.
_CLINICAL = ("application/json", "application/fhir+json", "application/hl7-v2")
MEDIA_TYPES = {
    "dermis": _CLINICAL,
    "fhir": _CLINICAL,
    "hl7v2": _CLINICAL,
    "x12": ("application/edi-x12",),
}


@dataclass(frozen=True, slots=True)
class Received:
    """A verified message. `received_at` is business time; `body` is what was sent or its repair.

    format: of this message, by its content type. reading: how its source writes.
    """

    message_id: UUID
    practice_id: str
    source_id: str
    format: str
    media_type: str
    received_at: datetime
    body: bytes = field(repr=False)
    reading: SourceReading = field(default_factory=SourceReading)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem of a message: rule, sentence, and the place in the message. No value of it."""

    rule: str
    says: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Interpreted:
    """What a message means.

    commands: (case, command) for `shared.bus.apply`, all in one transaction with the message's
    state. state: what becomes of the message when every command is taken; a command that must wait
    makes it `waiting`, one refused `failed`.
    """

    kind: str
    commands: Sequence[tuple[UUID, object]] = ()
    case_id: UUID | None = None
    state: State = "applied"
    problems: Sequence[Trouble] = ()


# Names the case a message is about before it is interpreted, or None where it names none.
# Raises Refused or ValidationError where nothing identifies it at all (the sender gets a 422).
Identify = Callable[[Received], UUID | None]

# Reads a message inside the transaction that applies it. Raises Refused or pydantic's
# ValidationError for what cannot be read: the message becomes `failed` with those problems.
Interpret = Callable[[AsyncConnection, Received, Sealer], Awaitable[Interpreted]]


# What a message carried, as far as it is kept as documents of its own and the caller may see it.
Carried = Callable[
    [Parts[Any, Any], Caller, AsyncConnection, UUID], Awaitable[Sequence[Mapping[str, object]]]
]


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What a service brings to take webhooks: the formats it reads and how it reads them.

    A service that reads `fhir` or `hl7v2` keeps the tables of `shared.http.partners`.

    results: reads back the results that a message carried, where the service keeps such.
    """

    formats: tuple[str, ...]
    identify: Identify
    interpret: Interpret
    results: Carried | None = None

    @property
    def partners(self) -> bool:
        """Whether it reads what partners' own standards say."""
        return bool({"fhir", "hl7v2"} & set(self.formats))
