"""The table of topics: name, owner, who reads it. A topic is named here or it does not exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.bus.stage import Stage
from shared.contracts.event import Event
from shared.contracts.events import EVENTS


@dataclass(frozen=True, slots=True)
class Topic:
    """One event type. Its partitions are the broker's setting, the same for every topic."""

    name: str
    owner: str
    consumers: tuple[str, ...]


TOPICS: tuple[Topic, ...] = tuple(
    Topic(event.topic, event.owner, event.consumers) for event in EVENTS
)


def heard_topics(stage: Stage[Any, Any]) -> Sequence[str]:
    """The topics of the events a service has handlers for: what it consumes, and nothing more."""
    return sorted(
        kind.topic for kind in stage.handlers if isinstance(kind, type) and issubclass(kind, Event)
    )


def told_topics(service: str) -> Sequence[str]:
    """The topics a service owns."""
    return sorted(topic.name for topic in TOPICS if topic.owner == service)
