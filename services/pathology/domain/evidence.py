"""What speaks for and against a specimen, fact by fact: for the rules, and for the person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from services.pathology.domain import parts
from services.pathology.domain.case import Case, Specimen
from services.pathology.domain.orders import Order
from services.pathology.domain.people import People
from services.pathology.domain.report import Report
from shared.clinical.body_sites import Site, find_site
from shared.clinical.reports import same_place
from shared.kernel.business_days import PRACTICE_ZONE

DAYS_APART = 3
"""How far the dates of collection may lie apart (interop 5, choice)."""

Fact: TypeAlias = Literal[
    "specimen", "order", "accession", "part", "patient", "collected", "site", "side", "lab", "open"
]

_WEIGHT: dict[Fact, int] = {
    "specimen": 8,
    "patient": 6,
    "order": 5,
    "accession": 5,
    "site": 3,
    "side": 2,
    "collected": 2,
    "part": 2,
    "lab": 1,
    "open": 1,
}


@dataclass(frozen=True, slots=True)
class Link:
    """A report that is attached already: whose, under which number, which part."""

    lab_id: str
    accession: str
    part: str | None
    placer_order: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A specimen a result may belong to, with what is attached to it already."""

    case_id: UUID
    specimen_id: str
    encounter_id: str
    mrn: str | None
    site: str | None
    laterality: str | None
    collected_on: date
    lab_id: str | None = None
    links: frozenset[Link] = frozenset()

    @property
    def place(self) -> tuple[UUID, str]:
        """What names it in the practice."""
        return self.case_id, self.specimen_id


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with the facts that agree and disagree with the result."""

    candidate: Candidate
    agrees: tuple[Fact, ...]
    disagrees: tuple[Fact, ...]

    @property
    def weight(self) -> int:
        """How much speaks for it."""
        return sum(map(_WEIGHT.__getitem__, self.agrees)) - sum(
            map(_WEIGHT.__getitem__, self.disagrees)
        )


def ranked(
    report: Report, candidates: Iterable[Candidate], people: People, orders: Iterable[Order] = ()
) -> list[Weighed]:
    """The candidates that anything speaks for, the likeliest first."""
    named = [each for each in orders if each.placer_order == report.placer_order]
    weighed = [_weighed(report, each, people, named) for each in candidates]
    weighed = [each for each in weighed if set(each.agrees) - {"open", "lab"}]
    return sorted(weighed, key=lambda each: (-each.weight, each.candidate.specimen_id))


def candidates_of(case: Case) -> list[Candidate]:
    """The specimens of a case, as the rules see them."""
    return [_candidate(case, each) for each in case.specimens]


def places_conflict(report: Report, site: str | None) -> bool:
    """Whether the result names another site than the lesion's, as far as both are known."""
    one, other = find_site(report.site), find_site(site)
    return one is not None and other is not None and not same_place(one, other)


def sides_conflict(report: Report, laterality: str | None) -> bool:
    """Whether the result names the other side."""
    return None not in (report.laterality, laterality) and report.laterality != laterality


def same_site_and_side(report: Report, found: Candidate) -> bool:
    """Whether both name one site and the same side; a side that one of them lacks is not the same.

    Where a body has one of the site alone, a side stated by one of them says nothing more.
    """
    one, other = find_site(report.site), find_site(found.site)
    if one is None or other is None or one.id != other.id:
        return False
    if one.has_side:
        return report.laterality == found.laterality
    return not sides_conflict(report, found.laterality)


def collected_near(report: Report, found: Candidate) -> bool | None:
    """Whether the dates of collection agree; None where the report states none."""
    if report.collected_on is None:
        return None
    return abs((report.collected_on - found.collected_on).days) <= DAYS_APART


def linked(report: Report, found: Candidate) -> list[Link]:
    """What of the report's own lab and accession is attached to a specimen."""
    own = (report.lab_id, report.accession)
    return [each for each in found.links if (each.lab_id, each.accession) == own]


def ordered(found: Candidate, orders: Iterable[Order], placer_order: str | None) -> list[str]:
    """The part labels under which an order number means a specimen; empty: it does not."""
    if placer_order is None:
        return []
    sent = [each.part for each in orders if each.specimen_id == found.specimen_id]
    attached = [each.part for each in found.links if each.placer_order == placer_order]
    return [parts.label(each) for each in (*sent, *attached)]


def _weighed(report: Report, found: Candidate, people: People, orders: list[Order]) -> Weighed:
    own = linked(report, found)
    person = people.agreement(report, found.mrn)
    here, there = find_site(report.site), find_site(found.site)
    sides = None in (report.laterality, found.laterality)
    stated: dict[Fact, bool | None] = {
        "specimen": True if found.specimen_id in report.specimen_ids else None,
        "order": True if ordered(found, orders, report.placer_order) else None,
        "accession": True if own else (False if found.links else None),
        "part": _parts_agree(report, own),
        "patient": {"agrees": True, "disagrees": False, "unknown": None}[person],
        "collected": collected_near(report, found),
        "site": _sites_agree(here, there),
        "side": None if sides else report.laterality == found.laterality,
        "lab": None if found.lab_id is None else found.lab_id == report.lab_id,
        "open": True if not found.links else None,
    }
    return Weighed(
        found,
        tuple(fact for fact, holds in stated.items() if holds),
        tuple(fact for fact, holds in stated.items() if holds is False),
    )


def _sites_agree(here: Site | None, there: Site | None) -> bool | None:
    """One site; None where two merely bill alike, for that speaks neither for nor against."""
    if here is None or there is None:
        return None
    return True if here.id == there.id else None if same_place(here, there) else False


def _parts_agree(report: Report, own: list[Link]) -> bool | None:
    if not own or not parts.label(report.part):
        return None
    return any(parts.same(report.part, each.part) for each in own)


def _candidate(case: Case, specimen: Specimen) -> Candidate:
    return Candidate(
        case_id=case.case_id,
        specimen_id=specimen.specimen_id,
        encounter_id=specimen.encounter_id,
        mrn=case.mrn,
        site=specimen.site,
        laterality=specimen.laterality,
        collected_on=specimen.collected_at.astimezone(PRACTICE_ZONE).date(),
        lab_id=specimen.lab_id,
        links=frozenset(
            Link(
                each.report.lab_id,
                each.report.accession,
                each.part or each.report.part,
                each.report.placer_order,
            )
            for each in case.attached
            if each.specimen_id == specimen.specimen_id
        ),
    )
