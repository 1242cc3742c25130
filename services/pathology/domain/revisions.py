"""Which report counts, what it means for its lesion, and whether that is news.

Reports are ordered by status time, so arrival never decides: an older one is kept and never
applied, a preliminary one never bills and never replaces, the same content again says nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.pathology.domain.case import Attached, Case, Meaning, Specimen, Told
from services.pathology.domain.matching import places_conflict, sides_conflict
from services.pathology.domain.report import SETTLING, Report
from shared.clinical.report_text import Margins
from shared.clinical.reports import Interpretation, settle


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
        report, meaning = current.report, meaning_of(current, specimen)
        if prior is not None and (prior.content_hash, prior.meaning) == (
            report.content_hash,
            meaning,
        ):
            continue
        told = Told(
            series=series,
            revision=1 if prior is None else prior.revision + 1,
            result_id=report.result_id,
            document_hash=report.document_hash,
            content_hash=report.content_hash,
            status=report.status,
            meaning=meaning,
        )
        news.append(News(current, specimen, told, prior, _material(prior, meaning)))
        case = replace(case, told=(*case.told, told))
    return case, tuple(news)


def effective(attached: Iterable[Attached]) -> Attached | None:
    """The report of a series that counts: the latest that is not preliminary."""
    counting = [each for each in attached if each.report.status != "preliminary"]
    return max(counting, key=lambda each: each.report.order, default=None)


def meaning_of(attached: Attached, specimen: Specimen) -> Meaning:
    """What a report means for the lesion of its specimen."""
    report = attached.report
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


def _material(prior: Told | None, meaning: Meaning) -> bool:
    """Whether behavior, code or margin differ from what was told before."""
    if prior is None:
        return True
    before = prior.meaning
    return (before.behavior, before.icd10, before.margins) != (
        meaning.behavior,
        meaning.icd10,
        meaning.margins,
    )
