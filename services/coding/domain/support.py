"""Billed too little or too much: what the record supports and no line bills, and the reverse."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from services.coding.domain.chart import Chart, Draft, Outcome, because, review
from services.coding.domain.claim import Discrepancy
from services.coding.domain.documented import (
    AdjacentTissueTransfer,
    Biopsy,
    Cosmetic,
    Destruction,
    DrugAdministration,
    Excision,
    IncisionDrainage,
    IntralesionalInjection,
    Mohs,
    Nail,
    Other,
    PatchTest,
    PhotodynamicTherapy,
    Phototherapy,
    ProcedureBase,
    Repair,
    ShaveRemoval,
    SkinGraft,
    SkinTagRemoval,
)
from services.coding.domain.sources import LONG_AGO, OWN, PTP
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

_VISIT = "evaluation_management"
_DOCUMENTED_AS: dict[str, tuple[type[ProcedureBase], ...]] = {
    "biopsy_skin": (Biopsy,),
    "biopsy_site_specific": (Biopsy, Nail),
    "skin_tag_removal": (SkinTagRemoval,),
    "shave_removal": (ShaveRemoval,),
    "excision_benign": (Excision,),
    "excision_malignant": (Excision,),
    "destruction_premalignant": (Destruction,),
    "destruction_benign": (Destruction,),
    "destruction_vascular": (Destruction,),
    "destruction_malignant": (Destruction,),
    "mohs": (Mohs,),
    "repair_simple": (Repair,),
    "repair_intermediate": (Repair,),
    "repair_complex": (Repair,),
    "adjacent_tissue_transfer": (AdjacentTissueTransfer,),
    "intralesional_injection": (IntralesionalInjection,),
    "photodynamic_therapy": (PhotodynamicTherapy,),
}
"""Families of codes that only facts of a procedure decide, by the kinds that carry those facts."""
_DOCUMENTED_CODES: dict[str, tuple[type[ProcedureBase], ...]] = {
    **dict.fromkeys(("10060", "10061"), (IncisionDrainage,)),
    **dict.fromkeys(("11720", "11721", "11730", "11732", "11750"), (Nail,)),
    **dict.fromkeys(("15100", "15101", "15120", "15121"), (SkinGraft,)),
    **dict.fromkeys(("15200", "15201", "15220", "15221"), (SkinGraft,)),
    **dict.fromkeys(("15240", "15241", "15260", "15261"), (SkinGraft,)),
    **dict.fromkeys(("96900", "96910", "96912", "96920", "96921", "96922"), (Phototherapy,)),
    "95044": (PatchTest,),
}
"""Such codes in families that hold others too."""
_VISITS = frozenset(f"{patient}{level}" for patient in ("9920", "9921") for level in "2345")
_READINGS = frozenset({"88302", "88304", "88305", "88307", "88309"})
_FROZEN_SECTION = "88331"
_APART = frozenset({"59", "XE", "XP", "XS", "XU"})
_NO_TISSUE = (
    Cosmetic,
    DrugAdministration,
    IntralesionalInjection,
    PatchTest,
    PhotodynamicTherapy,
    Phototherapy,
)
"""Procedures that take no specimen."""


def ask_about_unsupported(chart: Chart, outcome: Outcome) -> Outcome:
    """A code charted in place of the facts that decide it, or beside them, is a question."""
    asked = tuple(
        review("unsupported", each.reason.says) for each in _charted_codes(chart, outcome.drafts)
    )
    return outcome + Outcome(holds=asked)


def unsupported(chart: Chart, drafts: Sequence[Draft]) -> tuple[Discrepancy, ...]:
    """Lines, units and modifiers that the record does not bear out."""
    return (
        *_charted_codes(chart, drafts),
        *_readings_beyond_specimens(chart, drafts),
        *_apart_from_nothing(chart, drafts),
    )


def missed(chart: Chart, outcome: Outcome) -> tuple[Discrepancy, ...]:
    """Services that the record bears out and no line bills."""
    return (
        *_tissue_without_procedure(chart),
        *_readings_of_the_practice(chart, outcome.drafts),
        *_frozen_sections(chart, outcome),
        *_drugs_not_given(chart, outcome.drafts),
        *_drugs_not_named(chart, outcome.drafts),
    )


@rule("SU-1", since=LONG_AGO, cite=OWN)
def _charted_codes(chart: Chart, drafts: Sequence[Draft]) -> Iterator[Discrepancy]:
    """A code charted in place of the facts that decide it, or beside them, has no support."""
    for procedure in _billed_as_charted(chart, drafts):
        code = procedure.code or ""
        documented = _documented(chart, code)
        if documented is None:
            continue
        why = "what is documented is coded already" if documented else "no facts bear it out"
        says = f"Procedure {procedure.procedure_id}: {code} is charted as a code, and {why}."
        yield _as_charted(chart, procedure, "SU-1", says, OWN, _units(procedure))


def _documented(chart: Chart, code: str) -> bool | None:
    """Whether what decides the code is documented; None for codes that charts name themselves."""
    if code in _VISITS:
        return chart.encounter.evaluation is not None
    kinds = _DOCUMENTED_CODES.get(code) or _DOCUMENTED_AS.get(chart.tables.codes[code].family)
    if kinds is None:
        return None
    return any(isinstance(each, kinds) for each in chart.encounter.procedures)


@rule("SU-2", since=LONG_AGO, cite=OWN)
def _readings_beyond_specimens(chart: Chart, drafts: Sequence[Draft]) -> Iterator[Discrepancy]:
    """More readings than specimens: those beyond have no support."""
    charted = [each for each in _billed_as_charted(chart, drafts) if each.code in _READINGS]
    beyond = _units_read(charted) - len(chart.encounter.specimens)
    if beyond > 0:
        says = f"{len(chart.encounter.specimens)} specimens, {beyond} readings more than that."
        yield _as_charted(chart, charted[-1], "SU-2", says, OWN, beyond)


def _units_read(readings: Sequence[Other]) -> int:
    """Specimens read: the two components of one reading are one."""
    units: Counter[str] = Counter()
    for each in readings:
        part = next((name for name in each.modifiers if name in ("26", "TC")), "")
        units[part] += _units(each)
    return units[""] + max(units["26"], units["TC"])


@rule("SU-3", since=LONG_AGO, cite=PTP)
def _apart_from_nothing(chart: Chart, drafts: Sequence[Draft]) -> Iterator[Discrepancy]:
    """59 or X charted where no pair and no repeat asks for it has no support."""
    for procedure in _billed_as_charted(chart, drafts):
        superfluous = tuple(each for each in procedure.modifiers if each in _APART)
        code = procedure.code or ""
        if superfluous and not _joined(chart, procedure, code, drafts):
            named = " ".join(superfluous)
            says = f"Procedure {procedure.procedure_id}: no pair and no repeat calls for {named}."
            yield _as_charted(chart, procedure, "SU-3", says, PTP, _units(procedure), superfluous)


def _joined(chart: Chart, procedure: Other, code: str, drafts: Sequence[Draft]) -> bool:
    others = [each for each in drafts if procedure.procedure_id not in each.procedure_ids]
    return any(
        each.code == code
        or chart.tables.pair(code, each.code, chart.day) is not None
        or chart.tables.pair(each.code, code, chart.day) is not None
        for each in others
    )


@rule("MS-1", since=LONG_AGO, cite=OWN)
def _tissue_without_procedure(chart: Chart) -> Iterator[Discrepancy]:
    """A specimen that no documented procedure took: what took it is not billed."""
    taken_of = {
        lesion
        for each in chart.encounter.procedures
        if not isinstance(each, _NO_TISSUE)
        for lesion in each.lesions
    }
    for place, specimen in enumerate(chart.encounter.specimens):
        named = specimen.procedure_id in chart.procedures
        if named or specimen.lesion_id in taken_of:
            continue
        says = f"Specimen {specimen.specimen_id} was sent; no procedure that took it is documented."
        at = f"/encounter/specimens/{place}"
        lesions = () if specimen.lesion_id is None else (specimen.lesion_id,)
        yield Discrepancy(None, 1, because("MS-1", says, OWN, at), lesion_ids=lesions)


@rule("MS-2", since=LONG_AGO, cite=OWN)
def _readings_of_the_practice(chart: Chart, drafts: Sequence[Draft]) -> Iterator[Discrepancy]:
    """A report the practice read itself and no charted reading: it is asked for, never inferred."""
    in_mohs = {lesion for each in chart.of(Mohs) for lesion in each.lesions}
    lesion_of = {each.specimen_id: each.lesion_id for each in chart.encounter.specimens}
    read: dict[tuple[str, ...], str] = {}
    for place, result in enumerate(chart.facts.results):
        final = result.status in ("final", "corrected")
        lesion = lesion_of.get(result.specimen_id or "") or result.lesion_id
        if final and result.billed_by == "practice" and lesion not in in_mohs:
            part = (result.lab_id, result.accession, result.specimen_id or "", result.part or "")
            read[part] = f"/results/{place}/billed_by"
    charted = [each for each in _billed_as_charted(chart, drafts) if each.code in _READINGS]
    wanting = len(read) - _units_read(charted)
    if wanting > 0:
        says = f"{len(read)} reports read by the practice, {wanting} readings not charted."
        yield Discrepancy(None, wanting, because("MS-2", says, OWN, *read.values()))


@rule("MS-3", since=LONG_AGO, cite=OWN)
def _frozen_sections(chart: Chart, outcome: Outcome) -> Iterator[Discrepancy]:
    """A biopsy decided on a frozen section, and no frozen section charted."""
    charted = {each.code for each in outcome.drafts}
    dropped = {code for edit in outcome.edits for code in edit.codes}
    if _FROZEN_SECTION in charted | dropped:
        return
    for procedure in chart.of(Biopsy):
        if procedure.frozen_section:
            says = f"Procedure {procedure.procedure_id}: the reading of its frozen section."
            yield _beside(chart, procedure, "frozen_section", "MS-3", says, _FROZEN_SECTION)


@rule("MS-4", since=LONG_AGO, cite=OWN)
def _drugs_not_given(chart: Chart, drafts: Sequence[Draft]) -> Iterator[Discrepancy]:
    """A drug is billed and nothing that gave it."""
    gave = (DrugAdministration, IntralesionalInjection, PhotodynamicTherapy)
    families = {chart.tables.codes[each.code].family for each in drafts}
    given = families & {"drug_administration", "intralesional_injection", "chemodenervation"}
    if given or any(isinstance(each, gave) for each in chart.encounter.procedures):
        return
    for draft in drafts:
        if chart.tables.is_drug(draft.code) and "JW" not in draft.modifiers:
            says = f"{draft.code} is billed, and nothing that administered it is documented."
            places = [
                place
                for name in draft.procedure_ids
                if (procedure := chart.procedure(name)) is not None
                for place in chart.at(procedure)
            ]
            reason = because("MS-4", says, OWN, *places)
            yield Discrepancy(None, 1, reason, procedure_ids=draft.procedure_ids)


@rule("MS-5", since=LONG_AGO, cite=OWN)
def _drugs_not_named(chart: Chart, drafts: Sequence[Draft]) -> Iterator[Discrepancy]:
    """An injection or photodynamic therapy without its drug: the drug is billed beside it."""
    if any(chart.tables.is_drug(each.code) for each in drafts):
        return
    coded = {name for each in drafts for name in each.procedure_ids}
    injections: tuple[IntralesionalInjection | PhotodynamicTherapy, ...]
    injections = chart.of(IntralesionalInjection)
    for procedure in (*injections, *chart.of(PhotodynamicTherapy)):
        if procedure.drug is None and procedure.procedure_id in coded:
            says = f"Procedure {procedure.procedure_id}: the drug is not charted, and not billed."
            yield _beside(chart, procedure, "drug", "MS-5", says, None)


def _billed_as_charted(chart: Chart, drafts: Sequence[Draft]) -> list[Other]:
    """The codes named by the chart itself that are lines now."""
    charted = chart.of(Other)
    if not charted:
        return []
    lines = {(each.code, name) for each in drafts for name in each.procedure_ids}
    return [each for each in charted if (each.code, each.procedure_id) in lines]


def _as_charted(
    chart: Chart,
    procedure: Other,
    rule_id: str,
    says: str,
    cite: Cite,
    units: int,
    modifiers: tuple[str, ...] = (),
) -> Discrepancy:
    return Discrepancy(
        procedure.code,
        units,
        because(rule_id, says, cite, *chart.at(procedure, "modifiers" if modifiers else "code")),
        modifiers=modifiers,
        procedure_ids=(procedure.procedure_id,),
        lesion_ids=procedure.lesions,
    )


def _beside(
    chart: Chart, procedure: ProcedureBase, field: str, rule_id: str, says: str, code: str | None
) -> Discrepancy:
    """One unit that belongs beside a documented procedure."""
    return Discrepancy(
        code,
        1,
        because(rule_id, says, OWN, *chart.at(procedure, field)),
        procedure_ids=(procedure.procedure_id,),
        lesion_ids=procedure.lesions,
    )


def _units(procedure: Other) -> int:
    return math.ceil(procedure.units or 0)
