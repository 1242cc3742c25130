"""Procedures and techniques: what the note says was done against what is listed."""

from collections.abc import Iterator

from services.documentation.domain.encounter import Encounter, Procedure
from services.documentation.domain.finding import NOTE, Finding, Span, choose, quote
from services.documentation.domain.reading.fact import Fact
from services.documentation.domain.reading.note import NoteReading
from services.documentation.domain.reading.procedures import LEXICON, Mention
from services.documentation.domain.reading.techniques import TECHNIQUES

_CLOSING = frozenset({"repair", "adjacent_tissue_transfer", "skin_graft"})
_SUGGESTS_ITSELF = frozenset({
    "biopsy", "destruction", "excision", "shave_removal", "mohs", "repair",
    "adjacent_tissue_transfer", "skin_graft", "skin_tag_removal", "intralesional_injection",
    "incision_drainage", "photodynamic_therapy",
})  # fmt: skip
"""Kinds whose words cannot mean a part of another procedure or a plain drug."""

_ALSO_SAID = {"shave_removal": frozenset({"excision"}), "mohs": frozenset({"excision"})}


def procedure_conflicts(encounter: Encounter, reading: NoteReading) -> Iterator[Finding]:
    """Listed and not in the note, done in the note and not listed, done another way."""
    if not reading.statements:
        return
    for procedure in encounter.procedures:
        yield from _not_in_note(encounter, procedure, reading)
        yield from _technique(encounter, procedure, reading)
    yield from _only_in_note(encounter, reading)


def _not_in_note(
    encounter: Encounter, procedure: Procedure, reading: NoteReading
) -> Iterator[Finding]:
    if procedure.kind not in LEXICON:
        return
    kinds = _CLOSING if procedure.kind in _CLOSING else frozenset({procedure.kind})
    named = [each for each in reading.mentions if each.kind in kinds]
    if any(each.standing == "done" for each in named):
        return
    declined = [each for each in named if each.standing == "declined"]
    at = encounter.procedure_at(procedure)
    says = (
        "The note says the procedure was declined."
        if declined
        else "The note shows no such procedure as done."
    )
    yield Finding(
        "procedure.not_in_note",
        "block",
        at,
        says,
        "PIM",
        procedure_id=procedure.procedure_id,
        lesion_id=procedure.lesion_id,
        evidence=(at,),
        spans=tuple(_span(each) for each in declined),
        query=choose(
            f"The procedure list holds a {_words(procedure.kind)}; the note does not show it as "
            "done. Please clarify.",
            "it was done as listed",
            "it was not done",
        ),
    )


def _only_in_note(encounter: Encounter, reading: NoteReading) -> Iterator[Finding]:
    listed = {each.kind for each in encounter.procedures}
    listed |= set().union(*(_ALSO_SAID.get(kind, frozenset()) for kind in listed))
    if listed & _CLOSING:
        listed |= _CLOSING
    asked: set[str] = set()
    for mention in reading.mentions:
        new = mention.kind in _SUGGESTS_ITSELF - listed - asked
        if mention.standing != "done" or not new or _is_part_of_another(mention):
            continue
        asked.add(mention.kind)
        yield _unlisted(encounter, mention)


def _is_part_of_another(mention: Mention) -> bool:
    """Simple closure belongs to its procedure; a curette or a punch may be its tool."""
    words = mention.statement.text[
        mention.start - mention.statement.start : mention.end - mention.statement.start
    ].lower()
    if mention.kind == "repair":
        said = mention.statement.text.lower()
        return not any(each in said for each in ("complex", "intermediate", "layer"))
    return mention.kind == "destruction" and words.startswith(
        ("curett", "electrodesicc", "electros")
    )


def _unlisted(encounter: Encounter, mention: Mention) -> Finding:
    span = _span(mention)
    kind = _words(mention.kind)
    options = ("add the procedure as described", "no separate procedure was done")
    ask = f"no {kind} is listed. Please clarify."
    words = quote(
        encounter.prose, Span(span.pointer, mention.statement.start, mention.statement.end)
    )
    ids = mention.statement.lesion_ids
    return Finding(
        "procedure.only_in_note",
        "query",
        "/procedures",
        f"The note records a {kind} that is not among the procedures.",
        "own",
        lesion_id=ids[0] if len(ids) == 1 else None,
        evidence=("/procedures",),
        spans=(span,),
        query=choose(
            f"The note records a {kind}; {ask}",
            *options,
            quoted=f"The note records '{words}'; {ask}",
        ),
    )


def _technique(
    encounter: Encounter, procedure: Procedure, reading: NoteReading
) -> Iterator[Finding]:
    structured = procedure.technique or procedure.complexity or procedure.modality
    if procedure.kind not in TECHNIQUES or structured is None:
        return
    of_kind = [each for each in encounter.procedures if each.kind == procedure.kind]
    read = [
        each
        for each in reading.of("technique")
        if each.kind == procedure.kind
        and (len(of_kind) == 1 or each.lesion_id == procedure.lesion_id)
    ]
    if not read or any(each.value == structured for each in read):
        return
    yield _other_technique(encounter, procedure, structured, read[0])


def _other_technique(
    encounter: Encounter, procedure: Procedure, structured: str, read: Fact
) -> Finding:
    name = {"biopsy": "technique", "repair": "complexity", "phototherapy": "modality"}
    fact = name[procedure.kind]
    field = f"{encounter.procedure_at(procedure)}/{fact}"
    kind = _words(procedure.kind)
    ask = f"Please clarify the {fact}."
    known = (
        [value for value, _ in TECHNIQUES[procedure.kind]]
        if procedure.kind != "phototherapy"
        else []
    )
    return Finding(
        "conflict.technique",
        "block",
        field,
        f"The procedure list gives {structured}, the note {read.value}.",
        "CPT",
        procedure_id=procedure.procedure_id,
        lesion_id=procedure.lesion_id,
        evidence=(field,),
        spans=(read.span,),
        query=choose(
            f"The procedure list gives a {structured} {kind}; the note gives {read.value}. {ask}",
            *(known or (structured, read.value)),
            quoted=f"The procedure list gives a {structured} {kind}; the note describes "
            f"'{quote(encounter.prose, read.span)}'. {ask}",
        ),
    )


def _span(mention: Mention) -> Span:
    return Span(NOTE, mention.start, mention.end)


def _words(kind: str) -> str:
    return kind.replace("_", " ")
