"""CloudEvents in binary mode: identity in the headers, the event's JSON as the body.

Because identity stands in the headers, an event whose body cannot be read can still be parked by
its case. Bodies hold no identity of a patient in the clear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.bus.errors import Permanent
from shared.contracts.event import Event
from shared.kernel.ids import derived_id

FIRST_GENERATION = 1
_REQUIRED = ("ce_id", "ce_type", "ce_subject", "ce_n", "ce_practiceid")


class UnreadableRecord(Exception):  # noqa: N818 - names what it is
    """A record without the headers every event of ours carries: no relay of ours sent it."""


@dataclass(frozen=True, slots=True)
class Message:
    """An event as it travels: `n` is its number on (topic, case), `body` None for a tombstone."""

    topic: str
    case_id: UUID
    practice_id: str
    n: int
    event_id: UUID
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def cause_id(self) -> UUID | None:
        """What made its service emit it, where that is known."""
        cause = self.headers.get("ce_causeid")
        return UUID(cause) if cause else None

    @property
    def generation(self) -> int:
        """How often its service had been restored from a backup when it numbered this, plus one."""
        return int(self.headers.get("ce_generation", FIRST_GENERATION))


def event_id(topic: str, case_id: UUID, n: int, generation: int = FIRST_GENERATION) -> UUID:
    """The id of the event with this number; a replay names the same event the same."""
    return derived_id(topic, case_id, n, generation)


def message(
    event: Event,
    n: int,
    *,
    source: str,
    cause_id: UUID | None,
    case_version: int,
    recorded_at: datetime,
    trace: Mapping[str, str],
    generation: int = FIRST_GENERATION,
) -> Message:
    """The event as its service's relay will send it.

    trace: the W3C headers of the span it was emitted in. recorded_at: wall time of the emission.
    """
    identity = event_id(event.topic, event.case_id, n, generation)
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(identity),
        "ce_source": f"/dermis/{source}",
        "ce_type": event.topic,
        "ce_subject": str(event.case_id),
        "ce_time": event.occurred_at.isoformat(),
        "ce_recordedtime": recorded_at.isoformat(),
        "ce_n": str(n),
        "ce_generation": str(generation),
        "ce_caseversion": str(case_version),
        "ce_practiceid": event.practice_id,
        "content-type": "application/json",
        **trace,
    }
    if cause_id is not None:
        headers["ce_causeid"] = str(cause_id)
    body = event.model_dump_json().encode()
    return Message(event.topic, event.case_id, event.practice_id, n, identity, headers, body)


def to_kafka(headers: Mapping[str, str], epoch: int) -> list[tuple[str, bytes]]:
    """The headers of a record; the epoch is of the log, so it joins at the sending."""
    return [(name, value.encode()) for name, value in headers.items()] + [
        ("ce_epoch", str(epoch).encode())
    ]


def from_kafka(
    topic: str, headers: Sequence[tuple[str, bytes]], body: bytes | None
) -> tuple[Message, int]:
    """The message of a record, and the epoch of the log it was sent in.

    Raises:
        UnreadableRecord: a header of identity is missing or no value of its kind.
    """
    try:
        named = {name: value.decode() for name, value in headers}
        if missing := [name for name in _REQUIRED if name not in named]:
            raise UnreadableRecord(f"{topic}: no header {', '.join(missing)}")
        epoch = int(named.pop("ce_epoch", "0"))
        read = Message(
            topic=topic,
            case_id=UUID(named["ce_subject"]),
            practice_id=named["ce_practiceid"],
            n=int(named["ce_n"]),
            event_id=UUID(named["ce_id"]),
            headers=named,
            body=body,
        )
        generation = read.generation
    except ValueError as error:
        raise UnreadableRecord(f"{topic}: a header of no such form") from error
    if (
        named["ce_type"] != topic
        or min(read.n, generation) < 1
        or not read.practice_id
        or "," in read.practice_id
    ):
        raise UnreadableRecord(f"{topic}: headers that contradict each other")
    return read, epoch


def event_of(message: Message, kind: type[Event]) -> Event:
    """The event in the message's body.

    Raises:
        pydantic.ValidationError: the body is no such event.
        Permanent: there is no body, or it belongs to another case than its headers say.
    """
    if message.body is None:
        raise Permanent("a tombstone: the record has no body")
    event = kind.model_validate_json(message.body)
    if (event.case_id, event.practice_id) != (message.case_id, message.practice_id):
        raise Permanent("body and headers name different cases")
    return event
