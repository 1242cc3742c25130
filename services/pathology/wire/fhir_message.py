"""FHIR at pathology: reports with observations and specimens, requests, patients."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from services.pathology.domain.orders import Order
from services.pathology.domain.report import Status
from services.pathology.wire.parts_of_text import parts_of_text
from services.pathology.wire.sent import (
    Person,
    SentMessage,
    SentResult,
    Told,
    ToldSpecimen,
    codes_of,
    diagnosis_of,
    results_of,
    site_named,
)
from shared.fhir import Node, Resources, Sent, day, instant
from shared.http.message import Received

_STATUS: dict[str, Status] = {
    **dict.fromkeys(("registered", "partial", "preliminary"), "preliminary"),
    "final": "final",
    **dict.fromkeys(("amended", "corrected", "appended"), "corrected"),
    "entered-in-error": "retracted",
    "cancelled": "cancelled",
}
_DIAGNOSIS = ("22637-3", "34574-4")
_NOT_DIAGNOSIS = ("22634-0", "22635-7", "22636-5", "22633-2", "22638-1")


def read_fhir(sent: Sent, around: Resources, received: Received) -> SentMessage:
    """What resources bring; `around` has what the same source sent before as well."""
    results: list[SentResult] = []
    waits: list[str] = []
    missing = None
    for each in sent.resources.of("DiagnosticReport"):
        told = _told(each, around, received)
        if told is None:
            missing = "/identifier"
            continue
        lost = [one for one in each["result"] if not around.find(one, each)]
        if not told.text and lost:
            waits += [one.text("reference")[:100] for one in lost]
            continue
        results += results_of(told, parts_of_text(told.text))
    orders = [
        order
        for each in sent.resources.of("ServiceRequest")
        for order in _orders(each, around, received)
    ]
    people = [_person(each, received) for each in sent.resources.of("Patient")]
    known = [each for each in people if each.mrn is not None] if not results else []
    return SentMessage(
        sent.kind,
        results=tuple(results),
        orders=tuple(orders),
        person=known[0] if len(known) == 1 else None,
        missing=missing,
        waits_for=tuple(waits),
    )


def _told(report: Node, around: Resources, received: Received) -> Told | None:
    """A report before it is cut into parts; None where nothing names it."""
    observations = around.members(report["result"], report)
    specimens = _specimens(report, observations, around)
    accession = _accession(report, specimens)
    if accession is None:
        return None
    status = _STATUS.get(report.text("status"), "unknown")
    zone = received.reading.zone
    reported = instant(report.text("issued"), zone) or _composed(around, received)
    return Told(
        lab_id=_lab(report, around, received),
        accession=accession,
        status=status,
        reported_at=reported or received.received_at,
        text=_text(report, observations),
        person=_subject(report, around, received),
        placer_order=_placer(report, around),
        collected_on=_effective(report),
        codes=codes_of(_codes(report, observations)),
        specimens=tuple(_told_specimen(each) for each in specimens),
    )


def _text(report: Node, observations: Iterable[Node]) -> str:
    """The diagnosis: conclusion and observations that are no gross, microscopic or history."""
    told = [diagnosis_of(report.text("conclusion"))]
    for each in observations:
        words = each.text("valueString")
        if not words:
            continue
        if each["code"].has_code(*_DIAGNOSIS):
            told.append(diagnosis_of(words))
        elif each["code"].has_code("22638-1"):
            told.append(f"COMMENT: {words}")
        elif not each["code"].has_code(*_NOT_DIAGNOSIS):
            named = f"{each['code'].words()}:\n{words}"
            told.append(diagnosis_of(named, only_below_heading=True))
    return "\n".join(dict.fromkeys(filter(None, told)))


def _codes(report: Node, observations: Iterable[Node]) -> Iterable[tuple[str, str]]:
    concepts = list(report["conclusionCode"])
    concepts += [
        each["valueCodeableConcept"]
        for each in observations
        if not each["code"].has_code(*_NOT_DIAGNOSIS)
    ]
    return [(code.system, code.code) for each in concepts for code in each.codings()]


def _specimens(report: Node, observations: Iterable[Node], around: Resources) -> list[Node]:
    """The specimens of a report and its observations; a sole one at hand is the report's."""
    references = [(each, report) for each in report["specimen"]]
    references += [(each["specimen"], each) for each in observations if each["specimen"]]
    found: dict[int, Node] = {}
    for reference, holder in references:
        specimen = around.find(reference, holder)
        if specimen:
            found[id(specimen.value)] = specimen
    sole = around.of("Specimen")
    return list(found.values()) or (sole if len(sole) == 1 else [])


