"""HL7 v2 as senders really write it: frames, messages, fields, acknowledgements; see README.md."""

from shared.hl7.acknowledgements import Acknowledgement, Fault, acknowledge, asked_for
from shared.hl7.message import Group, Message, Segment
from shared.hl7.reading import FAMILIES, Unreadable, digest, parse, split
from shared.hl7.times import day, instant

__all__ = [
    "FAMILIES",
    "Acknowledgement",
    "Fault",
    "Group",
    "Message",
    "Segment",
    "Unreadable",
    "acknowledge",
    "asked_for",
    "day",
    "digest",
    "instant",
    "parse",
    "split",
]
