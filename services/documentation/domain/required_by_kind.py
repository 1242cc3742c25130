"""Facts each kind of procedure needs, one function per kind (documentation table, section 2)."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from services.documentation.domain.encounter import Encounter, Procedure
from services.documentation.domain.finding import Finding
from services.documentation.domain.required import missing

Facts: TypeAlias = Callable[[Encounter, Procedure], Iterator[Finding]]

_DOSE = re.compile(r"\b\d+(?:\.\d+)?\s*(?:m?j(?:/cm)?|seconds?|secs?|minutes?|mins?)\b", re.I)


def _specimen(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if any(each.procedure_id == procedure.procedure_id for each in encounter.specimens):
        return
    yield missing(
        encounter,
        procedure,
        "specimen",
        "/specimens",
        "No specimen is listed for tissue that was removed.",
        "Was tissue of this procedure sent to a laboratory? Please list the specimen.",
        severity="query",
    )


def _lesion_size(encounter: Encounter, procedure: Procedure, field: str) -> Iterator[Finding]:
    own = procedure.lesion_diameter_cm or procedure.diameter_cm
    lesions = encounter.lesions_of(procedure)
    if own is not None and len(procedure.names_lesions) <= 1:
        return
    if lesions and all(lesion.diameter_cm is not None for lesion in lesions):
        return
    yield missing(
        encounter,
        procedure,
        "lesion_size",
        field,
        "The size of the lesion before the procedure is not documented.",
        "What was the greatest diameter of the lesion before the procedure?",
        source="AAD",
    )


def _biopsy(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if procedure.technique is None:
        yield missing(
            encounter,
            procedure,
            "technique",
            "technique",
            "The biopsy technique is not documented.",
            "Which biopsy technique was used?",
        )
    yield from _specimen(encounter, procedure)


def _shave(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    yield from _lesion_size(encounter, procedure, "diameter_cm")
    yield from _specimen(encounter, procedure)


def _excision(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    yield from _lesion_size(encounter, procedure, "lesion_diameter_cm")
    if procedure.margin_cm is None:
        yield missing(
            encounter,
            procedure,
            "margin",
            "margin_cm",
            "The narrowest margin is not documented.",
            "What was the narrowest margin on each side?",
            severity="block" if procedure.excised_diameter_cm is None else "warning",
            source="AAD",
        )
    yield from _specimen(encounter, procedure)


def _destruction(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if procedure.lesion_class is None:
        yield missing(
            encounter,
            procedure,
            "lesion_class",
            "lesion_class",
            "It is not documented what kind of lesion was destroyed.",
            "Were the lesions premalignant, benign, malignant or vascular?",
        )
    if procedure.count is None and not procedure.names_lesions:
        yield from _count(encounter, procedure)
    if procedure.lesion_class == "malignant":
        yield from _lesion_size(encounter, procedure, "diameter_cm")
    if procedure.lesion_class == "vascular" and procedure.area_sq_cm is None:
        yield from _area(encounter, procedure)
    if procedure.method is None:
        yield missing(
            encounter,
            procedure,
            "method",
            "method",
            "The method of destruction is not documented.",
            "By which method were the lesions destroyed?",
            severity="query",
        )


def _count(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if procedure.count is not None:
        return
    yield missing(
        encounter,
        procedure,
        "count",
        "count",
        "The number treated is not documented.",
        "How many were treated?",
    )


def _area(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if procedure.area_sq_cm is not None:
        return
    yield missing(
        encounter,
        procedure,
        "area",
        "area_sq_cm",
        "The area is not documented.",
        "What was the area in square centimetres?",
    )


def _mohs(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if not procedure.blocks:
        yield missing(
            encounter,
            procedure,
            "stages",
            "stages",
            "No Mohs stage is documented.",
            "How many stages were done, with how many tissue blocks each?",
            source="CPT Mohs",
        )
    for number, blocks in enumerate(procedure.blocks):
        if blocks is None:
            yield missing(
                encounter,
                procedure,
                "blocks",
                f"stages/{number}/blocks",
                f"Stage {number + 1} has no number of tissue blocks.",
                f"How many tissue blocks were examined in stage {number + 1}?",
                source="CPT Mohs",
            )


def _closes(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if procedure.closes:
        return
    yield missing(
        encounter,
        procedure,
        "closes",
        "closes",
        "It is not documented which defect was closed.",
        "Which procedure's defect was closed?",
        severity="query",
    )


def _repair(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    asked = (
        (
            "complexity",
            "complexity",
            procedure.complexity,
            "Was the repair simple, intermediate or complex?",
        ),
        ("length", "length_cm", procedure.length_cm, "How long was the repaired wound?"),
        ("site", "site", procedure.site, "Where was the repair?"),
    )
    for fact, field, value, question in asked:
        if value is None:
            says = f"The {fact} of the repair is not documented."
            yield missing(encounter, procedure, fact, field, says, question, source="CPT Repair")
    yield from _closes(encounter, procedure)


def _flap(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    yield from _area(encounter, procedure)
    yield from _closes(encounter, procedure)


def _graft(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if procedure.thickness is None:
        yield missing(
            encounter,
            procedure,
            "thickness",
            "thickness",
            "The thickness of the graft is not documented.",
            "Was the graft of full or split thickness?",
        )
    yield from _flap(encounter, procedure)


def _incision_drainage(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if procedure.complexity is None:
        yield missing(
            encounter,
            procedure,
            "complexity",
            "complexity",
            "It is not documented whether the drainage was simple or complicated.",
            "Was the drainage simple or complicated?",
        )


def _phototherapy(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if procedure.modality is None:
        yield missing(
            encounter,
            procedure,
            "modality",
            "modality",
            "The kind of light is not documented.",
            "Which light was used?",
        )
    if procedure.modality == "excimer":
        yield from _area(encounter, procedure)
    if encounter.prose and _DOSE.search(encounter.prose) is None:
        yield missing(
            encounter,
            procedure,
            "dose",
            "/note/text",
            "Neither time nor strength of the light is documented.",
            "What was the dose or time of exposure?",
            severity="query",
            source="AAD",
        )
    if procedure.modality == "goeckerman" and procedure.topical_agent is None:
        yield missing(
            encounter,
            procedure,
            "agent",
            "topical_agent",
            "The topical agent and who applied it are not documented.",
            "Which agent was applied in the office, and by whom?",
            severity="query",
            source="AAD",
        )


def _photodynamic(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if procedure.applied_by is None:
        yield missing(
            encounter,
            procedure,
            "applied_by",
            "applied_by",
            "It is not documented who applied the photosensitizer.",
            "Who applied the photosensitizer?",
        )


def _drug(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    asked = (
        ("units", "units", procedure.units, "How many units were given?"),
        ("route", "route", procedure.route, "By which route was the drug given?"),
        ("drug_supply", "supplied_by", procedure.supplied_by, "Who supplied the drug?"),
    )
    for fact, field, value, question in asked:
        if value is None:
            says = "The record of the drug is not complete."
            yield missing(encounter, procedure, fact, field, says, question, source="JW")
    if procedure.supplied_by == "practice" and procedure.wasted_units is None:
        yield missing(
            encounter,
            procedure,
            "wastage",
            "wasted_units",
            "It is not documented whether some of the drug was discarded.",
            "How many units were discarded, if any?",
            severity="query",
            source="JW",
        )


def _nail(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if not procedure.digits:
        yield missing(
            encounter,
            procedure,
            "digits",
            "digits",
            "The digits are not documented.",
            "Which digits were treated?",
        )


def _cosmetic(encounter: Encounter, procedure: Procedure) -> Iterator[Finding]:
    if procedure.charge is None:
        yield missing(
            encounter,
            procedure,
            "charge",
            "charge",
            "The agreed price is not documented.",
            "What price was agreed with the patient?",
            severity="query",
            source="own",
        )


FACTS: Mapping[str, Facts] = {
    "biopsy": _biopsy,
    "shave_removal": _shave,
    "excision": _excision,
    "destruction": _destruction,
    "skin_tag_removal": _count,
    "intralesional_injection": _count,
    "patch_test": _count,
    "mohs": _mohs,
    "repair": _repair,
    "adjacent_tissue_transfer": _flap,
    "skin_graft": _graft,
    "incision_drainage": _incision_drainage,
    "phototherapy": _phototherapy,
    "photodynamic_therapy": _photodynamic,
    "drug_administration": _drug,
    "nail": _nail,
    "cosmetic": _cosmetic,
}
