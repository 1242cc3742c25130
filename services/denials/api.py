"""HTTP in and out: denials, and the what-if classification."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends

from services.denials import store
from services.denials.domain.case import Case
from services.denials.domain.classify import classify
from services.denials.domain.tables import Tables
from services.denials.wire import events, what_if
from shared.contracts.documents.base import Count, Day, Flag
from shared.contracts.documents.denial import Denial, NextAction, RootCause
from shared.http.credentials import Caller, caller
from shared.http.paging import Listing, Page, page
from shared.http.parts import Parts, parts
from shared.http.problems import not_found


@dataclass(frozen=True, kw_only=True)
class DenialsParts(Parts[Case, Tables]):
    """The parts of denials, with the tables that every judgement reads."""

    tables: Tables


Here = Annotated[DenialsParts, Depends(parts)]
Reader = Annotated[Caller, caller("denials:read")]

reads = APIRouter(prefix="/v1", tags=["denials"])


class DenialView(Denial):
    """A denial as it was judged last, with what is to be done."""

    version: Count
    state: Literal["suspected", "withdrawn"]
    remittance_id: str
    received_on: Day
    next_action: NextAction
    patient_may_be_billed: Flag
    counterfactual: str | None
    rule: str
    says: str


@reads.get("/denials")
async def denials(
    who: Reader,
    here: Here,
    asked: Annotated[Page, Depends(page)],
    claim_id: str | None = None,
    case_id: UUID | None = None,
    root_cause: RootCause | None = None,
) -> Listing[DenialView]:
    """Denials that stand, the latest first."""
    after = asked.after(date.fromisoformat, str)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_denials(
            connection,
            claim_id=claim_id,
            case_id=case_id,
            root_cause=root_cause,
            after=after,
            limit=asked.limit + 1,
        )
    return asked.answer(rows, lambda row: (row.received_on.isoformat(), row.denial_id), _view)


@reads.get("/denials/{denial_id}")
async def denial(denial_id: str, who: Reader, here: Here) -> DenialView:
    """One denial."""
    async with here.database.transaction([who.practice_id]) as connection:
        row = await store.load_denial(connection, denial_id)
    if row is None:
        raise not_found("denial")
    return _view(row)


@reads.post("/classify")
async def classify_line(
    asked: what_if.ClassifyRequest, _: Reader, here: Here
) -> what_if.ClassifyAnswer:
    """Judge a line of a remittance as a what-if: stores nothing, emits nothing."""
    return what_if.answer(
        classify(
            what_if.payer(asked.payer),
            asked.as_of,
            what_if.line(asked.line),
            what_if.claim(asked.claim),
            what_if.story(asked.story),
            here.tables,
        )
    )


def _view(row: store.DenialRow) -> DenialView:
    kept = store.denial_of(row)
    answer = kept.answer
    return DenialView(
        **dict(events.denial_document(row.case_id, kept)),
        version=kept.version,
        state=kept.state,
        remittance_id=kept.remittance_id,
        received_on=kept.received_on,
        next_action=answer.next_action,
        patient_may_be_billed=answer.patient_may_be_billed,
        counterfactual=answer.counterfactual,
        rule=answer.rule,
        says=answer.says,
    )
