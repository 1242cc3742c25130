"""Results as ORU and MDM bring them (interop 3 and 4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.pathology.domain.report import Status
from services.pathology.wire.hl7_patient import person_of
from services.pathology.wire.parts_of_text import parts_of_text
from services.pathology.wire.sent import (
    SentMessage,
    SentResult,
    Told,
    ToldSpecimen,
    codes_of,
    diagnosis_of,
    results_of,
    site_named,
)
from shared.hl7 import Group, Message, Segment, day, instant
from shared.http.message import Received
from shared.http.partners import SourceReading

_OBR_STATUS: dict[str, Status] = {
    **dict.fromkeys(("O", "I", "S", "R", "A", "P", "M", "N"), "preliminary"),
    "F": "final",
    "C": "corrected",
    "X": "cancelled",
}
_OBX_STATUS: dict[str, Status] = {
    **dict.fromkeys(("I", "P", "R", "S"), "preliminary"),
    **dict.fromkeys(("F", "U", "V"), "final"),
    **dict.fromkeys(("C", "A", "B", "D"), "corrected"),
    "W": "retracted",
    "X": "cancelled",
}
_DIAGNOSIS = "22637-3"
_COMMENT = "22638-1"
_NOT_DIAGNOSIS = frozenset({"22634-0", "22635-7", "22636-5", "22633-2", "60568-3"})
_ADDENDUM = frozenset({"35265-8", "60569-1"})
_PROSE = frozenset({"TX", "FT", "ST", ""})
_CODED = frozenset({"CE", "CWE", "CNE"})
_NO_RESULT = frozenset({"O", "N"})


@dataclass(frozen=True, slots=True)
class _Read:
    """What the observations of one OBR say."""

    text: str
    statuses: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    prose: bool
    document: bool


def read_oru(message: Message, received: Received) -> SentMessage:
    """The results of an ORU, one for each part of each accession."""
    reading, person = received.reading, person_of(message.first("PID"), received.reading)
    sent_at = instant(message.header.value(7), reading.zone)
    orders = message.groups("ORC", "OBR")
    told: dict[str, list[Told]] = {}
    missing = None
    common: Segment | None = None
    for group in orders:
        if group.head.name == "ORC":
            common = group.head
            continue
        read = _observations(group)
        if not (read.prose or read.document or read.codes or "U" in read.statuses):
            continue
        accession = _accession(group, common, reading)
        if accession is None:
            missing = "OBR^1^3"
            continue
        when = instant(group.head.value(22), reading.zone) or sent_at or received.received_at
        one = Told(
            lab_id=lab_of(message, received),
            accession=accession,
            status=_status(group.head, read),
            reported_at=when,
            text=read.text,
            person=person,
            placer_order=_first(group.head.value(2), common.value(2) if common else ""),
            collected_on=day(group.head.value(7)),
            codes=codes_of(read.codes),
            specimens=tuple(_specimens(group, message)),
            sent_at=sent_at,
            bare="U" in read.statuses and not read.text,
        )
        told.setdefault(accession, []).append(one)
    results = [each for one in told.values() for each in _of_accession(one)]
    return SentMessage(message.kind, results=tuple(results), missing=missing)


def read_mdm(message: Message, received: Received) -> SentMessage:
    """The result a document brings: its accession in TXA-15, its authentication in TXA-17."""
    reading, document = received.reading, message.first("TXA")
    group = Group(document, tuple(each for each in message.segments if each.name in ("OBX", "SPM")))
    order = message.first("OBR")
    accession = document.value(15) or order.value(3) or message.first("ORC").value(3)
    if not accession:
        return SentMessage(message.kind, missing="TXA^1^15")
    read = _observations(group)
    sent_at = instant(message.header.value(7), reading.zone)
    told = Told(
        lab_id=lab_of(message, received),
        accession=accession[:200],
        status=_document_status(message.trigger, document),
        reported_at=instant(order.value(22), reading.zone) or sent_at or received.received_at,
        text=read.text,
        person=person_of(message.first("PID"), reading),
        placer_order=_first(document.value(14), order.value(2)),
        collected_on=day(order.value(7)),
        codes=codes_of(read.codes),
        specimens=tuple(_specimens(group, message)),
        sent_at=sent_at,
    )
    return SentMessage(message.kind, results=tuple(_of_accession([told])))


def lab_of(message: Message, received: Received) -> str:
    """The laboratory: as agreed, else its CLIA number, else the sending facility."""
    facility = message.header.repetitions(4)
    clia = facility and facility[0].value(3).upper() == "CLIA" and facility[0].value(2)
    named = clia or message.header.value(4) or message.header.value(3) or received.source_id
    return (received.reading.lab_id or named)[:200]


def _of_accession(told: Sequence[Told]) -> list[SentResult]:
    """The parts of one accession, from all its OBR: an addendum stands with what it adds to."""
    first = told[0]
    whole = replace(
        first,
        text="\n".join(filter(None, (each.text for each in told))),
        status=_least_final([each.status for each in told]),
        codes=tuple(dict.fromkeys(code for each in told for code in each.codes)),
        specimens=_each_once(specimen for each in told for specimen in each.specimens),
        placer_order=first.placer_order,
        bare=all(each.bare for each in told),
    )
    labelled = parts_of_text(whole.text)
    apart = [each for each in told if each.text]
    if len(labelled) == 1 and len(apart) > 1 and all(len(each.specimens) == 1 for each in apart):
        # Each OBR reports a specimen of its own.
        found = [result for each in apart for result in results_of(each, parts_of_text(each.text))]
        return [replace(each, parts=len(found)) for each in found]
    return results_of(whole, labelled)


def _each_once(specimens: Iterable[ToldSpecimen]) -> tuple[ToldSpecimen, ...]:
    return tuple(dict.fromkeys(specimens))


def _observations(group: Group) -> _Read:
    """The text of a diagnosis, what its rows say of its status, and the codes."""
    rows: list[tuple[str, str, list[str]]] = []
    statuses, codes = [], []
    prose = document = False
    for each in group.all("OBX"):
        status, kind = each.value(11).upper(), each.value(2).upper()
        if status in _NO_RESULT:
            continue
        code, name = each.value(3), each.value(3, 2)
        if kind == "ED":
            document = document or bool(each.value(5, 5))
        elif kind in _CODED:
            if code not in _NOT_DIAGNOSIS:
                codes += [(each.value(5, 3), each.value(5)), (each.value(5, 6), each.value(5, 4))]
            if code == _DIAGNOSIS:
                statuses.append(status)
        elif kind in _PROSE or (code == _DIAGNOSIS and kind != "NM"):
            prose = prose or bool(each.raw(5)) or code == _DIAGNOSIS
            if rows and rows[-1][:2] == (code, name):
                rows[-1][2].append(each.text(5))
            else:
                rows.append((code, name, [each.text(5)]))
            if code not in _NOT_DIAGNOSIS and code != _COMMENT:
                statuses.append(status)
    texts = [_read_as(code, name, "\n".join(lines)) for code, name, lines in rows]
    text = "\n".join(filter(None, texts))
    if not text:  # nothing says what it is: a person reads it
        unknown = ["\n".join(lines) for code, _, lines in rows if code not in _NOT_DIAGNOSIS]
        text = "\n".join(filter(None, unknown))
    if not statuses:
        statuses = [each.value(11).upper() for each in group.all("OBX")]
    known = [(system, code) for system, code in codes if system and code]
    has_codes = tuple(known) if codes_of(known) else ()
    return _Read(text, tuple(statuses), has_codes, prose, document)


def _read_as(code: str, name: str, text: str) -> str:
    """What of a row is diagnosis: headings inside the text beat the row's own name."""
    if code == _DIAGNOSIS:
        return diagnosis_of(text)
    if code == _COMMENT:
        return diagnosis_of(text, only_below_heading=True) or (f"COMMENT: {text}" if text else "")
    if code in _NOT_DIAGNOSIS:
        return diagnosis_of(text, only_below_heading=True)
    return diagnosis_of(f"{name}:\n{text}", only_below_heading=True)


