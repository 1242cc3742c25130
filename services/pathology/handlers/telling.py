"""What every change of a case ends with: waiting results taken, revisions told, timers cleared."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from services.pathology.domain.case import Attached, Case, Specimen
from services.pathology.domain.commands import Known
from services.pathology.domain.matching import Placed
from services.pathology.domain.report import Report
from services.pathology.domain.revisions import News, tell
from shared.bus.stage import Decision
from shared.contracts.documents.result import Interpretation, Match, ResultFacts
from shared.contracts.pathology_returned import PathologyReturned

Timers = Mapping[str, datetime | None]


def take_waiting(case: Case, known: Known) -> Case:
    """Attach what waited; one attached by its specimen may link the accession of the next."""
    waiting = [
        each
        for each in known.in_order
        if not case.knows(each) and each.identity not in case.detached
    ]
    attached = True
    while attached:
        attached = False
        for report in tuple(waiting):
            placed = known.place(report, case)
            if isinstance(placed, Placed) and placed.case_id == case.case_id:
                case = case.with_attached(report, placed.specimen_ids, placed.by)
                waiting.remove(report)
                attached = True
    return case


def told(case: Case, now: datetime, timers: Timers | None = None) -> Decision[Case]:
    """The case with its news published; a specimen whose result has come waits no longer."""
    after, news = tell(case)
    cleared = dict(timers or {})
    for each in news:
        cleared |= no_timers(each.specimen.specimen_id)
    return Decision(after, emit=[_returned(after, each, now) for each in news], timers=cleared)


def no_timers(specimen_id: str) -> Timers:
    """Nobody is reminded of a specimen any more."""
    return {f"reminder:{specimen_id}": None, f"escalation:{specimen_id}": None}


def match_document(attached: Attached, specimen: Specimen) -> Match:
    """Where a result belongs, as outsiders see it."""
    return Match(
        encounter_id=specimen.encounter_id,
        specimen_id=specimen.specimen_id,
        lesion_id=specimen.lesion_id,
        procedure_id=specimen.procedure_id,
        by=attached.by,
    )


def _returned(case: Case, news: News, now: datetime) -> PathologyReturned:
    revision, meaning = news.told, news.told.meaning
    return PathologyReturned(
        case_id=case.case_id,
        practice_id=case.practice_id,
        occurred_at=now,
        result=_facts(news),
        match=match_document(news.attached, news.specimen),
        interpretation=Interpretation(**asdict(meaning)),
        behavior=meaning.behavior,
        icd10=meaning.icd10,
        margins=meaning.margins,
        revision=revision.revision,
        supersedes=None if news.prior is None else news.prior.result_id,
        material_change=news.material,
        prior_status=None if news.prior is None else news.prior.status,
    )


def _facts(news: News) -> ResultFacts:
    """The result without its text, under the part its series began with."""
    report: Report = news.attached.report
    facts = {name: getattr(report, name) for name in ResultFacts.model_fields}
    facts["codes"] = [asdict(each) for each in report.codes]
    facts["status"] = news.told.status
    facts["part"] = news.attached.part or report.part
    facts["billed_by"] = news.told.billed_by
    return ResultFacts(**facts)
