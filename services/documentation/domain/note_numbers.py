"""The note's counts, sizes and stages against the structured ones."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.documentation.domain.bands import same_band
from services.documentation.domain.encounter import Encounter, Lesion, Procedure
from services.documentation.domain.finding import Finding, choose, quote
from services.documentation.domain.reading.fact import Fact
from services.documentation.domain.reading.note import NoteReading

_TOLERANCE_CM = Decimal("0.1")


def number_conflicts(encounter: Encounter, reading: NoteReading) -> Iterator[Finding]:
    """Every number of the note that contradicts the structured one."""
    for procedure in encounter.procedures:
        yield from _count(encounter, procedure, reading)
        if procedure.kind == "mohs":
            yield from _stages(encounter, procedure, reading)
        if procedure.kind == "repair":
            yield from _repair_length(encounter, procedure, reading)
        if procedure.kind == "excision":
            yield from _margin(encounter, procedure, reading)
    for lesion in encounter.lesions:
        yield from _lesion_size(encounter, lesion, reading)


def _noun(procedure: Procedure) -> str | None:
    if procedure.kind == "destruction":
        return procedure.lesion_class
    return {"skin_tag_removal": "skin_tag", "intralesional_injection": "injection"}.get(
        procedure.kind
    )


def _count(encounter: Encounter, procedure: Procedure, reading: NoteReading) -> Iterator[Finding]:
    noun = _noun(procedure)
    alike = [each for each in encounter.procedures if _noun(each) == noun]
    structured = procedure.count or len(procedure.names_lesions)
    if noun is None or not structured or len(alike) > 1:
        return
    read = _counted(procedure, noun, reading)
    total = sum(int(each.value) for each in read)
    if not read or total == structured:
        return
    at = encounter.procedure_at(procedure)
    field = f"{at}/count" if procedure.count is not None else f"{at}/lesion_ids"
    words = " and ".join(f"'{quote(encounter.prose, each.span)}'" for each in read)
    ask = "How many lesions were treated?"
    yield Finding(
        "conflict.count",
        "block",
        field,
        f"The note counts {total}, the procedure lists {structured}.",
        "CPT Destruction" if procedure.kind == "destruction" else "CPT",
        procedure_id=procedure.procedure_id,
        lesion_id=procedure.names_lesions[0] if len(procedure.names_lesions) == 1 else None,
        evidence=(field,),
        spans=tuple(each.span for each in read),
        query=choose(
            f"The note counts {total}; the procedure list gives {structured}. {ask}",
            str(total),
            str(structured),
            quoted=f"The note says {words}; the procedure list gives {structured}. {ask}",
        ),
    )


def _counted(procedure: Procedure, noun: str, reading: NoteReading) -> list[Fact]:
    """The counts of sentences that say this procedure was done, by its noun or a general one."""
    treated = [each.statement for each in reading.done(procedure.kind)]
    inside = [
        each
        for each in reading.of("count")
        if any(said.start <= each.start < said.end for said in treated)
    ]
    named = [each for each in inside if each.role == noun]
    return named or [each for each in inside if each.role == "lesion"][:1]


def _stages(encounter: Encounter, procedure: Procedure, reading: NoteReading) -> Iterator[Finding]:
    read = [each for each in reading.of("count") if each.role == "stages"]
    structured = len(procedure.blocks)
    only_one = sum(each.kind == "mohs" for each in encounter.procedures) == 1
    if not read or not structured or not only_one or read[-1].value == str(structured):
        return
    yield _contradiction(
        encounter,
        procedure,
        "conflict.stages",
        "stages",
        read[-1],
        str(structured),
        "How many Mohs stages were done?",
    )


def _repair_length(
    encounter: Encounter, procedure: Procedure, reading: NoteReading
) -> Iterator[Finding]:
    read = [each for each in reading.of("size") if each.role == "length"]
    only_one = sum(each.kind == "repair" for each in encounter.procedures) == 1
    if procedure.length_cm is None or not only_one:
        return
    yield from _size(encounter, procedure, "length_cm", procedure.length_cm, read)


def _margin(encounter: Encounter, procedure: Procedure, reading: NoteReading) -> Iterator[Finding]:
    read = [each for each in reading.of("size") if each.role == "margin"]
    only_one = sum(each.kind == "excision" for each in encounter.procedures) == 1
    if procedure.margin_cm is None or not only_one:
        return
    size = procedure.lesion_diameter_cm or Decimal(0)
    for each in read[:1]:
        noted = Decimal(each.value)
        if abs(noted - procedure.margin_cm) < _TOLERANCE_CM:
            continue
        # The band is that of the excised diameter, which holds the margin twice.
        alike = same_band(procedure, size, size + 2 * (noted - procedure.margin_cm))
        yield _size_conflict(
            encounter, procedure, "margin_cm", each, procedure.margin_cm, alike=alike
        )


def _lesion_size(encounter: Encounter, lesion: Lesion, reading: NoteReading) -> Iterator[Finding]:
    procedures = [
        each for each in encounter.procedures_on(lesion.lesion_id) if each.kind != "repair"
    ]
    procedure = procedures[0] if procedures else Procedure("", "other", lesion.lesion_id)
    structured = _structured_size(encounter, lesion, procedure)
    if structured is None:
        return
    size, field = structured
    read = [
        each
        for each in reading.of("size")
        if each.role == "lesion" and each.lesion_id == lesion.lesion_id and each.confidence != "low"
    ]
    yield from _size(encounter, procedure, field, size, read, lesion.lesion_id)


def _structured_size(
    encounter: Encounter, lesion: Lesion, procedure: Procedure
) -> tuple[Decimal, str] | None:
    """The lesion's own diameter, else what its one procedure gives for it, with its pointer."""
    if lesion.diameter_cm is not None:
        return lesion.diameter_cm, f"{encounter.lesion_at(lesion.lesion_id)}/diameter_cm"
    if procedure.lesion_diameter_cm is not None:
        return procedure.lesion_diameter_cm, "lesion_diameter_cm"
    if procedure.diameter_cm is not None and len(procedure.names_lesions) == 1:
        return procedure.diameter_cm, "diameter_cm"
    return None


