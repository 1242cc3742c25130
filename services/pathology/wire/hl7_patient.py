"""Who an HL7 message speaks of (PID, MRG)."""

from services.pathology.wire.sent import Person
from shared.hl7 import Segment, day
from shared.http.partners import SourceReading


def person_of(segment: Segment, reading: SourceReading) -> Person:
    """The person of a PID; names and dates that are not there stay unknown."""
    family = segment.value(5)
    return Person(
        mrn=record_number(segment, 3, reading),
        family=" ".join(family.upper().split()) or None,
        born=day(segment.value(7)),
    )


def record_number(segment: Segment, field: int, reading: SourceReading) -> str | None:
    """The practice's record number: the repetition of the agreed type and authority.

    Several numbers of that kind, without an agreed authority, name nobody for certain.
    """
    numbers = {
        each.value(1)
        for each in segment.repetitions(field)
        if each.value(5).upper() == reading.mrn_type.upper()
        and reading.mrn_authority in (None, each.value(4), each.value(4, sub=2))
    } - {""}
    return next(iter(numbers))[:200] if len(numbers) == 1 else None
