"""What a partner's message says, whatever its format: results by part, orders, merges, persons."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.pathology.domain.orders import Order
from services.pathology.domain.report import Status
from shared.clinical.body_sites import find_site
from shared.clinical.diagnoses import Side
from shared.clinical.report_sections import sections
from shared.clinical.site_words import sites_in
from shared.contracts.documents.result import PathologyResult, ResultCode

_ID_LETTERS = 80


@dataclass(frozen=True, slots=True)
class Person:
    """Who a message speaks of: the practice's record number, and what tells persons apart."""

    mrn: str | None = None
    family: str | None = field(default=None, repr=False)
    born: date | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SentResult:
    """One part of one accession as it was sent, beside its document.

    lab_specimen_ids: what the lab calls the specimen. parts: how many its message reported.
    sent_at: when the message was made. bare: it finalises what came before and has no
    text of its own.
    """

    document: PathologyResult
    person: Person = Person()
    lab_specimen_ids: tuple[str, ...] = ()
    parts: int | None = None
    sent_at: datetime | None = None
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """Two record numbers that are one patient; `old` goes by `new`."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class SentMessage:
    """Everything a message brings. identified: whether anything in it names what it is about."""

    kind: str
    results: tuple[SentResult, ...] = ()
    orders: tuple[Order, ...] = ()
    merges: tuple[Merge, ...] = ()
    person: Person | None = None
    missing: str | None = None
    waits_for: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it that is read here."""
        return not (self.results or self.orders or self.merges or self.person)


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says of an accession before it is cut into parts."""

    lab_id: str
    accession: str
    status: Status
    reported_at: datetime
    text: str
    person: Person
    placer_order: str | None = None
    collected_on: date | None = None
    codes: tuple[ResultCode, ...] = ()
    specimens: tuple["ToldSpecimen", ...] = ()
    sent_at: datetime | None = None
    bare: bool = False
    part: str | None = None


@dataclass(frozen=True, slots=True)
class ToldSpecimen:
    """A specimen as a report names it."""

    specimen_id: str | None = None
    lab_ids: tuple[str, ...] = ()
    site: str | None = None
    laterality: Side | None = None
    collected_on: date | None = None


def results_of(told: Told, labelled: Sequence[tuple[str | None, str]]) -> list[SentResult]:
    """A result for each part of a report; its specimen where there are as many as parts."""
    paired = len(told.specimens) == len(labelled)
    found = []
    for number, (label, text) in enumerate(labelled):
        specimen = told.specimens[number] if paired else ToldSpecimen()
        part = label if label is not None else told.part
        document = _document(told, part, text, specimen, alone=len(labelled) == 1)
        found.append(
            SentResult(
                document=document,
                person=told.person,
                lab_specimen_ids=specimen.lab_ids,
                parts=len(labelled),
                sent_at=told.sent_at,
                bare=told.bare,
            )
        )
    return found


def _document(
    told: Told, part: str | None, text: str, specimen: ToldSpecimen, *, alone: bool
) -> PathologyResult:
    site, side = specimen.site, specimen.laterality
    named = {each.site.id for each in sites_in(text)}
    if site is None and len(named) == 1:
        site = next(iter(named))
    sent = PathologyResult(
        result_id="-",
        accession=told.accession,
        lab_id=told.lab_id,
        status=told.status,
        specimen_id=specimen.specimen_id,
        part=part,
        placer_order=told.placer_order,
        mrn=told.person.mrn,
        site=site,
        laterality=side or side_in(text),
        collected_on=specimen.collected_on or told.collected_on,
        reported_at=told.reported_at,
        diagnosis_text=text,
        codes=told.codes if alone else (),
    )
    content = hashlib.sha256(sent.model_dump_json().encode()).hexdigest()[:12]
    name = "-".join(filter(None, (told.accession[:_ID_LETTERS], part, content)))
    plain = "".join(each if each.isalnum() or each in "-._" else "_" for each in name)
    return sent.model_copy(update={"result_id": plain})


def side_in(text: str) -> Side | None:
    """The side a text names, if it is one."""
    words = set(text.lower().replace(",", " ").replace(".", " ").replace(":", " ").split())
    left, right = "left" in words, "right" in words
    return None if left == right else "left" if left else "right"


def site_named(text: str) -> tuple[str | None, Side | None]:
    """(site, side) of a phrase such as "left anterior shoulder"; unknown sites stay words."""
    words = text.strip()
    if not words:
        return None, None
    rest = " ".join(each for each in words.lower().split() if each not in ("left", "right"))
    known = find_site(rest)
    if known is not None:
        return known.id, side_in(words)
    named = {each.site.id for each in sites_in(words)}
    return (next(iter(named)) if len(named) == 1 else words[:200]), side_in(words)


def diagnosis_of(text: str, *, only_below_heading: bool = False) -> str:
    """The sections of a report that are read: diagnoses, specimens, and comments for doubt.

    only_below_heading: the text stands under another name, so what comes before a heading of its
    own is not the diagnosis.
    """
    kept = []
    found = sections(text)
    for place, each in enumerate(found):
        words = text[each.start : each.end].strip()
        if place == 0 and each.start == 0 and each.kind == "diagnosis" and only_below_heading:
            continue
        if each.kind == "diagnosis":
            kept.append(words)
        elif each.kind == "aside":
            kept.append(f"COMMENT: {words}")
        elif each.kind == "specimen":
            kept.append(f"SPECIMEN: {words}")
    if only_below_heading and not any(
        each.kind == "diagnosis" and each.start > 0 for each in found
    ):
        return ""
    return "\n".join(filter(None, kept))


def codes_of(stated: Iterable[tuple[str, str]]) -> tuple[ResultCode, ...]:
    """The codes that state a diagnosis, out of (system as sent, code); others say nothing here."""
    found: dict[tuple[str, str], ResultCode] = {}
    for system, code in stated:
        name = "".join(each for each in system.upper() if each.isalnum())
        known = None
        if name in _SNOMED or name.endswith("SNOMEDINFOSCT"):
            known = ResultCode(system="snomed", code=code)
        elif name in _ICD10 or name.endswith("SIDICD10CM"):
            known = ResultCode(system="icd10cm", code=code)
        elif name in _ICDO or "ICDO3" in name or name[:4] == "ICDO":
            known = ResultCode(system="icdo", code=code)
        if known is not None and code:
            found[known.system, known.code] = known
    return tuple(found.values())


_SNOMED = frozenset({"SCT", "SNM", "SNM3", "SNOMED", "SNOMEDCT"})
_ICD10 = frozenset({"I10", "I10C", "ICD10", "ICD10CM", "10D"})
_ICDO = frozenset({"ICDO", "ICDO2", "ICDO3", "IDO3"})
