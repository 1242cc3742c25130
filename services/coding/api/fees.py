"""The practice's fees."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import Field

from services.coding import store
from services.coding.api.parts import Here, Paged, Reader, Worker
from services.coding.domain.references import Fee
from shared.contracts.documents.base import Count, Day, Document, Items, Money
from shared.http import Listing, audit
from shared.kernel.refused import Refused

reads = APIRouter(prefix="/v1")

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
