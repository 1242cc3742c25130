"""Every SQL statement of coding."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Table, and_, delete, insert, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding import seed
from services.coding.domain.case import Case
from services.coding.domain.history import services_of
from services.coding.domain.references import (
    Fee,
    FeeSchedule,
    PastService,
    References,
    Tables,
)
from services.coding.tables import (
    REFERENCES,
    SCHEMA,
    case_patient,
    claim,
    claim_version,
    fee,
    past_service,
    reference_load,
)
from shared.bus.stage import Change, Heard, Input
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.documents.claim import CodedClaim
from shared.contracts.encounter_documented import EncounterDocumented
from shared.db import raw

_LOADING = "coding.references"


class ReferenceTables:
    """The reference tables: loaded into the database once, then held as one snapshot.

    A database that holds the shipped content is not loaded again; a process reads it once.
    """

    def __init__(self) -> None:
        self._snapshot: Tables | None = None

    async def snapshot(self, connection: AsyncConnection) -> Tables:
        """The tables of the releases loaded, shipped ones first where there are none."""
        if self._snapshot is None:
            await _load_shipped(connection)
            rows = {
                table.name: [tuple(row) for row in await connection.execute(select(*table.columns))]
                for table in REFERENCES
            }
            self._snapshot = seed.tables(rows)
        return self._snapshot

    async def references(
        self, connection: AsyncConnection, inputs: Sequence[tuple[UUID, Input]]
    ) -> References:
        """What the handlers of a batch read beside their cases."""
        return References(
            tables=await self.snapshot(connection),
            fees=await load_fees(connection),
            history=await _load_history(connection, inputs),
        )


async def _load_shipped(connection: AsyncConnection) -> None:
    """Bring the shipped tables in, unless this very content is there."""
    await connection.execute(
        text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": _LOADING}
    )
    shipped = seed.content_hash()
    known = await connection.scalar(
        select(reference_load.c.content_hash).where(reference_load.c.content_hash == shipped)
    )
    if known is not None:
        return
    records = seed.records()
    for table in reversed(REFERENCES):
        await connection.execute(delete(table))
    for table in REFERENCES:
        await raw(connection).copy_records_to_table(
            table.name, schema_name=SCHEMA, records=records[table.name]
        )
    await connection.execute(delete(reference_load))
    await connection.execute(
        insert(reference_load).values(content_hash=shipped, loaded_at=text("clock_timestamp()"))
    )


async def load_fees(connection: AsyncConnection) -> dict[str, FeeSchedule]:
    """The fees of the practices of this transaction."""
    found: dict[str, dict[str, tuple[Fee, ...]]] = {}
    for row in await connection.execute(select(fee).order_by(fee.c.code, fee.c.effective_from)):
        schedule = found.setdefault(row.practice_id, {})
        schedule[row.code] = (*schedule.get(row.code, ()), Fee(row.effective_from, row.amount))
    return dict(found)


async def replace_fees(
    connection: AsyncConnection, practice_id: str, fees: Iterable[tuple[str, date, Decimal]]
) -> None:
    """Put a practice's fees in place of those it had."""
    await connection.execute(delete(fee).where(fee.c.practice_id == practice_id))
    rows = [
        {"practice_id": practice_id, "code": code, "effective_from": since, "amount": amount}
        for code, since, amount in fees
    ]
    if rows:
        await connection.execute(insert(fee), rows)


async def list_fees(
    connection: AsyncConnection, after: tuple[str, date] | None, limit: int
) -> list[tuple[str, Fee]]:
    """Fees by code, in the order of code and first day."""
    query = select(fee.c.code, fee.c.effective_from, fee.c.amount)
    if after is not None:
        place = tuple_(fee.c.code, fee.c.effective_from)
        query = query.where(place > tuple_(literal(after[0]), literal(after[1])))
    rows = await connection.execute(query.order_by(fee.c.code, fee.c.effective_from).limit(limit))
    return [(row.code, Fee(row.effective_from, row.amount)) for row in rows]


async def _load_history(
    connection: AsyncConnection, inputs: Sequence[tuple[UUID, Input]]
) -> Mapping[UUID, tuple[PastService, ...]]:
    """Past services of the patients of these cases, each without its own case."""
    cases = {case_id for case_id, _ in inputs}
    known = await connection.execute(
        select(case_patient.c.case_id, case_patient.c.practice_id, case_patient.c.mrn).where(
            case_patient.c.case_id.in_(cases)
        )
    )
    patients = {row.case_id: (row.practice_id, row.mrn) for row in known}
    for case_id, given in inputs:
        if isinstance(given, Heard) and isinstance(given.data, EncounterDocumented):
            event = given.data
            patients[case_id] = (event.practice_id, event.encounter.patient.mrn)
    if not patients:
        return {}
    of_patient = tuple_(past_service.c.practice_id, past_service.c.mrn)
    rows = await connection.execute(
        select(past_service)
        .where(of_patient.in_(set(patients.values())))
        .order_by(past_service.c.date_of_service, past_service.c.claim_id, past_service.c.number)
    )
    services = rows.all()
    return {
        case_id: tuple(
            PastService(
                row.code,
                row.date_of_service,
                tuple(row.sites),
                row.laterality,
                tuple(row.diagnoses),
            )
            for row in services
            if (row.practice_id, row.mrn) == patient and row.case_id != case_id
        )
        for case_id, patient in patients.items()
    }


