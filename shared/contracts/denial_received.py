"""DenialReceived: money was refused, with its cause and the event that made it inevitable."""

from typing import ClassVar

from shared.contracts.documents.base import Count
from shared.contracts.documents.denial import Denial, NextAction
from shared.contracts.event import Event


class DenialReceived(Event):
    topic: ClassVar[str] = "dermis.denial_received.v1"
    owner: ClassVar[str] = "denials"
    consumers: ClassVar[tuple[str, ...]] = ("coding", "operations")

    version: Count
    denial: Denial
    next_action: NextAction
    says: str
