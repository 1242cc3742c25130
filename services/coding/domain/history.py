"""A case's services as the history that later cases of the same patient read."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.coding.domain.case import Case
from services.coding.domain.claim import Line
from services.coding.domain.documented import Encounter
from services.coding.domain.references import PastService


@dataclass(frozen=True, slots=True)
class RecordedService:
    """A past service with whose it was and which line says so."""

    mrn: str
    claim_id: str
    number: int
    service: PastService


def services_of(case: Case) -> Iterator[RecordedService]:
    """Every line of the last version of every claim of the case."""
    for encounter_id, issued in sorted(case.claims.items()):
        encounter = case.encounters[encounter_id].encounter
        claim = issued.last.claim
        for number, line in enumerate(claim.lines, start=1):
            codes = tuple(claim.diagnoses[each - 1] for each in line.diagnosis_pointers)
            sites, sides = _places(encounter, line)
            service = PastService(
                code=line.code,
                date_of_service=claim.date_of_service,
                sites=sites,
                laterality=sides[0] if len(sides) == 1 else None,
                diagnoses=codes,
            )
            yield RecordedService(encounter.patient.mrn, issued.last.claim_id, number, service)


def _places(encounter: Encounter, line: Line) -> tuple[tuple[str, ...], tuple[str, ...]]:
    lesions = [each for each in encounter.lesions if each.lesion_id in line.lesion_ids]
    procedures = [each for each in encounter.procedures if each.procedure_id in line.procedure_ids]
    found = [(each.site, each.laterality) for each in lesions] or [
        (each.site, each.laterality) for each in procedures
    ]
    sites = tuple(dict.fromkeys(site for site, _ in found if site is not None))
    sides = tuple(dict.fromkeys(side for _, side in found if side is not None))
    return sites, sides