def _status(order: Segment, read: _Read) -> Status:
    """The least final of what the order and the rows of the diagnosis say; else not known."""
    stated = [_OBX_STATUS.get(each, "unknown") for each in read.statuses if each]
    of_order = order.value(25).upper()
    if of_order:
        stated.append(_OBR_STATUS.get(of_order, "unknown"))
    status = _least_final(stated)
    addendum = order.value(4) in _ADDENDUM and status == "final"
    return "corrected" if addendum else status


def _least_final(stated: Sequence[Status]) -> Status:
    """One status out of several: the least final; what contradicts is not known."""
    found = set(stated)
    if not found or "unknown" in found:
        return "unknown"
    if "retracted" in found:
        return "retracted"
    if "preliminary" in found:
        return "preliminary"
    if "cancelled" in found:
        return "cancelled" if found == {"cancelled"} else "unknown"
    return "corrected" if "corrected" in found else "final"


def _document_status(trigger: str, document: Segment) -> Status:
    if trigger == "T11":
        return "retracted"
    if document.value(17).upper() not in ("AU", "LA"):
        return "preliminary"
    later = trigger in ("T06", "T08", "T10") or bool(document.value(13))
    return "corrected" if later else "final"


def _accession(group: Group, common: Segment | None, reading: SourceReading) -> str | None:
    if reading.accession == "SPM-30":
        agreed = group.first("SPM").value(30)
        if agreed:
            return agreed[:200]
    return _first(group.head.value(3), common.value(3) if common else "")


def _specimens(group: Group, message: Message) -> Iterable[ToldSpecimen]:
    for each in group.all("SPM"):
        site, side = site_named(each.value(8, 2) or each.value(8, 9) or each.value(8))
        _, stated = site_named(each.value(9, 2) or each.value(9))
        yield ToldSpecimen(
            specimen_id=_first(each.value(2)),
            lab_ids=tuple(filter(None, (each.value(2, 2)[:200],))),
            site=site,
            laterality=side or stated,
            collected_on=day(each.value(17)),
        )
    source = group.head.raw(15) if group.head.name == "OBR" else ""
    marks = (message.header.delimiters.component, message.header.delimiters.subcomponent)
    if source and not group.all("SPM") and not any(each in source for each in marks):
        yield ToldSpecimen(lab_ids=(group.head.value(15)[:200],))


def _first(*values: str) -> str | None:
    return next((each[:200] for each in values if each), None)
