"""Medical necessity of treating a criterion lesion (`necessity.*`, `conflict.patient_pay`).

The one fact prose may supply: a criterion found in the note or a rationale counts, with its span.
Signs of one lesion never serve another.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from services.documentation.domain.encounter import Encounter, Lesion, Procedure
from services.documentation.domain.finding import NOTE, Finding, Question, Span, choose
from services.documentation.domain.reading.note import NoteReading
from shared.clinical.criteria import (
    ARTICLE,
    Contractor,
    Evidence,
    read_criteria,
    supports,
    wishes_appearance,
)
from shared.clinical.diagnosis_groups import NEEDS_A_REASON, NEEDS_NO_REASON, group_of
from shared.clinical.signs import Sign

_JUDGED = frozenset({
    "shave_removal", "excision", "destruction", "skin_tag_removal", "intralesional_injection",
    "incision_drainage",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """What the record says of one lesion: structured, in a rationale, in the note."""

    structured: tuple[Evidence, ...]
    failed_treatments: bool
    rationale: tuple[tuple[str, Evidence], ...]
    note: tuple[Evidence, ...]


def necessity_findings(
    encounter: Encounter, reading: NoteReading, contractor: Contractor = Contractor.WPS
) -> Iterator[Finding]:
    """Whether every treated benign lesion has a documented reason."""
    for procedure in encounter.procedures:
        for lesion in encounter.lesions_of(procedure) or (_own(procedure),):
            record = _record(encounter, reading, procedure, lesion)
            if procedure.patient_pay:
                yield from _paid_by_patient(encounter, procedure, lesion, record, contractor)
            elif _is_judged(procedure, lesion):
                yield from _judge(encounter, procedure, lesion, record, contractor)


def _own(procedure: Procedure) -> Lesion:
    """The lesion of a procedure that lists none: known by the procedure's own diagnosis."""
    return Lesion("", procedure.site, procedure.laterality, diagnosis=procedure.diagnosis)


def _is_judged(procedure: Procedure, lesion: Lesion) -> bool:
    return (
        procedure.kind in _JUDGED
        and not lesion.suspicion
        and group_of(lesion.diagnosis) in NEEDS_A_REASON
    )


def _record(
    encounter: Encounter, reading: NoteReading, procedure: Procedure, lesion: Lesion
) -> Record:
    texts = [(f"{encounter.procedure_at(procedure)}/rationale", procedure.rationale)]
    if lesion.lesion_id:
        texts.append((f"{encounter.lesion_at(lesion.lesion_id)}/rationale", lesion.rationale))
    alone = len(encounter.lesions) <= 1
    return Record(
        structured=tuple(each for symptom in lesion.symptoms for each in read_criteria(symptom)),
        failed_treatments=bool(lesion.failed_treatments),
        rationale=tuple(
            (pointer, each) for pointer, text in texts for each in read_criteria(text or "")
        ),
        note=tuple(
            evidence
            for statement, evidence in reading.signs
            if alone or lesion.lesion_id in statement.lesion_ids
        ),
    )


def _judge(
    encounter: Encounter,
    procedure: Procedure,
    lesion: Lesion,
    record: Record,
    contractor: Contractor,
) -> Iterator[Finding]:
    in_prose = [
        *(
            Span(pointer, e.start, e.end)
            for pointer, e in record.rationale
            if supports(e, contractor)
        ),
        *(Span(NOTE, e.start, e.end) for e in record.note if supports(e, contractor)),
    ]
    listed = record.failed_treatments or any(supports(e, contractor) for e in record.structured)
    at = _field(encounter, procedure, lesion)
    if wishes_appearance(record.note) and not in_prose:
        wishes = tuple(
            Span(NOTE, e.start, e.end)
            for e in record.note
            if e.present and e.sign is Sign.APPEARANCE
        )
        yield Finding(
            "necessity.reads_cosmetic",
            "block",
            at,
            "The note gives appearance as the reason for treatment.",
            ARTICLE[contractor],
            procedure_id=procedure.procedure_id,
            lesion_id=lesion.lesion_id or None,
            evidence=(at,),
            spans=wishes,
            query=_reason_question(lesion),
        )
    elif not listed and not in_prose:
        yield Finding(
            "necessity.unsupported",
            "block",
            at,
            "No reason for treating this benign lesion is documented.",
            ARTICLE[contractor],
            procedure_id=procedure.procedure_id,
            lesion_id=lesion.lesion_id or None,
            evidence=(at,),
            query=_reason_question(lesion),
        )
    elif not listed:
        yield Finding(
            "necessity.only_in_note",
            "warning",
            at,
            "The reason for treatment stands in prose only.",
            ARTICLE[contractor],
            procedure_id=procedure.procedure_id,
            lesion_id=lesion.lesion_id or None,
            evidence=(at,),
            spans=tuple(in_prose),
        )


def _paid_by_patient(
    encounter: Encounter,
    procedure: Procedure,
    lesion: Lesion,
    record: Record,
    contractor: Contractor,
) -> Iterator[Finding]:
    said = (*record.structured, *(each for _, each in record.rationale), *record.note)
    necessary = group_of(lesion.diagnosis) in NEEDS_NO_REASON
    if procedure.kind == "cosmetic":
        return
    if not necessary and not any(supports(each, contractor) for each in said):
        return
    field = f"{encounter.procedure_at(procedure)}/patient_pay"
    yield Finding(
        "conflict.patient_pay",
        "query",
        field,
        "The patient pays, yet a medical reason is documented.",
        "own",
        procedure_id=procedure.procedure_id,
        lesion_id=lesion.lesion_id or None,
        evidence=(field, _field(encounter, procedure, lesion)),
        query=choose(
            "The procedure is marked as paid by the patient; the record states a medical reason. "
            "Please clarify.",
            "done for the stated medical reason",
            "done at the patient's wish",
        ),
    )


def _field(encounter: Encounter, procedure: Procedure, lesion: Lesion) -> str:
    if lesion.lesion_id:
        return f"{encounter.lesion_at(lesion.lesion_id)}/symptoms"
    return f"{encounter.procedure_at(procedure)}/rationale"


def _reason_question(lesion: Lesion) -> Question:
    place = f" of the {lesion.site.replace('_', ' ')}" if lesion.site else ""
    return Question(f"Please state the reason this lesion{place} was treated, if one applies.")
