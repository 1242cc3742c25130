"""Which report counts, what it means for its lesion, and whether that is news.

Reports are ordered by status time, so arrival never decides: an older one is kept and never
applied, a preliminary one never bills and never replaces, the same content again says nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.pathology.domain.case import (
    Attached,
    Case,
    Decided,
    Meaning,
    Settlement,
    Specimen,
    Told,
)
from services.pathology.domain.evidence import places_conflict, sides_conflict
from services.pathology.domain.report import SETTLING, BilledBy, Report, Status
from shared.clinical.report_margins import Margins
from shared.clinical.reports import Interpretation, settle

DECIDABLE: frozenset[Status] = SETTLING | {"unknown"}
"""Statuses of reports whose meaning a person may decide."""


@dataclass(frozen=True, slots=True)
class News:
    """A revision to publish. `prior`: the revision it supersedes."""

    attached: Attached
    specimen: Specimen
    told: Told
    prior: Told | None
    material: bool


def tell(case: Case) -> tuple[Case, tuple[News, ...]]:
    """The case with every change told, and the changes: none where nothing is new."""
    news: list[News] = []
    for series in sorted({each.series for each in case.attached}):
        current = effective(each for each in case.attached if each.series == series)
        specimen = case.specimen(series[2])
        if current is None or specimen is None:
            continue
        prior = case.last_told(series)
        meaning = meaning_of(current, specimen, settlement_of(case, current))
        report = current.report
        billed_by = billed_by_of(report, case.pathology_billed_by)
        if prior is not None and (prior.content_hash, prior.meaning, prior.billed_by) == (
            report.content_hash,
            meaning,
            billed_by,
        ):
            continue
        told = Told(
            series=series,
            revision=1 if prior is None else prior.revision + 1,
            result_id=report.result_id,
            document_hash=report.document_hash,
            content_hash=report.content_hash,
            status=status_of(report, settlement_of(case, current)),
            meaning=meaning,
            billed_by=billed_by,
            site=report.site,
            laterality=report.laterality,
        )
        news.append(News(current, specimen, told, prior, _material(prior, told)))
        case = replace(case, told=(*case.told, told))
    return case, tuple(news)


def effective(attached: Iterable[Attached]) -> Attached | None:
    """The report of a series that counts: the latest that is not preliminary.

    One that carries no text of its own finalises the latest text before it (OBX-11 U).
    """
    series = sorted(attached, key=lambda each: each.report.order)
    counting = [each for each in series if each.report.status != "preliminary"]
    if not counting:
        return None
    last = counting[-1]
    if last.report.bare and last.report.status in SETTLING:
        before = series[: series.index(last)]
        spoken = [each.report for each in before if not each.report.bare]
        if spoken:
            return replace(last, report=_finalised(spoken[-1], last.report))
    return last


def settlement_of(case: Case, attached: Attached) -> Settlement | None:
    """What a person decided on this very content, while the lesion stands as it stood then."""
    specimen = case.specimen(attached.specimen_id)
    for each in case.settlements:
        if (
            specimen is not None
            and (each.series, each.content_hash) == (attached.series, attached.report.content_hash)
            and (each.site, each.laterality) == (specimen.site, specimen.laterality)
        ):
            return each
    return None


def status_of(report: Report, settlement: Settlement | None) -> Status:
    """The lab's status; where that was not understood, what a person took it for."""
    if report.status == "unknown" and settlement is not None:
        return settlement.decided.status
    return report.status


def billed_by_of(report: Report, visit_says: str | None) -> BilledBy | None:
    """Who bills the reading, from the result and the visit.

    Where they disagree the laboratory is taken to bill: a charge of the practice then meets a
    question, and never a second bill.
    """
    said = {report.billed_by, visit_says}
    return "lab" if "lab" in said else "practice" if "practice" in said else None


def meaning_of(
    attached: Attached, specimen: Specimen, settlement: Settlement | None = None
) -> Meaning:
    """What a report means for the lesion of its specimen."""
    report = attached.report
    if settlement is not None and report.status in DECIDABLE:
        return _decided(settlement.decided)
    found = interpretation_of(attached, specimen)
    automatic = (
        report.status in SETTLING
        and found.decision == "automatic"
        and not _contradicts(attached, specimen)
    )
    return Meaning(
        decision="automatic" if automatic else "review",
        confirmed=found.confirmed and report.status in SETTLING,
        behavior=found.behavior if automatic else None,
        diagnosis=found.diagnosis,
        icd10=found.icd10 if automatic else None,
        margins=margins_of(report),
        confidence=found.confidence if automatic or found.confidence != "high" else "medium",
    )


def interpretation_of(attached: Attached, specimen: Specimen) -> Interpretation:
    """The reading settled for the lesion; the lesion's own site and side come first."""
    report = attached.report
    return settle(
        report.reading,
        specimen.site or report.site,
        specimen.laterality or report.laterality,
        specimen.established,
    )


def margins_of(report: Report) -> Margins:
    """What the lab reported, else what its text says."""
    return report.margins if report.margins != "not_reported" else report.reading.margins


def _contradicts(attached: Attached, specimen: Specimen) -> bool:
    """An addendum may move a lesion after its result was matched; a person's match stands."""
    if attached.by == "person":
        return False
    return places_conflict(attached.report, specimen.site) or sides_conflict(
        attached.report, specimen.laterality
    )


def _finalised(text: Report, final: Report) -> Report:
    """The final report with the content of the text it finalises."""
    return replace(
        final,
        reading=text.reading,
        sealed_text=text.sealed_text,
        codes=final.codes or text.codes,
        margins=text.margins if final.margins == "not_reported" else final.margins,
        site=final.site or text.site,
        laterality=final.laterality or text.laterality,
        content_hash=f"{final.content_hash}|{text.content_hash}",
        bare=False,
    )


def _decided(decided: Decided) -> Meaning:
    return Meaning(
        decision="person",
        confirmed=True,
        behavior=decided.behavior,
        diagnosis=decided.diagnosis,
        icd10=decided.icd10,
        margins=decided.margins,
        confidence="high",
    )


def _material(prior: Told | None, told: Told) -> bool:
    """Whether behavior, code, site or margin differ from what was told before (interop 4)."""
    return prior is None or _matter(prior) != _matter(told)


def _matter(told: Told) -> tuple[object, ...]:
    meaning = told.meaning
    place = (told.site, told.laterality)
    return meaning.behavior, meaning.icd10, meaning.margins, place
