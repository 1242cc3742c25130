"""Past services of patients, as global periods and repeats ask for them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Table, delete, insert, select, tuple_
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.coding.domain.case import Case
from services.coding.domain.history import services_of
from services.coding.domain.references import PastService
from services.coding.tables import case_patient, past_service
from shared.bus.stage import Change, Heard, Input
from shared.contracts.encounter_documented import EncounterDocumented


async def load_history(
    connection: AsyncConnection, inputs: Sequence[tuple[UUID, Input]]
) -> Mapping[UUID, tuple[PastService, ...]]:
    """Past services of the patients of these cases, each without its own case."""
    patients = await _patients(connection, {case_id for case_id, _ in inputs})
    for case_id, given in inputs:
        if isinstance(given, Heard) and isinstance(given.data, EncounterDocumented):
            event = given.data
            patients[case_id] = (event.practice_id, event.encounter.patient.mrn)
    return await _of_patients(connection, patients)


async def history_of(
    connection: AsyncConnection, cases: Collection[UUID]
) -> Mapping[UUID, tuple[PastService, ...]]:
    """Past services of the patients of cases that are known already, each without its own case."""
    return await _of_patients(connection, await _patients(connection, cases))


async def _patients(
    connection: AsyncConnection, cases: Collection[UUID]
) -> dict[UUID, tuple[str, str]]:
    """Practice and number of the patient, by case."""
    known = await connection.execute(
        select(case_patient.c.case_id, case_patient.c.practice_id, case_patient.c.mrn).where(
            case_patient.c.case_id.in_(cases)
        )
    )
    return {row.case_id: (row.practice_id, row.mrn) for row in known}


async def _of_patients(
    connection: AsyncConnection, patients: Mapping[UUID, tuple[str, str]]
) -> Mapping[UUID, tuple[PastService, ...]]:
    if not patients:
        return {}
    of_patient = tuple_(past_service.c.practice_id, past_service.c.mrn)
    rows = await connection.execute(
        select(past_service)
        .where(of_patient.in_(set(patients.values())))
        .order_by(past_service.c.date_of_service, past_service.c.claim_id, past_service.c.number)
    )
    services: dict[tuple[str, str], list[tuple[UUID, PastService]]] = defaultdict(list)
    for row in rows:
        service = PastService(
            row.code, row.date_of_service, tuple(row.sites), row.laterality, tuple(row.diagnoses)
        )
        services[row.practice_id, row.mrn].append((row.case_id, service))
    return {
        case_id: tuple(service for of_case, service in services[patient] if of_case != case_id)
        for case_id, patient in patients.items()
    }


def over_earlier(table: Table, *changed: str) -> Insert:
    """An insert that writes these columns over a row of the same primary key."""
    put = upsert(table)
    return put.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={name: put.excluded[name] for name in changed}
    )


async def save_history(connection: AsyncConnection, changes: Iterable[Change[Case]]) -> None:
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
        await connection.execute(over_earlier(case_patient, "mrn"), patients)
