"""Claims with their states and money, files, remittances."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import RowMapping

from services.submission.api.parts import Here, Reader, Worker
from services.submission.domain.commands import Release
from services.submission.store import batches, claims, remittances
from services.submission.wire.remittance_check import CheckedTransaction
from shared.contracts.documents.base import Document, Money
from shared.contracts.documents.claim import ClaimState, FixStage, FrequencyCode
from shared.http import Commands, Listing, Page, audit, instant, not_found, page

commands = APIRouter(prefix="/v1", tags=["claims"], route_class=Commands)
reads = APIRouter(prefix="/v1", tags=["claims"])

Paging = Annotated[Page, Depends(page)]
View = TypeVar("View", bound=Document)


class StepView(Document):
    state: ClaimState
    at: datetime
    by: str
    event_id: UUID | None


class HoldView(Document):
    reason: str
    says: str
    field: str | None
    stage: FixStage | None = None


class VersionView(Document):
    """One version of a claim: charge = paid + adjusted + patient_responsibility + open."""

    claim_id: str
    case_id: UUID
    version: int
    state: ClaimState
    frequency_code: FrequencyCode
    payer_id: str | None
    payer_control_number: str | None
    clearinghouse_control_number: str | None
    charge: Money
    allowed: Money | None
    paid: Money
    adjusted: Money
    patient_responsibility: Money
    open: Money
    hold: HoldView | None
    batch_id: str | None
    history: tuple[StepView, ...]


class PostingView(Document):
    """One entry of the ledger; `line` null is the claim as a whole."""

    remittance_id: UUID
    version: int
    line: int | None
    post_as: str
    claim_status: str
    paid: Money
    adjusted: Money
    patient_responsibility: Money
    denied: Money
    posted_on: date


class ClaimView(VersionView):
    """The latest version, with all versions and the ledger behind it."""

    encounter_id: str
    visit_id: str | None
    versions: tuple[VersionView, ...]
    postings: tuple[PostingView, ...]


class BatchView(Document):
    batch_id: str
    route: str
    interchange_control_number: str
    group_control_number: str
    status: str
    claims: int
    charge: Money
    claim_ids: tuple[str, ...]
    formed_at: datetime
    answered_at: datetime | None


class RemittanceView(Document):
    """One ST of an 835. `status`: posted, quarantined or duplicate."""

    remittance_id: UUID
    message_id: UUID
    status: str
    received_at: datetime
    transaction: CheckedTransaction


class UnmatchedView(Document):
    """A claim of a posted remittance that is none of ours as far as we can tell."""

    remittance_id: UUID
    position: int
    claim_id: str
    payer_control_number: str | None
    claim_status: str
    charge: Decimal
    paid: Decimal


@reads.get("/claims/{claim_id}")
async def claim(claim_id: str, who: Reader, here: Here) -> ClaimView:
    """A claim: where it is, what became of each version, what was posted."""
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await claims.load_claim(connection, claim_id)
        postings = await claims.load_postings(connection, claim_id)
    if not rows:
        raise not_found("claim")
    newest = rows[0]
    return ClaimView(
        **_version_fields(newest),
        encounter_id=newest["encounter_id"],
        visit_id=newest["visit_id"],
        versions=tuple(_version(row) for row in rows),
        postings=tuple(_fields_of(PostingView, row) for row in postings),
    )


@commands.post("/claims/{claim_id}/release")
async def release(claim_id: str, who: Worker, here: Here) -> ClaimView:
    """Decide a held claim again after a mend; what is still missing holds it again."""
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await claims.load_claim(connection, claim_id)
        if not rows:
            raise not_found("claim")
        await audit(connection, who, "claim.release", claim_id, here.clock.business())
    await here.ask(who, rows[0]["case_id"], Release(claim_id))
    return await claim(claim_id, who, here)


@reads.get("/claims")
async def list_claims(
    who: Reader, here: Here, page: Paging, state: ClaimState | None = None
) -> Listing[VersionView]:
    """Versions of claims, of one state where it is named."""
    key = page.after(str, int)
    after = (key[0], key[1]) if key else None
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await claims.list_claims(connection, state, after, page.limit + 1)
    return page.answer(rows, key=lambda row: (row["claim_id"], row["version"]), item=_version)


@reads.get("/batches")
async def list_batches(who: Reader, here: Here, page: Paging) -> Listing[BatchView]:
    """Files of ours, newest first."""
    key = page.after(instant, str)
    after = (key[0], key[1]) if key else None
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await batches.list_batches(connection, after, page.limit + 1)
    return page.answer(
        rows, key=lambda row: (row["formed_at"].isoformat(), row["batch_id"]), item=_batch
    )


@reads.get("/batches/{batch_id}")
async def batch(batch_id: str, who: Reader, here: Here) -> BatchView:
    """One file of ours, without its content."""
    async with here.database.transaction([who.practice_id]) as connection:
        row = await batches.load_batch(connection, batch_id)
    if row is None:
        raise not_found("batch")
    return _batch(row)


@reads.get("/remittances")
async def list_remittances(
    who: Reader, here: Here, page: Paging, status: str | None = None
) -> Listing[RemittanceView]:
    """Transaction sets of 835 files, newest first; `status=quarantined` is the queue."""
    key = page.after(instant, UUID)
    after = (key[0], key[1]) if key else None
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await remittances.list_remittances(connection, status, after, page.limit + 1)
    return page.answer(
        rows,
        key=lambda row: (row["received_at"].isoformat(), row["remittance_id"]),
        item=_remittance,
    )


@reads.get("/remittances/unmatched")
async def list_unmatched(who: Reader, here: Here, page: Paging) -> Listing[UnmatchedView]:
    """Claims of remittances that matched nothing: unapplied cash."""
    key = page.after(UUID, int)
    after = (key[0], key[1]) if key else None
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await remittances.list_unmatched(connection, after, page.limit + 1)
    return page.answer(
        rows,
        key=lambda row: (row["remittance_id"], row["position"]),
        item=lambda row: _fields_of(UnmatchedView, row),
    )


@reads.get("/remittances/{remittance_id}")
async def remittance(remittance_id: UUID, who: Reader, here: Here) -> RemittanceView:
    """One transaction set."""
    async with here.database.transaction([who.practice_id]) as connection:
        row = await remittances.load_remittance(connection, remittance_id)
    if row is None:
        raise not_found("remittance")
    return _remittance(row)


def _version(row: RowMapping) -> VersionView:
    return VersionView(**_version_fields(row))


def _version_fields(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in VersionView.model_fields}


def _batch(row: RowMapping) -> BatchView:
    fields = {name: row[name] for name in BatchView.model_fields if name != "claim_ids"}
    claim_ids = tuple(
        claim.patient_control_number for each in batches.sets_of(row) for claim in each.claims
    )
    return BatchView(**fields, claim_ids=claim_ids)


def _remittance(row: RowMapping) -> RemittanceView:
    fields = {name: row[name] for name in RemittanceView.model_fields if name != "transaction"}
    return RemittanceView(**fields, transaction=CheckedTransaction.model_validate(row["document"]))


def _fields_of(view: type[View], row: RowMapping) -> View:
    return view.model_validate({name: row[name] for name in view.model_fields})
