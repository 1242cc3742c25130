"""Which specimen a result belongs to. What is not certain goes to a person, never to a claim.

In the order of interop 5: the specimen's id; the practice's order and part; a lab's accession that
is linked already; record number, day of collection, site and side. Each only if the patient agrees.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias
from uuid import UUID

from services.pathology.domain import parts
from services.pathology.domain.case import MatchedBy
from services.pathology.domain.evidence import (
    Candidate,
    collected_near,
    linked,
    ordered,
    places_conflict,
    same_site_and_side,
    sides_conflict,
)
from services.pathology.domain.orders import Order
from services.pathology.domain.people import People
from services.pathology.domain.report import Report

Why: TypeAlias = Literal[
    "specimen-unknown",
    "specimen-ambiguous",
    "order-ambiguous",
    "accession-ambiguous",
    "part-unknown",
    "part-differs",
    "parts-merged",
    "parts-differ",
    "several-open-specimens",
    "patient-not-stated",
    "patient-disagrees",
    "side-conflict",
    "site-conflict",
    "second-opinion",
]

WHOLE_ACCESSION = ("cancelled", "retracted")
"""Statuses that concern every part of an accession where no part is named."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The result belongs here; `also` to further specimens of the case (a whole accession)."""

    case_id: UUID
    specimen_id: str
    by: MatchedBy
    also: tuple[str, ...] = ()

    @property
    def specimen_ids(self) -> tuple[str, ...]:
        """Every specimen it belongs to."""
        return (self.specimen_id, *self.also)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """The result waits for an encounter, an order or a person."""

    why: Why


@dataclass(frozen=True, slots=True)
class _Matter:
    """The question: a report, the specimens that come into question, and what is known besides."""

    report: Report
    candidates: Sequence[Candidate]
    people: People
    orders: Sequence[Order]

    def agrees(self, found: Candidate) -> bool:
        return self.people.agreement(self.report, found.mrn) == "agrees"


_Rule: TypeAlias = Callable[[_Matter], Placed | Unplaced | None]


def match(
    report: Report,
    candidates: Sequence[Candidate],
    people: People = People(),  # noqa: B008 - frozen and empty
    orders: Iterable[Order] = (),
) -> Placed | Unplaced:
    """The specimen of a report, by the first rule that names one, or why there is none."""
    own = [each for each in orders if each.placer_order == report.placer_order]
    matter = _Matter(_completed(report, own), candidates, people, own)
    why: Unplaced | None = None
    for rule in _RULES:
        answer = rule(matter)
        if isinstance(answer, Placed):
            return answer
        why = why or answer
        if why is not None and why.why not in _GOES_ON:
            return why
    return why or Unplaced("specimen-unknown")


def _by_specimen(matter: _Matter) -> Placed | Unplaced | None:
    ids = matter.report.specimen_ids
    found = [each for each in matter.candidates if each.specimen_id in ids]
    if len(found) > 1:
        # One id may serve two encounters; the patient tells which is meant.
        found = [each for each in found if matter.agrees(each)]
        if len(found) != 1:
            return Unplaced("specimen-ambiguous")
    if found:
        return _agreed(matter, found[0], "specimen")
    # An id of the practice's own that is not known yet will come with its encounter.
    return None if matter.report.specimen_id is None else Unplaced("specimen-unknown")


def _by_order(matter: _Matter) -> Placed | Unplaced | None:
    report = matter.report
    labels = {
        each.place: ordered(each, matter.orders, report.placer_order) for each in matter.candidates
    }
    found = [each for each in matter.candidates if labels[each.place]]
    if not found:
        return None
    chosen = _of_parts(matter, found, lambda each: labels[each.place])
    return Unplaced("order-ambiguous") if chosen is None else _agreed(matter, chosen, "order")


def _by_accession(matter: _Matter) -> Placed | Unplaced | None:
    report = matter.report
    found = [each for each in matter.candidates if linked(report, each)]
    if not found:
        return None
    if report.status in WHOLE_ACCESSION and not parts.label(report.part) and len(found) > 1:
        return _whole(matter, found)
    chosen = _of_parts(
        matter, found, lambda each: [parts.label(link.part) for link in linked(report, each)]
    )
    if chosen is not None:
        return _agreed(matter, chosen, "accession")
    return Unplaced("accession-ambiguous" if len(found) > 1 else "part-unknown")


