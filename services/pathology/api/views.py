"""Results as they are read back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from services.pathology import store, wire
from services.pathology.domain.commands import Known
from services.pathology.domain.evidence import Fact, ranked
from services.pathology.domain.matching import Unplaced
from services.pathology.domain.waiting import UNMATCHED_DAYS, due
from shared.contracts.documents.result import Interpretation, Match, ResultFacts, ResultStatus
from shared.kernel.business_days import PRACTICE_ZONE, business_days_between

ResultState = Literal["unmatched", "review", "matched"]


class Recorded(BaseModel):
    """What became of a result that was posted. `why`: what it waits for."""

    result_id: str
    state: ResultState
    case_id: UUID | None = None
    why: str | None = None


class CandidateView(BaseModel):
    """A specimen an unmatched result may belong to: what speaks for it and what against."""

    specimen_id: str
    case_id: UUID
    encounter_id: str
    agrees: list[Fact]
    disagrees: list[Fact]


class SettledView(BaseModel):
    """Who decided what a result means, and when."""

    by: str | None
    at: datetime


class RevisionView(BaseModel):
    """A report of the same lab, accession and part. `revision` null: kept, never applied."""

    result_id: str
    status: ResultStatus
    reported_at: datetime
    revision: int | None


class ResultView(BaseModel):
    """A result as it is kept. `diagnosis_text` only for who may read patients' data.

    Of an unmatched one: why it waits, the likeliest specimens first, for how many business days,
    and whether that is too long (`alert`).
    """

    result: ResultFacts
    diagnosis_text: str | None
    state: ResultState
    case_id: UUID | None
    received_at: datetime
    why: str | None
    candidates: list[CandidateView]
    waiting_days: int | None
    alert: bool
    match: Match | None
    further_specimens: list[str]
    interpretation: Interpretation | None
    settled: SettledView | None
    revision: int | None
    revisions: list[RevisionView]


def recorded(row: store.ResultRow) -> Recorded:
    """What became of a result."""
    return Recorded(result_id=row.result_id, state=row.state, case_id=row.case_id, why=row.why)


def view(
    row: store.ResultRow,
    known: Known,
    now: datetime,
    text: str | None = None,
    revisions: Sequence[store.ResultRow] = (),
) -> ResultView:
    """A row as outsiders see it; of an unmatched one, how it stands among what is known now."""
    report = store.report_of(row)
    waits = row.state == "unmatched"
    candidates = ranked(report, known.elsewhere, known.people, known.orders) if waits else []
    placed = store.look(report, known) if waits else None
    return ResultView(
        result=wire.facts_of(report),
        diagnosis_text=text,
        state=row.state,
        case_id=row.case_id,
        received_at=row.received_at,
        why=placed.why if isinstance(placed, Unplaced) else row.why,
        candidates=[
            CandidateView(
                specimen_id=each.candidate.specimen_id,
                case_id=each.candidate.case_id,
                encounter_id=each.candidate.encounter_id,
                agrees=list(each.agrees),
                disagrees=list(each.disagrees),
            )
            for each in candidates
        ],
        waiting_days=_business_days(row.received_at, now) if waits else None,
        alert=waits and due(row.received_at, UNMATCHED_DAYS) <= now,
        match=None if row.match is None else Match.model_validate(row.match),
        further_specimens=[] if waits else row.further_specimens,
        interpretation=None
        if row.interpretation is None
        else Interpretation.model_validate(row.interpretation),
        settled=None if row.settled is None else SettledView.model_validate(row.settled),
        revision=row.revision,
        revisions=[
            RevisionView(
                result_id=each.result_id,
                status=store.report_of(each).status,
                reported_at=each.reported_at,
                revision=each.revision,
            )
            for each in revisions
        ],
    )


def _business_days(since: datetime, now: datetime) -> int:
    start, end = (each.astimezone(PRACTICE_ZONE).date() for each in (since, now))
    return business_days_between(start, end)
