"""What each lesion is taken to be: report first, then what was established, then impression."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.coding.domain.chart import Finding, because, review
from services.coding.domain.claim import Hold
from services.coding.domain.documented import Destruction, Encounter, Excision, Lesion, Specimen
from services.coding.domain.facts import Facts, Result
from services.coding.domain.impression import clinical, side_missing, sited_code, unstated
from services.coding.domain.reports import Standing, standing
from services.coding.domain.sources import (
    ICD_GUIDELINES,
    ICD_SUSPECTED,
    LONG_AGO,
    OWN,
)
from shared.clinical.body_sites import find_site
from shared.clinical.diagnoses import (
    behavior_of,
    diagnoses,
    kind_of,
)
from shared.clinical.reports import same_place
from shared.kernel.rule import rule

_SEVERITY = ("unspecified", "benign", "premalignant", "uncertain", "in_situ", "malignant")


_LESS_OF = {
    "melanoma": "melanoma_in_situ",
    "squamous_cell_carcinoma": "carcinoma_in_situ",
}
"""What is left of an invasive tumor may be in situ; the reverse is another tumor."""

_UNSPECIFIED = "skin_malignancy_unspecified"
_CARCINOMAS = (
    "basal_cell_carcinoma",
    "squamous_cell_carcinoma",
    "carcinoma_in_situ",
    "other_skin_malignancy",
)
"""What a tumor established without its histology may turn out to be."""

Specimens = Mapping[str, tuple[Specimen, ...]]
"""Specimens by the lesion they were taken of."""


def findings(facts: Facts, specimens: Specimens) -> dict[str, Finding]:
    """What every listed lesion is taken to be, by lesion id."""
    reports = _reports_by_lesion(facts, specimens)
    return {
        lesion.lesion_id: _finding(
            place,
            lesion,
            facts,
            reports.get(lesion.lesion_id, {}),
            specimens.get(lesion.lesion_id, ()),
        )
        for place, lesion in enumerate(facts.encounter.lesions)
    }


def specimens_by_lesion(encounter: Encounter) -> dict[str, tuple[Specimen, ...]]:
    """A specimen's lesion is the one it names, else that of a procedure on one lesion alone."""
    by_procedure = {each.procedure_id: each.lesions for each in encounter.procedures}
    found: dict[str, tuple[Specimen, ...]] = {}
    for specimen in encounter.specimens:
        lesions = by_procedure.get(specimen.procedure_id or "", ())
        lesion_id = specimen.lesion_id or (lesions[0] if len(lesions) == 1 else None)
        if lesion_id is not None:
            found[lesion_id] = (*found.get(lesion_id, ()), specimen)
    return found


