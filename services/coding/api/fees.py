"""The practice's fees."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Query, Request
from pydantic import Field

from services.coding import store
from services.coding.api.parts import Here, Paged, Reader, Worker
from services.coding.domain.references import Fee
from services.coding.wire.fees import ALWAYS, Component, component_of, fees_of
from shared.contracts.documents.base import Count, Day, Document, Items, Money
from shared.http import Listing, Problem, audit
from shared.kernel.refused import Refused

reads = APIRouter(prefix="/v1")

_TOLD = 100


class FeeEntry(Document):
    """A price of the practice, from a day of service on; from the beginning where unsaid.

    modifier: 26 or TC where it is the price of that component alone.
    """

    code: Annotated[str, Field(min_length=1, max_length=10)]
    amount: Annotated[Money, Field(ge=0)]
    effective_from: Day = ALWAYS
    effective_to: Day | None = None
    payer_id: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    modifier: Component | None = None

    @classmethod
    def of(cls, row: tuple[str, Fee]) -> Self:
        code, fee = row
        return cls(
            code=code,
            amount=fee.amount,
            effective_from=fee.since,
            effective_to=fee.until,
            payer_id=fee.payer_id,
            modifier=component_of(fee.component),
        )

    def fee(self) -> Fee:
        """As the rules know it."""
        return Fee(
            self.effective_from,
            self.amount,
            self.effective_to,
            self.payer_id,
            self.modifier or "",
        )


class FeeSchedule(Document):
    """The whole fee schedule of a practice."""

    fees: Annotated[Items[FeeEntry], Field(max_length=10_000)]


class FeesReplaced(Document):
    fees: Count


class PayersReplaced(Document):
    """payers: whose schedules were replaced; null is the general one."""

    fees: Count
    payers: list[str | None]


@reads.put("/fees")
async def replace_fees(schedule: FeeSchedule, who: Worker, here: Here) -> FeesReplaced:
    """Put a fee schedule in place of the practice's present one."""
    seen: set[tuple[str, date, str | None, str | None]] = set()
    for place, each in enumerate(schedule.fees):
        key = (each.code, each.effective_from, each.payer_id, each.modifier)
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


@reads.put("/fees/csv")
async def replace_fees_by_csv(
    request: Request,
    who: Worker,
    here: Here,
    payer_id: Annotated[str | None, Query(min_length=1, max_length=80)] = None,
) -> PayersReplaced:
    """Put the schedules of the payers a CSV names in place of theirs; those of others stay.

    `payer_id`: whose the rows are that name no payer; without it they are the general schedule.
    """
    body = await request.body()
    async with here.database.transaction([who.practice_id]) as connection:
        tables = await here.reference_tables.snapshot(connection)
        rows, faults = fees_of(body, payer_id, tables.codes)
        if faults or not rows:
            errors = [
                {"pointer": f"line:{fault.line}", "says": fault.says} for fault in faults[:_TOLD]
            ]
            says = f"{len(faults)} rows are no prices" if faults else "the schedule has no rows"
            raise Problem(422, f"{says}; nothing was changed", code="fees-unread", errors=errors)
        payers = {fee.payer_id for _, fee in rows}
        await store.replace_fees(connection, who.practice_id, rows, payers)
        await audit(connection, who, "fees.replaced", "fees", here.clock.business())
    return PayersReplaced(fees=len(rows), payers=sorted(payers, key=lambda payer: payer or ""))


@reads.get("/fees")
async def fees(who: Reader, here: Here, paged: Paged) -> Listing[FeeEntry]:
    """The practice's fees, by code, first day, payer and modifier."""
    after = paged.after(str, date.fromisoformat, str, str)
    async with here.database.transaction([who.practice_id]) as connection:
        key = (after[0], after[1], after[2], after[3]) if after else None
        rows = await store.list_fees(connection, key, paged.limit + 1)
    return paged.answer(rows, key=_place_of, item=FeeEntry.of)


def _place_of(row: tuple[str, Fee]) -> tuple[str, date, str, str]:
    code, fee = row
    return code, fee.since, fee.payer_id or "", fee.component
