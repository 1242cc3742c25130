"""FHIR R4 and R4B as senders really write it, read tolerantly; see README.md."""

from shared.fhir.node import Coding, Node
from shared.fhir.reading import Notification, Sent, Unreadable, parse
from shared.fhir.resources import Resources
from shared.fhir.times import day, instant

__all__ = [
    "Coding",
    "Node",
    "Notification",
    "Resources",
    "Sent",
    "Unreadable",
    "day",
    "instant",
    "parse",
]
