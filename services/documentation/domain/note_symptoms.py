"""Symptoms, inflammation and the date: what the note denies of the structured facts."""

from collections.abc import Iterator

from services.documentation.domain.encounter import Encounter, Lesion
from services.documentation.domain.finding import NOTE, Finding, Question, Span, choose
from services.documentation.domain.reading.note import NoteReading
from shared.clinical.criteria import CRITERIA, Evidence, read_criteria
from shared.clinical.diagnosis_groups import Group, group_of
from shared.clinical.signs import Sign


def symptom_conflicts(encounter: Encounter, reading: NoteReading) -> Iterator[Finding]:
    """A listed symptom the note denies for that lesion; an inflamed code it calls not inflamed."""
    for lesion in encounter.lesions:
        denied = [
            evidence
            for statement, evidence in reading.signs
            if evidence.denied and statement.lesion_ids == (lesion.lesion_id,)
        ]
        yield from _denied_symptom(encounter, lesion, denied)
        yield from _not_inflamed(encounter, lesion, denied)


def _denied_symptom(
    encounter: Encounter, lesion: Lesion, denied: list[Evidence]
) -> Iterator[Finding]:
    for number, symptom in enumerate(lesion.symptoms):
        stated = {each.sign for each in read_criteria(symptom) if each.present} & CRITERIA
        against = [each for each in denied if each.sign in stated]
        if against:
            field = f"{encounter.lesion_at(lesion.lesion_id)}/symptoms/{number}"
            sign = against[0].sign.value
            yield Finding(
                "conflict.symptom",
                "block",
                field,
                f"The symptom {sign} is listed and denied in the note.",
                "L35498",
                lesion_id=lesion.lesion_id,
                procedure_id=_first_procedure(encounter, lesion),
                evidence=(field,),
                spans=tuple(Span(NOTE, each.start, each.end) for each in against),
                query=choose(
                    f"The symptom {sign} is listed; the note denies it. Which is right?",
                    f"{sign} present",
                    f"{sign} absent",
                ),
            )


def _not_inflamed(
    encounter: Encounter, lesion: Lesion, denied: list[Evidence]
) -> Iterator[Finding]:
    against = [each for each in denied if each.sign is Sign.INFLAMMATION]
    if group_of(lesion.diagnosis) is not Group.INFLAMED_KERATOSIS or not against:
        return
    field = f"{encounter.lesion_at(lesion.lesion_id)}/diagnosis"
    yield Finding(
        "conflict.diagnosis",
        "block",
        field,
        "The diagnosis says inflamed; the note says not inflamed.",
        "L35498",
        lesion_id=lesion.lesion_id,
        procedure_id=_first_procedure(encounter, lesion),
        evidence=(field,),
        spans=tuple(Span(NOTE, each.start, each.end) for each in against),
        query=Question("Please clarify the diagnosis of the lesion."),
    )


def _first_procedure(encounter: Encounter, lesion: Lesion) -> str | None:
    procedures = encounter.procedures_on(lesion.lesion_id)
    return procedures[0].procedure_id if procedures else None


def date_conflicts(encounter: Encounter, reading: NoteReading) -> Iterator[Finding]:
    """The note's headed date of service is another day."""
    stated = encounter.date_of_service.isoformat()
    for read in reading.of("date")[:1]:
        if read.value != stated:
            yield Finding(
                "conflict.date",
                "block",
                "/date_of_service",
                f"The note is dated {read.value}, the encounter {stated}.",
                "PIM",
                evidence=("/date_of_service",),
                spans=(read.span,),
                query=choose("What was the date of service?", stated, read.value),
            )
