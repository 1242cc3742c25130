"""The encounter, as the EHR signs it; `EncounterFacts` is the same without its prose."""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import model_validator

from shared.contracts.documents.base import (
    Count,
    Day,
    DiagnosisCode,
    Document,
    Flag,
    Id,
    Instant,
    Items,
    Length,
    Provider,
    Side,
)
from shared.contracts.documents.findings import Reading
from shared.contracts.documents.procedures import Procedure


class PatientReference(Document):
    mrn: Id


class Note(Document):
    text: str


class DecisionMaking(Document):
    problems: Literal["minimal", "low", "moderate", "high"] | None = None
    data: Literal["minimal", "limited", "moderate", "extensive"] | None = None
    risk: Literal["minimal", "low", "moderate", "high"] | None = None


class EvaluationFacts(Document):
    patient_status: Literal["new", "established"] | None = None
    mdm: DecisionMaking | None = None
    total_minutes: Count | None = None
    separately_identifiable: Flag | None = None
    decision_for_surgery: Flag | None = None
    diagnoses: Items[DiagnosisCode] = ()


class Evaluation(EvaluationFacts):
    narrative: str | None = None


class EvaluationWithoutProse(EvaluationFacts):
    narrative_present: Flag


class LesionFacts(Document):
    lesion_id: Id
    site: str | None = None
    laterality: Side | None = None
    type: str | None = None
    diameter_cm: Length | None = None
    symptoms: Items[str] = ()
    suspicion: Flag | None = None
    diagnosis: DiagnosisCode | None = None
    failed_treatments: Items[str] = ()


class Lesion(LesionFacts):
    rationale: str | None = None


class LesionWithoutProse(LesionFacts):
    rationale_present: Flag


class Specimen(Document):
    specimen_id: Id
    lesion_id: Id | None = None
    procedure_id: Id | None = None
    collected_at: Instant | None = None
    lab_id: str | None = None


class _EncounterBase(Document):
    encounter_id: Id
    visit_id: Id | None = None
    patient: PatientReference
    date_of_service: Day
    place_of_service: str = "11"
    rendering_provider: Provider
    procedures: Items[Procedure] = ()
    specimens: Items[Specimen] = ()


class Encounter(_EncounterBase):
    """What an EHR sends. Ids within it are unique; everything clinical may be missing."""

    note: Note | None = None
    evaluation: Evaluation | None = None
    lesions: Items[Lesion] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        _refuse_repeats("lesion_id", (lesion.lesion_id for lesion in self.lesions))
        _refuse_repeats("procedure_id", (each.procedure_id for each in self.procedures))
        _refuse_repeats("specimen_id", (each.specimen_id for each in self.specimens))
        return self


class EncounterFacts(_EncounterBase):
    """The encounter as it travels: without note, narrative and rationale.

    That they exist is said; `extracted` holds what was read in them: facts and places, no words.
    """

    note_present: Flag
    evaluation: EvaluationWithoutProse | None = None
    lesions: Items[LesionWithoutProse] = ()
    extracted: Items[Reading] = ()


def without_prose(encounter: Encounter, extracted: Iterable[Reading]) -> EncounterFacts:
    """The encounter as it may stand on the bus and in states. Procedures lose their rationale."""
    body = encounter.model_dump(exclude={"note", "evaluation", "lesions", "procedures"})
    evaluation = encounter.evaluation
    return EncounterFacts(
        **body,
        procedures=tuple(
            each.model_copy(update={"rationale": None}) for each in encounter.procedures
        ),
        note_present=encounter.note is not None and bool(encounter.note.text.strip()),
        evaluation=None
        if evaluation is None
        else EvaluationWithoutProse(
            **evaluation.model_dump(exclude={"narrative"}),
            narrative_present=bool((evaluation.narrative or "").strip()),
        ),
        lesions=tuple(
            LesionWithoutProse(
                **lesion.model_dump(exclude={"rationale"}),
                rationale_present=bool((lesion.rationale or "").strip()),
            )
            for lesion in encounter.lesions
        ),
        extracted=tuple(extracted),
    )


def _refuse_repeats(name: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            raise ValueError(f"{name} stands twice")
        seen.add(each)
