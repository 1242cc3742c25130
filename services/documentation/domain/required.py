"""Facts every procedure on a lesion needs: site, side, diagnosis (CPT, ICD-10-CM guidelines)."""

from collections.abc import Iterator

from services.documentation.domain.encounter import Encounter, Lesion, Procedure, site_of
from services.documentation.domain.finding import Finding, Question, Severity
from shared.clinical.diagnosis_groups import Group, group_of

ON_LESION = frozenset({
    "biopsy", "shave_removal", "excision", "destruction", "skin_tag_removal", "mohs",
    "intralesional_injection", "incision_drainage",
})  # fmt: skip
_CLOSURES = frozenset({"repair", "adjacent_tissue_transfer", "skin_graft"})
_CODED_BY_SIDE = ("C43", "C44", "C4A", "D03", "D04", "D22", "D23")


def missing(
    encounter: Encounter,
    procedure: Procedure,
    fact: str,
    field: str,
    says: str,
    question: str,
    *,
    severity: Severity = "block",
    source: str = "CPT",
    lesion: Lesion | None = None,
) -> Finding:
    """A finding that a procedure lacks a fact. `field` is relative to the procedure or absolute."""
    at = encounter.procedure_at(procedure)
    named = procedure.names_lesions
    lesion_id = lesion.lesion_id if lesion else named[0] if len(named) == 1 else None
    return Finding(
        rule=f"missing.{fact}",
        severity=severity,
        field=field if field.startswith("/") else f"{at}/{field}",
        says=says,
        source=source,
        procedure_id=procedure.procedure_id,
        lesion_id=lesion_id,
        evidence=(at,),
        query=None if severity == "warning" else Question(question),
    )


def general_facts(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    """Where, on which side and for what a procedure was done."""
    if procedure.kind == "cosmetic":
        return
    lesions = encounter.lesions_of(procedure)
    dangling = len(lesions) < len(procedure.names_lesions)
    if procedure.kind in ON_LESION and not dangling:
        yield from _site(encounter, procedure, lesions)
    for lesion in lesions:
        yield from _side(encounter, procedure, lesion)
    if procedure.kind not in _CLOSURES and not dangling:
        yield from _diagnosis(encounter, procedure, lesions)


def _site(
    encounter: Encounter, procedure: Procedure, lesions: tuple[Lesion, ...]
) -> Iterator[Finding]:
    says = "No body site is documented."
    question = "Please state the body site."
    if not lesions and procedure.site is None:
        yield missing(encounter, procedure, "site", "site", says, question)
    for lesion in lesions:
        if lesion.site is None and procedure.site is None:
            field = f"{encounter.lesion_at(lesion.lesion_id)}/site"
            yield missing(encounter, procedure, "site", field, says, question, lesion=lesion)


def _side(encounter: Encounter, procedure: Procedure, lesion: Lesion) -> Iterator[Finding]:
    site = site_of(lesion)
    by_side = lesion.suspicion or (lesion.diagnosis or "").upper().startswith(_CODED_BY_SIDE)
    side = lesion.laterality or procedure.laterality
    if procedure.kind not in ON_LESION or site is None or not site.coded_by_side:
        return
    if side is None and by_side and group_of(lesion.diagnosis) is not Group.ACTINIC_KERATOSIS:
        yield missing(
            encounter,
            procedure,
            "laterality",
            f"{encounter.lesion_at(lesion.lesion_id)}/laterality",
            "The site has a side, and the diagnosis is coded by it.",
            "Please state the side of the body.",
            source="ICD-10-CM guidelines",
            lesion=lesion,
        )


def _diagnosis(
    encounter: Encounter, procedure: Procedure, lesions: tuple[Lesion, ...]
) -> Iterator[Finding]:
    if procedure.diagnosis is not None:
        return
    says = "No diagnosis and no suspicion is documented."
    question = "Please state the diagnosis or clinical impression."
    source = "ICD-10-CM guidelines"
    if not lesions:
        if procedure.kind != "other" or encounter.evaluation is None:
            yield missing(
                encounter, procedure, "diagnosis", "diagnosis", says, question, source=source
            )
        return
    for lesion in lesions:
        if lesion.diagnosis is None and not lesion.suspicion:
            field = f"{encounter.lesion_at(lesion.lesion_id)}/diagnosis"
            yield missing(
                encounter,
                procedure,
                "diagnosis",
                field,
                says,
                question,
                source=source,
                lesion=lesion,
            )
