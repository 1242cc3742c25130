"""The whole check of an encounter: complete, consistent, necessary. Silence contradicts nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.documentation.domain.encounter import Encounter
from services.documentation.domain.evaluation_work import evaluation_findings
from services.documentation.domain.finding import Finding
from services.documentation.domain.necessity import necessity_findings
from services.documentation.domain.note_numbers import number_conflicts
from services.documentation.domain.note_procedures import procedure_conflicts
from services.documentation.domain.note_sides import side_conflicts, site_conflicts
from services.documentation.domain.note_symptoms import date_conflicts, symptom_conflicts
from services.documentation.domain.note_text import text_findings
from services.documentation.domain.reading.fact import Fact
from services.documentation.domain.reading.note import NoteReading, read_note
from services.documentation.domain.required import general_facts
from services.documentation.domain.required_by_kind import FACTS
from services.documentation.domain.structure import structure_conflicts


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found and read. complete: the procedures without a block."""

    findings: tuple[Finding, ...]
    reading: tuple[Fact, ...]
    complete: tuple[str, ...]

    @property
    def blocks(self) -> bool:
        """Whether the encounter may not leave as a claim yet."""
        return any(each.severity == "block" for each in self.findings)


def check(encounter: Encounter) -> Checked:
    """Find every missing and contradicting fact; one finding per fact and subject."""
    reading = read_note(encounter)
    findings = _once_each(_findings(encounter, reading))
    return Checked(findings, reading.facts, _complete(encounter, findings))


def _findings(encounter: Encounter, reading: NoteReading) -> Iterator[Finding]:
    yield from text_findings(encounter)
    for procedure in encounter.procedures:
        yield from general_facts(encounter, procedure)
        if procedure.kind in FACTS:
            yield from FACTS[procedure.kind](encounter, procedure)
    yield from structure_conflicts(encounter)
    yield from side_conflicts(encounter, reading)
    yield from site_conflicts(encounter, reading)
    yield from number_conflicts(encounter, reading)
    yield from procedure_conflicts(encounter, reading)
    yield from symptom_conflicts(encounter, reading)
    yield from date_conflicts(encounter, reading)
    yield from necessity_findings(encounter, reading)
    yield from evaluation_findings(encounter, reading)


def _once_each(findings: Iterator[Finding]) -> tuple[Finding, ...]:
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.key, finding)
    return tuple(first.values())


def _complete(encounter: Encounter, findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """The procedures no block names, by themselves or by one of their lesions."""
    blocked = [each for each in findings if each.severity == "block"]
    procedures = {each.procedure_id for each in blocked}
    lesions = {each.lesion_id for each in blocked if each.procedure_id is None}
    return tuple(
        each.procedure_id
        for each in encounter.procedures
        if each.procedure_id not in procedures and not lesions.intersection(each.names_lesions)
    )
