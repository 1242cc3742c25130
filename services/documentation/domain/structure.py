"""Contradictions within the structured facts: references, counts, diameters, diagnoses."""

from collections.abc import Iterator
from decimal import Decimal

from services.documentation.domain.bands import same_band
from services.documentation.domain.encounter import Encounter, Procedure, Specimen
from services.documentation.domain.finding import Finding, Question, choose
from shared.clinical.diagnosis_groups import Group, group_of

_TOLERANCE_CM = Decimal("0.1")
_MALIGNANT = frozenset({Group.MALIGNANT, Group.IN_SITU})
_CLASS_OF_GROUP = {
    Group.ACTINIC_KERATOSIS: "premalignant",
    Group.MALIGNANT: "malignant",
    Group.IN_SITU: "malignant",
    Group.WART: "benign",
    Group.MOLLUSCUM_CONDYLOMA: "benign",
    Group.CRITERION_LESION: "benign",
    Group.INFLAMED_KERATOSIS: "benign",
}


def structure_conflicts(encounter: Encounter) -> Iterator[Finding]:
    """Every contradiction the structured facts hold among themselves."""
    for procedure in encounter.procedures:
        yield from _references(encounter, procedure)
        yield from _counts(encounter, procedure)
        yield from _diameters(encounter, procedure)
        yield from _diagnoses(encounter, procedure)
    for number, specimen in enumerate(encounter.specimens):
        yield from _specimen_references(encounter, number, specimen)


def _references(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    at = encounter.procedure_at(procedure)
    lesions = {each.lesion_id for each in encounter.lesions}
    procedures = {each.procedure_id for each in encounter.procedures}
    named = [("lesion_id", procedure.lesion_id)] if procedure.lesion_id else []
    named += [(f"lesion_ids/{n}", each) for n, each in enumerate(procedure.lesion_ids)]
    unlisted = [(field, each) for field, each in named if each not in lesions]
    unlisted += [
        (f"closes/{n}", each) for n, each in enumerate(procedure.closes) if each not in procedures
    ]
    for field, _ in unlisted:
        yield _reference(f"{at}/{field}", procedure_id=procedure.procedure_id)


def _specimen_references(
    encounter: Encounter, number: int, specimen: Specimen
) -> Iterator[Finding]:
    at = f"/specimens/{number}"
    if specimen.lesion_id and encounter.lesion(specimen.lesion_id) is None:
        yield _reference(f"{at}/lesion_id", specimen_id=specimen.specimen_id)
    procedures = {each.procedure_id for each in encounter.procedures}
    if specimen.procedure_id and specimen.procedure_id not in procedures:
        yield _reference(f"{at}/procedure_id", specimen_id=specimen.specimen_id)


def _reference(
    field: str, *, procedure_id: str | None = None, specimen_id: str | None = None
) -> Finding:
    return Finding(
        "conflict.reference",
        "block",
        field,
        "An id points to nothing listed in the encounter.",
        "own",
        procedure_id=procedure_id,
        specimen_id=specimen_id,
        evidence=(field,),
        query=Question("Which listed lesion, procedure or specimen is meant here?"),
    )


def _counts(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    at = encounter.procedure_at(procedure)
    listed = len(procedure.lesion_ids) or len(procedure.digits)
    field = "lesion_ids" if procedure.lesion_ids else "digits"
    if procedure.count is None or not listed or procedure.count == listed:
        return
    yield Finding(
        "conflict.count",
        "block",
        f"{at}/count",
        f"The count is {procedure.count}, the list names {listed}.",
        "CPT",
        procedure_id=procedure.procedure_id,
        evidence=(f"{at}/count", f"{at}/{field}"),
        query=choose(
            f"The count is {procedure.count}; the list names {listed}. How many were treated?",
            str(procedure.count),
            str(listed),
        ),
    )


def _diameters(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    at = encounter.procedure_at(procedure)
    own = procedure.lesion_diameter_cm or procedure.diameter_cm
    lesions = encounter.lesions_of(procedure)
    if own is not None and len(lesions) == 1 and lesions[0].diameter_cm not in (None, own):
        (lesion,) = lesions
        field = "lesion_diameter_cm" if procedure.lesion_diameter_cm else "diameter_cm"
        assert lesion.diameter_cm is not None
        yield Finding(
            "conflict.size",
            "warning" if same_band(procedure, own, lesion.diameter_cm) else "block",
            f"{at}/{field}",
            f"The procedure gives {own} cm, its lesion {lesion.diameter_cm} cm.",
            "AAD",
            procedure_id=procedure.procedure_id,
            lesion_id=lesion.lesion_id,
            evidence=(f"{at}/{field}", f"{encounter.lesion_at(lesion.lesion_id)}/diameter_cm"),
            query=choose(
                "What was the diameter of the lesion before the procedure?",
                f"{own} cm",
                f"{lesion.diameter_cm} cm",
            ),
        )
    yield from _excised_diameter(encounter, procedure)


def _excised_diameter(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    lesions = encounter.lesions_of(procedure)
    size = procedure.lesion_diameter_cm or (lesions[0].diameter_cm if lesions else None)
    excised = procedure.excised_diameter_cm
    if excised is None or size is None:
        return
    whole = None if procedure.margin_cm is None else size + 2 * procedure.margin_cm
    if excised >= size and (whole is None or abs(excised - whole) <= _TOLERANCE_CM):
        return
    at = encounter.procedure_at(procedure)
    other = f"{size} cm for the lesion" if whole is None else f"{whole} cm with its margins"
    yield Finding(
        "conflict.excised_diameter",
        "block",
        f"{at}/excised_diameter_cm",
        f"The excised diameter is {excised} cm; lesion and margins give {other}.",
        "AAD",
        procedure_id=procedure.procedure_id,
        lesion_id=procedure.lesion_id,
        evidence=(f"{at}/excised_diameter_cm", f"{at}/margin_cm"),
        query=choose(
            f"The excised diameter is {excised} cm; the record gives {other}. "
            "What was the excised diameter?",
            f"{excised} cm",
            f"{whole or size} cm",
        ),
    )


def _diagnoses(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    lesions = encounter.lesions_of(procedure)
    codes = {each.diagnosis: each.lesion_id for each in lesions if each.diagnosis}
    if not lesions and procedure.diagnosis:
        codes = {procedure.diagnosis: ""}
    at = encounter.procedure_at(procedure)
    for code, lesion_id in codes.items():
        if says := _contradiction(procedure, group_of(code)):
            field = (
                f"{encounter.lesion_at(lesion_id)}/diagnosis" if lesion_id else f"{at}/diagnosis"
            )
            yield Finding(
                "conflict.diagnosis",
                "block",
                field,
                says,
                "CPT",
                procedure_id=procedure.procedure_id,
                lesion_id=lesion_id or None,
                evidence=(field, f"{at}/lesion_class" if procedure.lesion_class else at),
                query=Question("Please clarify the diagnosis of what was treated."),
            )


def _contradiction(procedure: Procedure, group: Group | None) -> str | None:
    if procedure.kind == "mohs" and group not in _MALIGNANT:
        return "Mohs surgery is documented without a malignant or in-situ diagnosis."
    lesion_class = procedure.lesion_class
    if procedure.kind != "destruction" or lesion_class in (None, "vascular") or group is None:
        return None
    expected = _CLASS_OF_GROUP.get(group)
    if expected is None or expected == lesion_class:
        return None
    return f"The lesion class is {lesion_class}; the diagnosis is {expected}."
