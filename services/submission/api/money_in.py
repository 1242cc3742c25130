"""What people do about money that could not be posted by itself: match it, mend it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import RowMapping

from services.submission.api.parts import Here, Worker
from services.submission.domain.commands import PostRemittance
from services.submission.domain.lifecycle import NOT_SENT
from services.submission.store import claims, remittances
from services.submission.wire.inbound import MOST_TEXT, read_file
from services.submission.wire.remittance_check import CheckedTransaction, claim_of
from shared.contracts.documents.base import Count, Document, Id
from shared.db.database import wake_after_commit
from shared.http import Commands, Problem, audit, inbox, not_found
from shared.http.door import INTERPRETER
from shared.kernel.business_days import PRACTICE_ZONE
from shared.kernel.refused import Refused

commands = APIRouter(prefix="/v1/remittances", tags=["remittances"], route_class=Commands)

Why = Annotated[str, Field(min_length=3, max_length=500)]
"""Why a person does it; no patient datum belongs here."""


class Match(Document):
    """Which version of which claim an unmatched payment belongs to."""

    claim_id: Id
    version: Count
    why: Why


class Matched(Document):
    remittance_id: UUID
    position: int
    claim_id: str
    version: int
    paid: Decimal


class Repair(Document):
    """The whole file as it should have come; the one that came stays kept."""

    x12: Annotated[str, Field(max_length=MOST_TEXT)]
    why: Why


class Repaired(Document):
    message_id: UUID
    status_url: str


@commands.post("/{remittance_id}/unmatched/{position}/match")
async def match(
    remittance_id: UUID, position: int, given: Match, who: Worker, here: Here
) -> Matched:
    """Post an unmatched claim of a remittance to a version of ours; it is posted once."""
    now = here.clock.business()
    async with here.database.transaction([who.practice_id]) as connection:
        waiting = await remittances.load_unmatched(connection, remittance_id, position)
        remittance = await remittances.load_remittance(connection, remittance_id)
        if waiting is None or remittance is None:
            raise not_found("unmatched claim")
        row = _version(await claims.load_claim(connection, given.claim_id), given.version)
        action = "remittance.match"
        await audit(connection, who, action, f"{remittance_id}/{position}", now, given.why)
    read = CheckedTransaction.model_validate(remittance["document"])
    received_on = remittance["received_at"].astimezone(PRACTICE_ZONE).date()
    await here.ask(
        who,
        row["case_id"],
        PostRemittance(
            given.claim_id,
            given.version,
            remittance_id,
            position,
            claim_of(read.claims[position], position),
            read.trace_number,
            read.payment_date or received_on,
            received_on,
        ),
    )
    async with here.database.transaction([who.practice_id]) as connection:
        await remittances.delete_unmatched(connection, remittance_id, position)
    return Matched(
        remittance_id=remittance_id,
        position=position,
        claim_id=given.claim_id,
        version=given.version,
        paid=waiting["paid"],
    )


@commands.post("/{remittance_id}/repair", status_code=202)
async def repair(remittance_id: UUID, given: Repair, who: Worker, here: Here) -> Repaired:
    """Interpret the file of a quarantined set again as a person has mended it.

    Sets of the file that were posted are recognised and not posted twice.
    """
    body = given.x12.encode()
    if not read_file(body).payments:
        raise Refused("no-such-set", "The file holds no 835 transaction set.", "/x12")
    seal = await here.sealer(who.practice_id)
    async with here.database.transaction([who.practice_id]) as connection:
        row = await remittances.load_remittance(connection, remittance_id)
        if row is None:
            raise not_found("remittance")
        if row["status"] != "quarantined":
            raise Problem(409, "only a quarantined set is repaired", code="not-quarantined")
        message_id: UUID = row["message_id"]
        await inbox.again(connection, message_id, body, seal)
        now = here.clock.business()
        await audit(connection, who, "remittance.repair", str(remittance_id), now, given.why)
        wake_after_commit(connection, INTERPRETER)
    return Repaired(message_id=message_id, status_url=f"/v1/messages/{message_id}")


def _version(rows: Sequence[RowMapping], number: int) -> RowMapping:
    found = next((row for row in rows if row["version"] == number), None)
    if found is None:
        raise Refused("claim-unknown", "There is no such version of a claim.", "/claim_id")
    if found["state"] in NOT_SENT:
        raise Refused("claim-not-sent", "The version never left; it cannot be paid.", "/version")
    return found
