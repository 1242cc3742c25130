"""HL7 messages at pathology: results, orders, registrations and merges."""

from collections.abc import Callable

from services.pathology.domain.orders import Order
from services.pathology.wire.hl7_patient import person_of, record_number
from services.pathology.wire.hl7_report import read_mdm, read_oru
from services.pathology.wire.sent import Merge, Person, SentMessage, site_named
from shared.hl7 import Message, Segment, day, parse, split
from shared.http.message import Received

_MDM = frozenset({"T02", "T06", "T08", "T10", "T11"})
_REGISTERED = frozenset({"A04", "A08", "A28", "A31"})


def read_hl7(received: Received) -> SentMessage:
    """What an HL7 message brings. `missing` is the place where its identity should stand.

    Raises:
        Unreadable: its header cannot be read.
    """
    (piece,) = split(received.body)
    message = parse(piece)
    reader = _READERS.get(message.family)
    if reader is None or message.acknowledges:
        return SentMessage(message.kind)
    return reader(message, received)


def _read_oru(message: Message, received: Received) -> SentMessage:
    return read_oru(message, received) if message.trigger == "R01" else SentMessage(message.kind)


def _read_mdm(message: Message, received: Received) -> SentMessage:
    return read_mdm(message, received) if message.trigger in _MDM else SentMessage(message.kind)


def _read_orders(message: Message, received: Received) -> SentMessage:
    """Specimens as they were ordered; the reason of an order is never a result."""
    person = person_of(message.first("PID"), received.reading)
    orders: list[Order] = []
    common: Segment | None = None
    for group in message.groups("ORC", "OBR"):
        if group.head.name == "ORC":
            common = group.head
            continue
        placer = group.head.value(2) or (common.value(2) if common is not None else "")
        if not placer:
            continue
        specimens = group.all("SPM")
        if not specimens:
            site, side = site_named(group.head.value(15, 4) or group.head.value(15, 4, sub=2))
            named = group.head.value(15) if group.head.raw(15) == group.head.value(15) else ""
            orders.append(
                Order(
                    placer_order=placer[:200],
                    specimen_id=named[:200] or None,
                    mrn=person.mrn,
                    site=site,
                    laterality=side,
                    collected_on=day(group.head.value(7)),
                )
            )
        for each in specimens:
            site, side = site_named(each.value(8, 2) or each.value(8, 9) or each.value(8))
            _, stated = site_named(each.value(9, 2) or each.value(9))
            orders.append(
                Order(
                    placer_order=placer[:200],
                    part=each.value(1) if len(specimens) > 1 else None,
                    specimen_id=each.value(2)[:200] or None,
                    mrn=person.mrn,
                    site=site,
                    laterality=side or stated,
                    collected_on=day(each.value(17)) or day(group.head.value(7)),
                )
            )
    missing = None if orders else "OBR^1^2"
    return SentMessage(message.kind, orders=tuple(orders), person=_known(person), missing=missing)


def _read_adt(message: Message, received: Received) -> SentMessage:
    """Merges in whatever ADT has an MRG, and what patients are recognised by."""
    patient = message.first("PID")
    person, merged = person_of(patient, received.reading), message.first("MRG")
    old = record_number(merged, 1, received.reading)
    if merged.fields:
        if old is None or person.mrn is None:
            return SentMessage(message.kind, missing="MRG^1^1" if old is None else "PID^1^3")
        merges = (Merge(old, person.mrn),) if old != person.mrn else ()
        return SentMessage(message.kind, merges=merges, person=_known(person))
    if message.trigger not in _REGISTERED:
        return SentMessage(message.kind)
    missing = None if person.mrn else "PID^1^3"
    return SentMessage(message.kind, person=_known(person), missing=missing)


def _known(person: Person) -> Person | None:
    return person if person.mrn is not None else None


_READERS: dict[str, Callable[[Message, Received], SentMessage]] = {
    "ORU": _read_oru,
    "MDM": _read_mdm,
    "ORM": _read_orders,
    "OML": _read_orders,
    "ADT": _read_adt,
}
