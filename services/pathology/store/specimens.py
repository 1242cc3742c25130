"""The specimens an encounter names, as pathology keeps them."""

from datetime import datetime, time, timedelta
from uuid import UUID

from services.pathology.domain.case import Specimen
from services.pathology.domain.evidence import Candidate
from shared.contracts.documents.encounter import EncounterFacts
from shared.contracts.documents.encounter import Specimen as Sent
from shared.contracts.encounter_documented import EncounterDocumented
from shared.kernel.business_days import PRACTICE_ZONE

_NOON = time(12)
_A_YEAR = timedelta(days=366)


def specimens_of(event: EncounterDocumented) -> list[Specimen]:
    """The specimens of an encounter; without a time they were collected on its day at noon."""
    return [
        _specimen(each, event.encounter_id, event.encounter) for each in event.encounter.specimens
    ]


def candidates_named(case_id: UUID, event: EncounterDocumented) -> list[Candidate]:
    """The same as the rules of matching see them, before their case is kept."""
    return [
        Candidate(
            case_id=case_id,
            specimen_id=each.specimen_id,
            encounter_id=each.encounter_id,
            mrn=event.encounter.patient.mrn,
            site=each.site,
            laterality=each.laterality,
            collected_on=each.collected_at.astimezone(PRACTICE_ZONE).date(),
            lab_id=each.lab_id,
        )
        for each in specimens_of(event)
    ]


def _specimen(sent: Sent, encounter_id: str, encounter: EncounterFacts) -> Specimen:
    lesion = next((each for each in encounter.lesions if each.lesion_id == sent.lesion_id), None)
    return Specimen(
        specimen_id=sent.specimen_id,
        encounter_id=encounter_id,
        collected_at=_collected_at(sent, encounter),
        lesion_id=sent.lesion_id,
        procedure_id=sent.procedure_id,
        site=None if lesion is None else lesion.site,
        laterality=None if lesion is None else lesion.laterality,
        established=lesion.diagnosis if lesion is not None and lesion.suspicion is False else None,
        lab_id=sent.lab_id,
    )


def _collected_at(sent: Sent, encounter: EncounterFacts) -> datetime:
    """As stated; a time more than a year off the encounter's day is mistyped and counts as none."""
    noon = datetime.combine(encounter.date_of_service, _NOON, PRACTICE_ZONE)
    stated = sent.collected_at
    return noon if stated is None or abs(stated - noon) > _A_YEAR else stated