def _reports_by_lesion(facts: Facts, specimens: Specimens) -> dict[str, dict[str, list[Result]]]:
    """Reports by lesion and by accession, specimen and part.

    A report without a part label is of the one part that its specimen has.
    """
    lesion_of = {
        specimen.specimen_id: lesion_id
        for lesion_id, taken in specimens.items()
        for specimen in taken
    }
    found: dict[str, dict[str, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in facts.results:
        lesion_id = lesion_of.get(result.specimen_id or "", result.lesion_id)
        if lesion_id is not None:
            part = result.part or _only_part(facts, result)
            name = f"{result.lab_id}|{result.accession}|{result.specimen_id or ''}|{part}"
            found[lesion_id][name].append(result)
    return found


def _only_part(facts: Facts, result: Result) -> str:
    here = (result.lab_id, result.accession, result.specimen_id)
    parts = {
        each.part
        for each in facts.results
        if each.part and (each.lab_id, each.accession, each.specimen_id) == here
    }
    return parts.pop() if len(parts) == 1 else ""


def _finding(
    place: int,
    lesion: Lesion,
    facts: Facts,
    parts: Mapping[str, Sequence[Result]],
    specimens: Sequence[Specimen],
) -> Finding:
    impression = clinical(place, lesion)
    stands = [standing(results) for _, results in sorted(parts.items())]
    usable = [each.usable for each in stands if each.usable is not None]
    heard = {each.specimen_id for each in usable}
    waits = not impression.proven and _waits_for_a_report(lesion, facts.encounter)
    taken_back = [hold for each in stands for hold in _taken_back(each, waits)]
    withdrawn = {
        each.specimen_id
        for stand in stands
        for each in (stand.withdrawn, stand.unclear)
        if each is not None
    }
    awaited = tuple(
        each.specimen_id for each in specimens if each.specimen_id not in heard | withdrawn
    )
    if not usable:
        return _with(impression, awaited=awaited, holds=(*impression.holds, *taken_back))
    reported = _reported(lesion, facts, usable)
    return _with(reported, awaited=awaited, holds=(*reported.holds, *taken_back))


def _with(finding: Finding, *, awaited: tuple[str, ...], holds: tuple[Hold, ...]) -> Finding:
    return replace(finding, awaited=awaited, holds=holds)


def _waits_for_a_report(lesion: Lesion, encounter: Encounter) -> bool:
    """Whether a procedure on the lesion is one whose code the report decides (section 16)."""
    return any(
        lesion.lesion_id in each.lesions
        and (
            isinstance(each, Excision)
            or (isinstance(each, Destruction) and each.lesion_class == "malignant")
        )
        for each in encounter.procedures
    )


def _taken_back(stand: Standing, waits: bool) -> list[Hold]:
    """A person decides where a report was taken back, or where one awaited will not come (DX-2).

    A cancellation that nothing waited for and that takes no report back is ignored.
    """
    held = []
    ignored = (
        stand.withdrawn is not None
        and stand.withdrawn.status == "cancelled"
        and not stand.reversed
        and not waits
    )
    if stand.withdrawn is not None and not ignored:
        said = f"Result {stand.withdrawn.result_id} was {stand.withdrawn.status}"
        held.append(review("pathology_withdrawn", f"{said}: no report is left to code from."))
    if stand.unclear is not None:
        said = f"Result {stand.unclear.result_id} has a status that was not understood."
        held.append(review("pathology_review", said))
    return held


@rule("DX-12", since=LONG_AGO, cite=OWN)
def _reported(lesion: Lesion, facts: Facts, usable: Sequence[Result]) -> Finding:
    """Of several specimens of one lesion the most severe result codes; all are listed."""
    found = [_from_report(lesion, facts, result) for result in usable]
    found.sort(key=lambda each: _severity(each.behavior), reverse=True)
    established = clinical(list(facts.encounter.lesions).index(lesion), lesion)
    if established.proven:
        return _of_proven_tumor(established, found)
    codes = tuple(dict.fromkeys(code for each in found for code in each.codes))
    first = found[0]
    return Finding(
        codes=codes,
        behavior=first.behavior,
        kind=first.kind,
        report=first.report,
        reasons=tuple(reason for each in found for reason in each.reasons),
        holds=tuple(hold for each in found for hold in each.holds),
    )


@rule("EX-6", since=LONG_AGO, cite=ICD_GUIDELINES)
@rule("DX-7", since=LONG_AGO, cite=ICD_GUIDELINES)
def _of_proven_tumor(established: Finding, found: Sequence[Finding]) -> Finding:
    """A tumor proven earlier keeps its diagnosis whatever this specimen shows."""
    related = {"scar", "actinic_keratosis", established.kind, _LESS_OF.get(established.kind or "")}
    unrelated = [
        each
        for each in found
        if each.kind not in related - {None} and not _same_tumor(established, each)
    ]
    holds = tuple(
        review(
            "pathology_unrelated",
            f"Result {each.report.result_id} does not fit the tumor established before.",
        )
        for each in unrelated
        if each.report is not None
    )
    says = "The tumor was established before: its diagnosis stands."
    at = tuple(place for each in established.reasons for place in each.evidence)
    return replace(
        established,
        report=found[0].report,
        reasons=(because("EX-6", says, ICD_GUIDELINES, *at),),
        holds=(*established.holds, *holds, *_conflicts(found)),
    )


def _same_tumor(established: Finding, reported: Finding) -> bool:
    """No tumor is left, or the histology that was not named before is."""
    if reported.kind is None and reported.behavior == "benign":
        return True
    return established.kind == _UNSPECIFIED and reported.kind in _CARCINOMAS


def _severity(behavior: str | None) -> int:
    """The rank of a behavior; a sign or an unnamed one is the least."""
    return _SEVERITY.index(behavior) if behavior in _SEVERITY else 0


def _conflicts(found: Sequence[Finding]) -> list[Hold]:
    """A report of another site or side is doubtful whatever it says."""
    return [hold for each in found for hold in each.holds if hold.reason == "pathology_conflict"]


@rule("DX-1", since=LONG_AGO, cite=ICD_GUIDELINES)
@rule("DX-8", since=LONG_AGO, cite=ICD_GUIDELINES)
def _from_report(lesion: Lesion, facts: Facts, result: Result) -> Finding:
    """The diagnosis that a report names, at the site of the lesion."""
    pointer = f"/results/{list(facts.results).index(result)}"
    holds = _doubts(lesion, result)
    if not result.confirmed or result.behavior is None:
        unnamed = unstated(lesion)
        says = "The report does not state a diagnosis: behavior stays unspecified."
        reason = because("DX-3", says, ICD_SUSPECTED, f"{pointer}/diagnosis_text")
        return Finding((unnamed,), behavior_of(unnamed), None, False, result, (), (reason,), holds)
    code, sided = sited_code(lesion, result.icd10)
    if not sided:
        holds = (*holds, side_missing(lesion))
    if code is None:
        asks = f"Result {result.result_id}: its diagnosis has no code at the site charted."
        return Finding(
            (), result.behavior, None, False, result, (), (), (*holds, review("diagnosis", asks))
        )
    known = diagnoses().get(code)
    words = code if known is None else known.says
    status = "Corrected" if result.status == "corrected" else "Final"
    reason = because("DX-1", f"{status} report: {words}.", f"ICD-10-CM {code}", pointer)
    return Finding((code,), result.behavior, kind_of(code), False, result, (), (reason,), holds)


@rule("DX-9", since=LONG_AGO, cite=OWN)
def _doubts(lesion: Lesion, result: Result) -> tuple[Hold, ...]:
    """What makes a person read the report before it is coded from (DX-3, DX-9)."""
    held = []
    if not result.confirmed:
        says = f"Result {result.result_id} is worded as uncertain; no diagnosis is confirmed."
        held.append(review("pathology_uncertain", says))
    elif not result.automatic or result.behavior is None:
        says = f"Result {result.result_id} needs a person's reading."
        held.append(review("pathology_review", says))
    here, there = find_site(lesion.site), find_site(result.site)
    if here is not None and there is not None and not same_place(here, there):
        says = f"Result {result.result_id} names another site than lesion {lesion.lesion_id}."
        held.append(review("pathology_conflict", says))
    sides = {lesion.laterality, result.laterality} - {None}
    if len(sides) > 1:
        says = f"Result {result.result_id} names another side than lesion {lesion.lesion_id}."
        held.append(review("pathology_conflict", says))
    return tuple(held)