async def save(connection: AsyncConnection, changes: Sequence[Change[Case]]) -> None:
    """Project what was decided: versions, the latest of each claim, and the patient's history.

    One statement a table for the whole batch: a statement a claim would cost more than the coding.
    """
    coded = [
        (change, event_id, event)
        for change in changes
        for event_id, event in change.emitted
        if isinstance(event, ClaimCoded)
    ]
    if not coded:
        return
    await connection.execute(
        insert(claim_version),
        [
            {
                **_of_claim(change, event.claim),
                "event_id": event_id,
                "coded_at": event.occurred_at,
                "document": event.claim.model_dump(mode="json"),
            }
            for change, event_id, event in coded
        ],
    )
    await connection.execute(
        _over_earlier(claim, "version", "visit_id", "status", "date_of_service"),
        [
            {
                **_of_claim(change, event.claim),
                "encounter_id": event.encounter_id,
                "visit_id": event.visit_id,
                "status": event.claim.status,
                "date_of_service": event.claim.date_of_service,
            }
            for change, _, event in coded
        ],
    )
    await _save_history(connection, {change.case_id: change for change, _, _ in coded}.values())


def _of_claim(change: Change[Case], document: CodedClaim) -> dict[str, object]:
    return {
        "claim_id": document.claim_id,
        "practice_id": change.practice_id,
        "case_id": change.case_id,
        "version": document.version,
    }


def _over_earlier(table: Table, *changed: str) -> Insert:
    """An insert that writes these columns over a row of the same primary key."""
    put = upsert(table)
    return put.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={name: put.excluded[name] for name in changed}
    )


async def _save_history(connection: AsyncConnection, changes: Iterable[Change[Case]]) -> None:
    cases = {change.case_id: change for change in changes}
    await connection.execute(delete(past_service).where(past_service.c.case_id.in_(cases)))
    services = [
        {
            "claim_id": each.claim_id,
            "number": each.number,
            "practice_id": change.practice_id,
            "case_id": change.case_id,
            "mrn": each.mrn,
            "code": each.service.code,
            "date_of_service": each.service.date_of_service,
            "sites": list(each.service.sites),
            "laterality": each.service.laterality,
            "diagnoses": list(each.service.diagnoses),
        }
        for change in cases.values()
        for each in services_of(change.after)
    ]
    if services:
        await connection.execute(insert(past_service), services)
    patients = [
        {
            "case_id": change.case_id,
            "practice_id": change.practice_id,
            "mrn": documented.encounter.patient.mrn,
        }
        for change in cases.values()
        for documented in change.after.encounters.values()
    ]
    if patients:
        await connection.execute(_over_earlier(case_patient, "mrn"), patients)


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """The latest version of a claim."""

    claim_id: str
    case_id: UUID
    document: CodedClaim


async def find_claim(connection: AsyncConnection, claim_id: str) -> StoredClaim | None:
    """The latest version of a claim; None where the practice has no such claim."""
    row = (await connection.execute(_latest().where(claim.c.claim_id == claim_id))).one_or_none()
    return None if row is None else _stored(row)


async def find_version(
    connection: AsyncConnection, claim_id: str, version: int
) -> CodedClaim | None:
    """One version of a claim, as it was told."""
    document = await connection.scalar(
        select(claim_version.c.document).where(
            claim_version.c.claim_id == claim_id, claim_version.c.version == version
        )
    )
    return None if document is None else CodedClaim.model_validate(document)


async def list_claims(
    connection: AsyncConnection, case_id: UUID | None, after: str | None, limit: int
) -> list[StoredClaim]:
    """Latest versions in the order of their ids, of one case where it is named."""
    query = _latest()
    if case_id is not None:
        query = query.where(claim.c.case_id == case_id)
    if after is not None:
        query = query.where(claim.c.claim_id > after)
    rows = await connection.execute(query.order_by(claim.c.claim_id).limit(limit))
    return [_stored(row) for row in rows]


def _latest() -> Select[Any]:
    joined = claim.join(
        claim_version,
        and_(
            claim_version.c.claim_id == claim.c.claim_id,
            claim_version.c.version == claim.c.version,
        ),
    )
    return select(claim.c.claim_id, claim.c.case_id, claim_version.c.document).select_from(joined)


def _stored(row: Row[Any]) -> StoredClaim:
    return StoredClaim(row.claim_id, row.case_id, CodedClaim.model_validate(row.document))