def _size(
    encounter: Encounter,
    procedure: Procedure,
    field: str,
    structured: Decimal,
    read: Sequence[Fact],
    lesion_id: str | None = None,
) -> Iterator[Finding]:
    if not read or any(abs(Decimal(each.value) - structured) < _TOLERANCE_CM for each in read):
        return
    alike = same_band(procedure, structured, Decimal(read[0].value))
    yield _size_conflict(
        encounter, procedure, field, read[0], structured, alike=alike, lesion_id=lesion_id
    )


def _size_conflict(
    encounter: Encounter,
    procedure: Procedure,
    field: str,
    read: Fact,
    structured: Decimal,
    *,
    alike: bool,
    lesion_id: str | None = None,
) -> Finding:
    """A block where the sizes are billed differently, else a warning."""
    pointer = field if field.startswith("/") else f"{encounter.procedure_at(procedure)}/{field}"
    words = quote(encounter.prose, read.span)
    ask = "What was the measure before the procedure?"
    if read.role == "length":
        ask = "How long was the repaired wound?"
    return Finding(
        "conflict.size",
        "warning" if alike else "block",
        pointer,
        f"The note gives {read.value} cm, the structured fact {structured} cm.",
        "AAD",
        procedure_id=procedure.procedure_id or None,
        lesion_id=lesion_id or procedure.lesion_id,
        evidence=(pointer,),
        spans=(read.span,),
        query=None
        if alike
        else choose(
            f"The record lists {structured} cm; the note gives {read.value} cm. {ask}",
            f"{structured} cm",
            f"{read.value} cm",
            quoted=f"The record lists {structured} cm; the note says '{words}'. {ask}",
        ),
    )


def _contradiction(
    encounter: Encounter,
    procedure: Procedure,
    rule: str,
    field: str,
    read: Fact,
    structured: str,
    ask: str,
) -> Finding:
    pointer = f"{encounter.procedure_at(procedure)}/{field}"
    words = quote(encounter.prose, read.span)
    return Finding(
        rule,
        "block",
        pointer,
        f"The note gives {read.value}, the procedure list {structured}.",
        "CPT",
        procedure_id=procedure.procedure_id,
        lesion_id=procedure.lesion_id,
        evidence=(pointer,),
        spans=(read.span,),
        query=choose(
            f"The procedure list gives {structured}; the note gives {read.value}. {ask}",
            structured,
            read.value,
            quoted=f"The procedure list gives {structured}; the note says '{words}'. {ask}",
        ),
    )
