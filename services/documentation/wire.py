"""Contract documents <-> what the rules read and find."""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256

from services.documentation.domain import encounter as facts
from services.documentation.domain.check import Checked
from services.documentation.domain.finding import NOTE, Finding, Question, Span
from services.documentation.domain.reading.fact import Fact
from shared.contracts.documents import encounter as documents
from shared.contracts.documents import findings
from shared.contracts.documents.base import Span as SpanDocument
from shared.contracts.documents.procedures import Procedure

_DIGEST_LETTERS = 16
_LESION_FIELDS = frozenset(facts.Lesion.__dataclass_fields__)
_PROCEDURE_FIELDS = frozenset(facts.Procedure.__dataclass_fields__)


def encounter_facts(document: documents.Encounter) -> facts.Encounter:
    """The encounter as the rules read it, prose included."""
    return facts.Encounter(
        encounter_id=document.encounter_id,
        date_of_service=document.date_of_service,
        note=document.note.text if document.note else None,
        evaluation=_evaluation(document.evaluation),
        lesions=tuple(_lesion(each) for each in document.lesions),
        procedures=tuple(_procedure(each) for each in document.procedures),
        specimens=tuple(
            facts.Specimen(each.specimen_id, each.lesion_id, each.procedure_id)
            for each in document.specimens
        ),
    )


def _lesion(document: documents.Lesion) -> facts.Lesion:
    values = document.model_dump(include=set(_LESION_FIELDS))
    return facts.Lesion(**{**values, "suspicion": bool(document.suspicion)})


def _procedure(document: Procedure) -> facts.Procedure:
    values = document.model_dump(include=set(_PROCEDURE_FIELDS))
    values["patient_pay"] = bool(document.patient_pay)
    if document.kind == "mohs":
        values["blocks"] = tuple(stage.blocks for stage in document.stages)
    return facts.Procedure(**values)


def _evaluation(document: documents.Evaluation | None) -> facts.Evaluation | None:
    if document is None:
        return None
    return facts.Evaluation(
        level_known=document.mdm is not None or document.total_minutes is not None,
        separately_identifiable=bool(document.separately_identifiable),
        decision_for_surgery=bool(document.decision_for_surgery),
        diagnoses=document.diagnoses,
        narrative=document.narrative,
    )


def reading_documents(read: Iterable[Fact]) -> tuple[findings.Reading, ...]:
    """Readings as outsiders see them: values and offsets."""
    return tuple(
        findings.Reading(
            fact=each.fact,
            value=each.value,
            negated=each.negated,
            lesion_id=each.lesion_id,
            pointer=NOTE,
            start=each.start,
            end=each.end,
            confidence=each.confidence,
        )
        for each in read
    )


def finding_documents(found: Iterable[Finding], *, quoting: bool) -> tuple[findings.Finding, ...]:
    """Findings as outsiders see them; `quoting` repeats words of the note (never on the bus)."""
    return tuple(
        findings.Finding(
            finding_id=f"F{number}",
            rule=each.rule,
            severity=each.severity,
            field=each.field,
            procedure_id=each.procedure_id,
            lesion_id=each.lesion_id,
            specimen_id=each.specimen_id,
            says=each.says,
            source=each.source,
            confidence=each.confidence,
            evidence=each.evidence,
            spans=tuple(_span(span) for span in each.spans),
            query=None if each.query is None else query_document(each.query, quoting=quoting),
        )
        for number, each in enumerate(found, start=1)
    )


def query_document(question: Question, *, quoting: bool) -> findings.Query:
    """A question as the provider reads it."""
    text = question.quoted if quoting and question.quoted else question.question
    return findings.Query(question=text, options=question.options)


def check_answer(encounter_id: str, checked: Checked) -> findings.CheckAnswer:
    """What `POST /v1/check` answers."""
    return findings.CheckAnswer(
        encounter_id=encounter_id,
        blocks=checked.blocks,
        findings=finding_documents(checked.findings, quoting=True),
        reading=reading_documents(checked.reading),
        complete=checked.complete,
    )


def _span(span: Span) -> SpanDocument:
    return SpanDocument(pointer=span.pointer, start=span.start, end=span.end)


def digests(document: documents.Encounter) -> dict[str, str]:
    """A digest of every field by its JSON pointer: what two versions are compared by."""
    return dict(_digests("", document.model_dump(mode="json")))


def _digests(pointer: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _digests(f"{pointer}/{name}", item)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from _digests(f"{pointer}/{number}", item)
    elif value not in (None, [], {}):
        yield pointer, sha256(json.dumps(value).encode()).hexdigest()[:_DIGEST_LETTERS]