def _told_specimen(specimen: Node) -> ToldSpecimen:
    site, side = site_named(specimen["collection"]["bodySite"].words())
    own = specimen.identifiers("PLAC") or specimen.identifiers()
    collected = specimen["collection"].text("collectedDateTime")
    period = specimen["collection"]["collectedPeriod"].text("start")
    return ToldSpecimen(
        lab_ids=tuple(dict.fromkeys(each[:200] for each in (*own, *specimen.identifiers()))),
        site=site,
        laterality=side,
        collected_on=day(collected) or day(period),
    )


def _accession(report: Node, specimens: Iterable[Node]) -> str | None:
    typed = [*report.identifiers("ACSN"), *report.identifiers("FILL")]
    typed += [each["accessionIdentifier"].text("value") for each in specimens]
    untyped = [each.text("value") for each in report["identifier"] if not each["type"]]
    named = [*filter(None, typed), *untyped, report.text("id")]
    return next((each[:200] for each in named if each), None)


def _placer(report: Node, around: Resources) -> str | None:
    requests = [around.find(each, report) for each in report["basedOn"]]
    named = report.identifiers("PLAC")
    for reference, request in zip(report["basedOn"], requests, strict=True):
        named += request.identifiers("PLAC") or request.identifiers()
        named += [request["requisition"].text("value"), reference["identifier"].text("value")]
    return next((each[:200] for each in named if each), None)


def _lab(report: Node, around: Resources, received: Received) -> str:
    """The performing organization: as agreed, else its identifier, name or what it is called."""
    if received.reading.lab_id is not None:
        return received.reading.lab_id
    names: list[str] = []
    for each in report["performer"]:
        organization = around.find(each, report)
        if organization and organization.type != "Organization":
            continue
        names += [*organization.identifiers("CLIA"), *organization.identifiers()]
        names += [organization.text("name"), each["identifier"].text("value"), each.text("display")]
    return next((each[:200] for each in names if each), received.source_id)


def _subject(report: Node, around: Resources, received: Received) -> Person:
    patient = around.find(report["subject"], report)
    if patient:
        return _person(patient, received)
    number = report["subject"]["identifier"].text("value")
    return Person(mrn=number[:200] or None)


def _person(patient: Node, received: Received) -> Person:
    """The person of a Patient: the number typed MR, else the only one without a type."""
    reading = received.reading
    agreed = [
        each.text("value")
        for each in patient["identifier"]
        if each["type"].has_code(reading.mrn_type)
        and reading.mrn_authority in (None, each.text("system"))
    ]
    untyped = [each.text("value") for each in patient["identifier"] if not each["type"]]
    numbers = set(agreed or (untyped if reading.mrn_authority is None else ())) - {""}
    family = next((each.text("family") for each in patient["name"] if each.text("family")), "")
    return Person(
        mrn=next(iter(numbers))[:200] if len(numbers) == 1 else None,
        family=" ".join(family.upper().split()) or None,
        born=day(patient.text("birthDate")),
    )


def _orders(request: Node, around: Resources, received: Received) -> list[Order]:
    """A request as an order; what it names as its reason is never a result."""
    named = [*request.identifiers("PLAC"), request["requisition"].text("value")]
    named += request.identifiers()
    placer = next((each for each in named if each), None)
    if placer is None:
        return []
    site, side = site_named(next((each.words() for each in request["bodySite"]), ""))
    order = Order(
        placer_order=placer[:200],
        mrn=_subject(request, around, received).mrn,
        site=site,
        laterality=side,
        collected_on=day(request.text("occurrenceDateTime")),
    )
    specimens = [around.find(each, request) for each in request["specimen"]]
    ids = [next(iter(each.identifiers()), "") for each in specimens]
    found = [replace(order, specimen_id=each[:200]) for each in ids if each]
    return found or [order]


def _effective(report: Node) -> date | None:
    return day(report.text("effectiveDateTime")) or day(report["effectivePeriod"].text("start"))


def _composed(around: Resources, received: Received) -> datetime | None:
    zone = received.reading.zone
    found = (instant(each.text("date"), zone) for each in around.of("Composition"))
    return next(found, None)
