"""Spans of the bus: one per event handled, one per batch."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from opentelemetry.trace import Span, SpanKind

from shared.bus.envelope import Message
from shared.telemetry import span

# Longer ago than this, an emission's trace has been exported and looked at: a link leads to it.
_SAME_TRACE = timedelta(hours=1)
_MOST_LINKS = 128


@contextmanager
def handling(
    service: str, case_id: UUID, message: Message | None, wall: datetime
) -> Iterator[None]:
    """The span of one event handled: a child of its emission while that is recent, else linked.

    A command or a timer adds no span: it runs in its request's or its batch's.
    """
    if message is None:
        yield
        return
    recent = _is_recent(message, wall)
    with span(
        f"handle {message.topic}",
        parent=message.headers if recent else {},
        links=() if recent else (message.headers,),
        kind=SpanKind.CONSUMER,
        dermis__case_id=case_id,
        dermis__event_id=message.event_id,
        dermis__service=service,
    ):
        yield


def batch_span(service: str, messages: Sequence[Message]) -> AbstractContextManager[Span]:
    """The span of one transaction, linked to the events it takes in."""
    return span(
        f"{service} batch",
        parent={},
        links=tuple(message.headers for message in messages[:_MOST_LINKS]),
        kind=SpanKind.CONSUMER,
        dermis__service=service,
        dermis__events=len(messages),
    )


def _is_recent(message: Message, wall: datetime) -> bool:
    recorded = message.headers.get("ce_recordedtime")
    try:
        return recorded is None or wall - datetime.fromisoformat(recorded) < _SAME_TRACE
    except (ValueError, TypeError):
        return True
