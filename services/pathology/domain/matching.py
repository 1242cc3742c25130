"""Which specimen a result belongs to. What is not certain goes to a person, never to a claim."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from services.pathology.domain.case import Case, MatchedBy, Specimen
from services.pathology.domain.report import Report
from shared.clinical.body_sites import find_site
from shared.clinical.reports import same_place

Why: TypeAlias = Literal[
    "specimen-unknown",
    "specimen-ambiguous",
    "accession-ambiguous",
    "part-unknown",
    "patient-not-stated",
    "patient-disagrees",
    "side-conflict",
    "site-conflict",
    "second-opinion",
]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A specimen a result may belong to. links: (lab, accession, part) already attached to it."""

    case_id: UUID
    specimen_id: str
    mrn: str | None
    site: str | None
    laterality: str | None
    links: frozenset[tuple[str, str, str | None]]


@dataclass(frozen=True, slots=True)
class Placed:
    """The result belongs here."""

    case_id: UUID
    specimen_id: str
    by: MatchedBy


@dataclass(frozen=True, slots=True)
class Unplaced:
    """The result waits for an encounter or a person. candidates: specimens that came close."""

    why: Why
    candidates: tuple[str, ...] = ()


def match(report: Report, candidates: Sequence[Candidate]) -> Placed | Unplaced:
    """By specimen id, else by an accession already linked; each only if the patient agrees."""
    if report.specimen_id is not None:
        found = [each for each in candidates if each.specimen_id == report.specimen_id]
        if len(found) > 1:
            return Unplaced("specimen-ambiguous", _ids(found))
        by: MatchedBy = "specimen"
    else:
        link = (report.lab_id, report.accession)
        found = [each for each in candidates if any(known[:2] == link for known in each.links)]
        if len(found) > 1:
            found = [each for each in found if (*link, report.part) in each.links]
            if report.part is None or len(found) != 1:
                return Unplaced("accession-ambiguous", _ids(found))
        elif found and not _same_part(report, found[0]):
            return Unplaced("part-unknown", _ids(found))
        by = "accession"
    if not found:
        return Unplaced("specimen-unknown")
    return _agreed(report, found[0], by)


def candidates_of(case: Case) -> list[Candidate]:
    """The specimens of a case, as the match sees them."""
    return [_candidate(case, each) for each in case.specimens]


def _candidate(case: Case, specimen: Specimen) -> Candidate:
    return Candidate(
        case.case_id,
        specimen.specimen_id,
        case.mrn,
        specimen.site,
        specimen.laterality,
        case.links_of(specimen.specimen_id),
    )


def places_conflict(report: Report, site: str | None) -> bool:
    """Whether the result names another site than the lesion's, as far as both are known."""
    one, other = find_site(report.site), find_site(site)
    return one is not None and other is not None and not same_place(one, other)


def sides_conflict(report: Report, laterality: str | None) -> bool:
    """Whether the result names the other side."""
    return None not in (report.laterality, laterality) and report.laterality != laterality


def _agreed(report: Report, found: Candidate, by: MatchedBy) -> Placed | Unplaced:
    ids = (found.specimen_id,)
    if report.mrn is None:
        return Unplaced("patient-not-stated", ids)
    if report.mrn != found.mrn:
        return Unplaced("patient-disagrees", ids)
    if found.links and not any(
        known[:2] == (report.lab_id, report.accession) for known in found.links
    ):
        return Unplaced("second-opinion", ids)
    if sides_conflict(report, found.laterality):
        return Unplaced("side-conflict", ids)
    if places_conflict(report, found.site):
        return Unplaced("site-conflict", ids)
    return Placed(found.case_id, found.specimen_id, by)


def _same_part(report: Report, found: Candidate) -> bool:
    """A part not named on either side is the one there is."""
    parts = {known[2] for known in found.links if known[:2] == (report.lab_id, report.accession)}
    return report.part is None or None in parts or report.part in parts


def _ids(found: Iterable[Candidate]) -> tuple[str, ...]:
    return tuple(sorted(each.specimen_id for each in found))
