"""Visits as HL7 scheduling brings them (SIU; interop 2)."""

from datetime import date, datetime

from shared.contracts.documents.visit import Visit
from shared.hl7 import Message, Segment, day, instant, parse, split
from shared.http.message import Received
from shared.http.partners import SourceReading
from shared.kernel.refused import Refused

TRIGGERS = frozenset({"S12", "S13", "S14", "S15", "S17", "S26"})
_BY_WORD = {
    "booked": "booked",
    "pending": "booked",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "deleted": "cancelled",
    "discontinued": "cancelled",
    "noshow": "no_show",
    "arrived": "arrived",
    "started": "arrived",
    "complete": "arrived",
    "completed": "arrived",
}
_BY_TRIGGER = {"S15": "cancelled", "S17": "cancelled", "S26": "no_show"}
_RELATION = {
    "SEL": "self",
    "SELF": "self",
    "18": "self",
    "SPO": "spouse",
    "SPOUSE": "spouse",
    "01": "spouse",
    "CHD": "child",
    "CHILD": "child",
    "19": "child",
}


def message_of(received: Received) -> Message:
    """The message of a body.

    Raises:
        Unreadable: its header cannot be read.
    """
    (piece,) = split(received.body)
    return parse(piece)


def visit_named(message: Message) -> str | None:
    """The appointment a scheduling message is about: SCH-2, else SCH-1.

    Raises:
        Refused: it names none.
    """
    if message.family != "SIU" or message.trigger not in TRIGGERS:
        return None
    schedule = message.first("SCH")
    named = schedule.value(2) or schedule.value(1)
    if not named:
        raise Refused("identity-missing", "the appointment is not named", "SCH^1^2")
    return named[:200]


def visit_of(message: Message, reading: SourceReading) -> Visit:
    """The visit document of a scheduling message.

    Raises:
        ValidationError: something a visit must have is not there.
        Refused: the provider's id is no NPI and not in the source's table.
    """
    schedule, patient = message.first("SCH"), message.first("PID")
    document: dict[str, object] = {
        "visit_id": visit_named(message),
        "scheduled_at": _start(message, schedule, reading),
        "status": _status(message, schedule),
        "patient": _patient(patient, reading),
        "rendering_provider": _provider(message, reading),
        "reason": schedule.value(7, 2) or schedule.value(7) or schedule.value(8, 2) or "",
    }
    insured = message.first("IN1")
    if insured.fields:
        document["coverage"] = _coverage(insured, reading)
    return Visit.model_validate(document)


def _start(message: Message, schedule: Segment, reading: SourceReading) -> datetime | None:
    stamps = (message.first("AIS").value(4), message.first("TQ1").value(7), schedule.value(11, 4))
    return next((at for each in stamps if (at := instant(each, reading.zone))), None)


def _status(message: Message, schedule: Segment) -> str:
    """SCH-25, else what the trigger says; never SCH-6."""
    word = "".join(each for each in schedule.value(25).lower() if each.isalpha())
    return _BY_WORD.get(word) or _BY_TRIGGER.get(message.trigger, "booked")


def _patient(patient: Segment, reading: SourceReading) -> dict[str, object]:
    numbers = {
        each.value(1)
        for each in patient.repetitions(3)
        if each.value(5).upper() == reading.mrn_type.upper()
        and reading.mrn_authority in (None, each.value(4), each.value(4, sub=2))
    } - {""}
    sex = patient.value(8).upper()
    born: date | None = day(patient.value(7))
    return {
        "mrn": next(iter(numbers)) if len(numbers) == 1 else None,
        "first_name": patient.value(5, 2),
        "last_name": patient.value(5),
        "birth_date": born,
        "sex": sex if sex in ("F", "M") else "U",
        "address": {
            "line1": " ".join(filter(None, (patient.value(11), patient.value(11, sub=2)))),
            "city": patient.value(11, 3),
            "state": patient.value(11, 4),
            "postal_code": patient.value(11, 5),
        },
        "phone": patient.value(13) or patient.value(13, 12) or None,
    }


def _provider(message: Message, reading: SourceReading) -> dict[str, object]:
    for segment, number in ((message.first("AIP"), 3), (message.first("PV1"), 7)):
        named = segment.value(number)
        npi = reading.providers.get(named) or (named if _is_npi(named) else None)
        if npi is not None:
            return {
                "npi": npi,
                "last_name": segment.value(number, 2) or None,
                "first_name": segment.value(number, 3) or None,
            }
    reason = "the provider's id is no NPI and not in the source's table of providers"
    raise Refused("provider-unknown", reason, "AIP^1^3")


def _is_npi(named: str) -> bool:
    """Ten digits whose last is the check digit (Luhn, over the prefix 80840)."""
    if len(named) != 10 or not (named.isascii() and named.isdecimal()):
        return False
    total = 0
    for place, digit in enumerate(reversed("80840" + named)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _coverage(insured: Segment, reading: SourceReading) -> dict[str, object]:
    member = insured.value(36 if reading.member_id == "IN1-36" else 49)
    relation = insured.value(17).upper()
    return {
        "payer_id": insured.value(3) or None,
        "payer_name": insured.value(4),
        "member_id": member or None,
        "group_number": insured.value(8) or None,
        "plan_name": insured.value(9) or insured.value(2, 2) or None,
        "relationship": _RELATION.get(relation, "other"),
    }
