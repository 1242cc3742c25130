"""Coded claims, fees and the what-if over HTTP."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from services.coding import store, wire
from services.coding.domain.case import Case
from services.coding.domain.claim import Version
from services.coding.domain.references import Fee, References
from services.coding.domain.rulebook import code
from services.coding.handlers import Recode
from shared.contracts.documents.base import Count, Day, Document, Items, Money
from shared.contracts.documents.claim import CodedClaim
from shared.http import (
    Caller,
    Commands,
    Listing,
    Page,
    Parts,
    audit,
    caller,
    not_found,
    page,
    parts,
)
from shared.kernel.ids import case_id as case_of
from shared.kernel.ids import claim_id as claim_of
from shared.kernel.refused import Refused


@dataclass(frozen=True)
class CodingParts(Parts[Case, References]):
    """reference_tables: the one snapshot of the process, for handlers and what-ifs alike."""

    reference_tables: store.ReferenceTables = field(kw_only=True)


commands = APIRouter(prefix="/v1", route_class=Commands)
reads = APIRouter(prefix="/v1")
Here = Annotated[CodingParts, Depends(parts)]
Reader = Annotated[Caller, caller("claims:read")]
Worker = Annotated[Caller, caller("claims:work")]
Paged = Annotated[Page, Depends(page)]

_ALWAYS = date(2000, 1, 1)


class FeeEntry(Document):
    """A price of the practice, from a day of service on; from the beginning where unsaid."""

    code: Annotated[str, Field(min_length=1, max_length=10)]
    amount: Annotated[Money, Field(ge=0)]
    effective_from: Day = _ALWAYS
    effective_to: Day | None = None
    payer_id: Annotated[str, Field(min_length=1, max_length=80)] | None = None

    @classmethod
    def of(cls, row: tuple[str, Fee]) -> Self:
        code, fee = row
        return cls(
            code=code,
            amount=fee.amount,
            effective_from=fee.since,
            effective_to=fee.until,
            payer_id=fee.payer_id,
        )

    def fee(self) -> Fee:
        """As the rules know it."""
        return Fee(self.effective_from, self.amount, self.effective_to, self.payer_id)


class FeeSchedule(Document):
    """The whole fee schedule of a practice."""

    fees: Annotated[Items[FeeEntry], Field(max_length=10_000)]


class FeesReplaced(Document):
    fees: Count


@reads.post("/preview")
async def preview(asked: wire.Preview, who: Reader, here: Here) -> CodedClaim:
    """Code an encounter as it stands; nothing is stored, nothing is told."""
    async with here.database.transaction([who.practice_id]) as connection:
        tables = await here.reference_tables.snapshot(connection)
        fees = await store.load_fees(connection)
    facts = wire.preview_facts(asked, fees.get(who.practice_id, {}))
    encounter = facts.encounter
    claim = code(facts, tables, asked.as_of or facts.day)
    case = case_of(who.practice_id, encounter.visit_id, encounter.encounter_id)
    version = Version(claim_of(case, encounter.encounter_id), 1, "1", claim, ())
    return wire.claim_document(version, case)


@reads.get("/claims")
async def claims(
    who: Reader, here: Here, paged: Paged, case_id: UUID | None = None
) -> Listing[CodedClaim]:
    """The latest version of every claim, of one case where it is named."""
    after = paged.after(str)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_claims(
            connection, case_id, after[0] if after else None, paged.limit + 1
        )
    return paged.answer(rows, key=lambda each: (each.claim_id,), item=lambda each: each.document)


@reads.get("/claims/{claim_id}")
async def claim(claim_id: str, who: Reader, here: Here) -> CodedClaim:
    """The latest version of a claim."""
    async with here.database.transaction([who.practice_id]) as connection:
        found = await store.find_claim(connection, claim_id)
    if found is None:
        raise not_found("claim")
    return found.document


@reads.get("/claims/{claim_id}/versions/{version}")
async def claim_version(
    claim_id: str, version: Annotated[int, Path(ge=1, le=1_000_000)], who: Reader, here: Here
) -> CodedClaim:
    """One version of a claim, as it was told."""
    async with here.database.transaction([who.practice_id]) as connection:
        found = await store.find_version(connection, claim_id, version)
    if found is None:
        raise not_found("claim version")
    return found


@commands.post("/claims/{claim_id}/recode")
async def recode(claim_id: str, who: Worker, here: Here) -> CodedClaim:
    """Code a claim again by the fees and tables of now; a new version only if it differs."""
    async with here.database.transaction([who.practice_id]) as connection:
        found = await store.find_claim(connection, claim_id)
    if found is None:
        raise not_found("claim")
    await here.ask(who, found.case_id, Recode())
    return await claim(claim_id, who, here)


@reads.put("/fees")
async def replace_fees(schedule: FeeSchedule, who: Worker, here: Here) -> FeesReplaced:
    """Put a fee schedule in place of the practice's present one."""
    seen: set[tuple[str, date, str | None]] = set()
    for place, each in enumerate(schedule.fees):
        key = (each.code, each.effective_from, each.payer_id)
        if key in seen:
            raise Refused("fee-twice", "the fee stands twice", f"/fees/{place}/code")
        seen.add(key)
    async with here.database.transaction([who.practice_id]) as connection:
        tables = await here.reference_tables.snapshot(connection)
        for place, each in enumerate(schedule.fees):
            if each.code not in tables.codes:
                says = "the code is not in the code table"
                raise Refused("code-unknown", says, f"/fees/{place}/code")
        rows = [(each.code, each.fee()) for each in schedule.fees]
        await store.replace_fees(connection, who.practice_id, rows)
        await audit(connection, who, "fees.replaced", "fees", here.clock.business())
    return FeesReplaced(fees=len(schedule.fees))


@reads.get("/fees")
async def fees(who: Reader, here: Here, paged: Paged) -> Listing[FeeEntry]:
    """The practice's fees, by code, first day and payer."""
    after = paged.after(str, date.fromisoformat, str)
    async with here.database.transaction([who.practice_id]) as connection:
        key = (after[0], after[1], after[2]) if after else None
        rows = await store.list_fees(connection, key, paged.limit + 1)
    return paged.answer(rows, key=_place_of, item=FeeEntry.of)


def _place_of(row: tuple[str, Fee]) -> tuple[str, date, str]:
    code, fee = row
    return code, fee.since, fee.payer_id or ""
