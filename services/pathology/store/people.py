"""Record numbers: who goes by which now, and what a person is recognised by."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.people import Patient, People
from services.pathology.store.locks import lock_cases, lock_merges
from services.pathology.tables import patient, specimen
from shared.bus.errors import Transient


async def load_people(
    connection: AsyncConnection, practice_id: str, mrns: Iterable[str]
) -> tuple[People, frozenset[str]]:
    """What is known of record numbers; and every number that those patients ever went by."""
    wanted = sorted(set(mrns))
    if not wanted:
        return People(), frozenset()
    now = select(func.coalesce(patient.c.merged_into, patient.c.mrn)).where(
        patient.c.practice_id == practice_id, patient.c.mrn.in_(wanted)
    )
    rows = await connection.execute(
        select(patient.c.mrn, patient.c.merged_into, patient.c.family, patient.c.born).where(
            patient.c.practice_id == practice_id,
            or_(
                patient.c.mrn.in_(wanted),
                patient.c.merged_into.in_(wanted),
                patient.c.mrn.in_(now),
                patient.c.merged_into.in_(now),
            ),
        )
    )
    people = People.of(Patient(*row) for row in rows)
    current = {people.current(mrn) for mrn in (*wanted, *people.patients)}
    return people, frozenset((*wanted, *people.patients, *current))


async def keep_patient(connection: AsyncConnection, practice_id: str, known: Patient) -> None:
    """Keep what a person is recognised by; what is not said now stays as it was."""
    new = insert(patient).values(
        practice_id=practice_id, mrn=known.mrn, family=known.family, born=known.born
    )
    await connection.execute(
        new.on_conflict_do_update(
            index_elements=["practice_id", "mrn"],
            set_={
                name: func.coalesce(new.excluded[name], patient.c[name])
                for name in ("family", "born")
            },
        )
    )


async def keep_merge(
    connection: AsyncConnection, practice_id: str, old: str, new: str
) -> list[UUID]:
    """Let the patient of `old` go by `new`; the cases that hear `MergePatient` then.

    Merges may come in any order: a number always points at the one that is used now.

    Raises:
        Transient: a specimen of the patient came meanwhile; look again.
    """
    cases = await _cases_of(connection, practice_id, old, new)
    await lock_cases(connection, cases)
    await lock_merges(connection, practice_id)
    if await _cases_of(connection, practice_id, old, new) != cases:
        raise Transient("a specimen of the merged patient has just come")
    people, _ = await load_people(connection, practice_id, (old, new))
    target = people.current(new)
    if target == old:
        # Merged back: the later message names the number that stays.
        target = new
        await _point(connection, practice_id, new, None)
    if target != old:
        await connection.execute(
            update(patient)
            .where(patient.c.practice_id == practice_id, patient.c.merged_into == old)
            .values(merged_into=target)
        )
        await _point(connection, practice_id, old, target)
    return cases


async def _point(
    connection: AsyncConnection, practice_id: str, mrn: str, target: str | None
) -> None:
    row = insert(patient).values(practice_id=practice_id, mrn=mrn, merged_into=target)
    await connection.execute(
        row.on_conflict_do_update(
            index_elements=["practice_id", "mrn"], set_={"merged_into": target}
        )
    )


async def _cases_of(
    connection: AsyncConnection, practice_id: str, old: str, new: str
) -> list[UUID]:
    _, names = await load_people(connection, practice_id, (old, new))
    rows = await connection.execute(
        select(specimen.c.case_id)
        .distinct()
        .where(specimen.c.practice_id == practice_id, specimen.c.mrn.in_(sorted(names)))
        .order_by(specimen.c.case_id)
    )
    return list(rows.scalars())