def _by_place(matter: _Matter) -> Placed | Unplaced | None:
    """Record number, day, site and side, and exactly one specimen that waits."""
    report = matter.report
    if report.mrn is None:
        return None
    theirs = [each for each in matter.candidates if matter.agrees(each)]
    near = [each for each in theirs if collected_near(report, each)]
    found = [each for each in near if not each.links and same_site_and_side(report, each)]
    if len(found) > 1:
        return Unplaced("several-open-specimens")
    if not found:
        return None
    if _parts_differ(report, found[0], near):
        return Unplaced("parts-differ")
    return _agreed(matter, found[0], "patient_and_site")


_RULES: tuple[_Rule, ...] = (_by_specimen, _by_order, _by_accession, _by_place)
_GOES_ON = ("order-ambiguous", "accession-ambiguous", "part-unknown")
"""Another part of a known order or accession may still be found by its place."""


def _completed(report: Report, orders: Sequence[Order]) -> Report:
    """The report with site, side and day of its order where it does not state them itself."""
    told = [each for each in orders if parts.same(report.part, each.part)]
    if len(told) != 1:
        return report
    return replace(
        report,
        site=report.site or told[0].site,
        laterality=report.laterality or told[0].laterality,
        collected_on=report.collected_on or told[0].collected_on,
    )


def _of_parts(
    matter: _Matter, found: Sequence[Candidate], labels: Callable[[Candidate], list[str]]
) -> Candidate | None:
    """The specimen of the report's part: by its label, else by its site and side."""
    report = matter.report
    if parts.is_list(report.part):
        return None
    labelled = [each for each in found if any(parts.same(report.part, one) for one in labels(each))]
    if len(labelled) == 1 and (len(found) == 1 or parts.label(report.part)):
        return labelled[0]
    near = [each for each in found if same_site_and_side(report, each)]
    if len(near) != 1 or _parts_differ(report, near[0], found):
        return None
    relabelled = any(parts.relabelled(report.part, one) for one in labels(near[0]))
    return near[0] if relabelled or not parts.label(report.part) else None


def _parts_differ(report: Report, found: Candidate, around: Iterable[Candidate]) -> bool:
    """Whether the message reports another number of parts than the encounter has specimens."""
    here = [
        each
        for each in around
        if each.encounter_id == found.encounter_id and (not each.links or linked(report, each))
    ]
    return report.parts is not None and report.parts != len(here)


def _whole(matter: _Matter, found: Sequence[Candidate]) -> Placed | Unplaced:
    """A report that takes back a whole accession concerns every specimen linked to it."""
    for each in found:
        agreed = _agreed(matter, each, "accession")
        if isinstance(agreed, Unplaced):
            return agreed
    if len({each.case_id for each in found}) > 1:
        return Unplaced("accession-ambiguous")
    first, *others = sorted(each.specimen_id for each in found)
    return Placed(found[0].case_id, first, "accession", tuple(others))


def _agreed(matter: _Matter, found: Candidate, by: MatchedBy) -> Placed | Unplaced:
    report, own = matter.report, linked(matter.report, found)
    agreement = matter.people.agreement(report, found.mrn)
    if agreement == "unknown":
        return Unplaced("patient-not-stated")
    if agreement == "disagrees":
        return Unplaced("patient-disagrees")
    if found.links and not own:
        return Unplaced("second-opinion")
    if parts.is_list(report.part):
        return Unplaced("parts-merged")
    if own and not any(
        parts.same(report.part, each.part) or parts.relabelled(report.part, each.part)
        for each in own
    ):
        return Unplaced("part-differs")
    if sides_conflict(report, found.laterality):
        return Unplaced("side-conflict")
    if places_conflict(report, found.site):
        return Unplaced("site-conflict")
    return Placed(found.case_id, found.specimen_id, by)
