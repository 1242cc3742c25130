"""What a rule sees of one service: its own facts and words, never those of another service."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.eligibility.domain.answer import Span
from services.eligibility.domain.planned import PlannedService, PlannedVisit
from shared.clinical.clauses import clauses
from shared.clinical.criteria import Contractor, Evidence, read_criteria
from shared.clinical.diagnosis_groups import Group, group_of
from shared.clinical.site_words import sites_in

LESION_KINDS = frozenset({
    "biopsy", "shave_removal", "excision", "destruction", "skin_tag_removal", "mohs",
    "intralesional_injection", "incision_drainage", "nail",
})  # fmt: skip
_LESION_WORDS = ("wart", "mole", "nevus", "keratosis", "cyst", "tag", "lipoma", "milia", "keloid",
                 "scar", "angioma")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A sign and the place that says it."""

    evidence: Evidence
    pointer: str
    structured: bool = False
    in_reason: bool = False

    @property
    def span(self) -> Span:
        """Where the words stand."""
        return Span(self.pointer, self.evidence.start, self.evidence.end)


@dataclass(frozen=True, slots=True)
class Seen:
    """One planned service with all that counts for it (`CL-1`)."""

    service: PlannedService
    index: int
    visit: PlannedVisit
    contractor: Contractor
    said: tuple[Said, ...]

    @property
    def group(self) -> Group | None:
        """The group of the stated diagnosis."""
        return group_of(self.service.diagnosis)

    @property
    def description(self) -> str:
        """The words of the booking, empty where there are none."""
        return self.service.description or ""

    def at(self, field: str) -> str:
        """The JSON pointer of one of the service's fields."""
        return f"/planned_services/{self.index}/{field}"

    def words(self, pattern: re.Pattern[str]) -> tuple[Span, ...]:
        """Where the description matches a pattern."""
        pointer = self.at("description")
        return tuple(
            Span(pointer, found.start(), found.end())
            for found in pattern.finditer(self.description)
        )


def see(visit: PlannedVisit, index: int, contractor: Contractor) -> Seen:
    """Gather what counts for the service at the index."""
    service = visit.services[index]
    return Seen(service, index, visit, contractor, tuple(_said(visit, index, service)))


def _said(visit: PlannedVisit, index: int, service: PlannedService) -> Iterator[Said]:
    at = f"/planned_services/{index}"
    for number, symptom in enumerate(service.symptoms):
        for evidence in read_criteria(symptom):
            yield Said(evidence, f"{at}/symptoms/{number}", structured=True)
    for evidence in read_criteria(service.description or ""):
        yield Said(evidence, f"{at}/description")
    for evidence in _of_reason(visit, service):
        yield Said(evidence, "/reason", in_reason=True)


def _of_reason(visit: PlannedVisit, service: PlannedService) -> Iterable[Evidence]:
    evidence = read_criteria(visit.reason)
    lesion_services = [each for each in visit.services if each.kind in LESION_KINDS]
    if lesion_services == [service]:
        return evidence
    parts = [
        (start, end)
        for start, end, words in _reason_parts(visit.reason)
        if _subjects(words) & _subjects(service.description or "")
    ]
    return [each for each in evidence if any(s <= each.start < e for s, e in parts)]


def _reason_parts(reason: str) -> Iterator[tuple[int, int, str]]:
    for clause in clauses(reason):
        start = clause.start
        for part in clause.text.split(","):
            yield start, start + len(part), part
            start += len(part) + 1


def _subjects(words: str) -> frozenset[str]:
    """The body sites and the kinds of lesion some words name."""
    lesions = {lesion for lesion in _LESION_WORDS if re.search(rf"\b{lesion}s?\b", words, re.I)}
    return frozenset({mention.site.id for mention in sites_in(words)} | lesions)


def names_site(words: str, groups: frozenset[str]) -> bool:
    """Whether some words name a site of these ICD-10-CM anatomic groups."""
    return any(mention.site.group in groups for mention in sites_in(words))
