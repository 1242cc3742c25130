"""What persons decide: where a result belongs, and what it means."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, field_validator

from services.pathology import store
from services.pathology.api.asking import Here, Writer
from services.pathology.api.views import Recorded, recorded
from services.pathology.domain.case import Decided
from services.pathology.domain.commands import MatchResult, SettleResult, UnmatchResult
from shared.clinical.diagnoses import diagnoses
from shared.clinical.histology import terms
from shared.contracts.documents.base import Document, Id, Items
from shared.contracts.documents.result import Behavior, Margins
from shared.http.audit import audit
from shared.http.credentials import Caller
from shared.http.idempotency import Commands
from shared.http.problems import Problem, not_found
from shared.kernel.refused import Refused

commands = APIRouter(prefix="/v1", route_class=Commands, tags=["queues"])


class MatchRequest(Document):
    """Which specimen a waiting result belongs to, and why a person says so.

    also: further specimens of the same case where the lab reported merged parts as one. case_id:
    where several cases have a specimen of that id.
    """

    specimen_id: Id
    also: Items[Id] = ()
    case_id: UUID | None = None
    reason: str | None = None


class UnmatchRequest(Document):
    """Why a result does not belong where it was matched."""

    reason: Annotated[str, Field(min_length=1)]


class SettleRequest(Document):
    """What a result means, as a person read it.

    diagnosis: a term of the lexicon; without it, the words of the code. margins: what the report
    was read to say where it is left out. status: what the report is where the lab's own status was
    not understood.
    """

    behavior: Behavior
    icd10: Annotated[str, Field(pattern=r"^[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$")] | None = None
    diagnosis: str | None = None
    margins: Margins | None = None
    status: Literal["final", "corrected"] = "final"
    reason: str | None = None

    @field_validator("diagnosis")
    @classmethod
    def _of_the_lexicon(cls, name: str | None) -> str | None:
        if name is not None and name not in {each.name for each in terms()}:
            raise ValueError("no term of the lexicon of diagnoses")
        return name


@commands.post("/results/{result_id}/match")
async def match_result(result_id: str, asked: MatchRequest, who: Writer, here: Here) -> Recorded:
    """Match a waiting result to a specimen by hand; who and why is kept."""
    found = await _kept(here, who, result_id)
    async with here.database.transaction([who.practice_id]) as connection:
        cases = await store.cases_with(connection, asked.specimen_id)
    if found.state != "unmatched":
        raise Problem(409, "the result is matched already", code="already-matched")
    if asked.case_id is not None:
        cases = [each for each in cases if each == asked.case_id]
    if not cases:
        raise not_found("specimen")
    if len(cases) > 1:
        raise Problem(409, "several cases have a specimen of this id", code="specimen-ambiguous")
    await here.ask(who, cases[0], MatchResult(result_id, asked.specimen_id, asked.also))
    return await _decided(here, who, "result.match", result_id, asked.reason)


@commands.post("/results/{result_id}/unmatch")
async def unmatch_result(
    result_id: str, asked: UnmatchRequest, who: Writer, here: Here
) -> Recorded:
    """Take a result away from its specimen: it was matched wrongly, and waits for a person."""
    found = await _kept(here, who, result_id)
    if found.case_id is None:
        raise Problem(409, "the result is not matched to a specimen", code="not-matched")
    await here.ask(who, found.case_id, UnmatchResult(result_id))
    return await _decided(here, who, "result.unmatch", result_id, asked.reason)


@commands.post("/results/{result_id}/settle")
async def settle_result(result_id: str, asked: SettleRequest, who: Writer, here: Here) -> Recorded:
    """Decide what a matched result means; told as a revision, and open again with the next one."""
    found = await _kept(here, who, result_id)
    if found.case_id is None:
        raise Problem(409, "the result is not matched to a specimen yet", code="not-matched")
    margins = asked.margins or found.interpretation["margins"]
    decided = Decided(asked.behavior, _diagnosis(asked), asked.icd10, margins, asked.status)
    try:
        await here.ask(who, found.case_id, SettleResult(result_id, decided))
    except Refused as refused:
        if refused.field is None:
            raise Problem(409, refused.reason, code=refused.code) from None
        raise
    return await _decided(here, who, "result.settle", result_id, asked.reason)


def _diagnosis(asked: SettleRequest) -> str | None:
    known = diagnoses().get(asked.icd10 or "")
    return asked.diagnosis or (None if known is None else known.says)


async def _kept(here: Here, who: Caller, result_id: str) -> store.ResultRow:
    async with here.database.transaction([who.practice_id]) as connection:
        found = await store.load_result(connection, result_id)
    if found is None:
        raise not_found("result")
    return found


async def _decided(
    here: Here, who: Caller, action: str, result_id: str, reason: str | None
) -> Recorded:
    async with here.database.transaction([who.practice_id]) as connection:
        await audit(connection, who, action, result_id, here.clock.business(), reason)
    return recorded(await _kept(here, who, result_id))
