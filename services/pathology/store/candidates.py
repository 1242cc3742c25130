"""Specimens that come into question, with what is attached to them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.evidence import Candidate, Link
from services.pathology.store.locks import Keys
from services.pathology.tables import result, specimen
from shared.kernel.business_days import PRACTICE_ZONE


async def load_candidates(
    connection: AsyncConnection, practice_id: str, keys: Keys
) -> list[Candidate]:
    """The specimens of these ids, patients, orders and accessions; numbers ever used in `mrns`."""
    wanted = [
        specimen.c.specimen_id.in_(sorted(keys.specimen_ids)),
        specimen.c.mrn.in_(sorted(keys.mrns)),
    ]
    if linked := await _linked(connection, practice_id, keys):
        wanted.append(tuple_(specimen.c.case_id, specimen.c.specimen_id).in_(sorted(linked)))
    return await _load(connection, practice_id, or_(*wanted))


async def _linked(
    connection: AsyncConnection, practice_id: str, keys: Keys
) -> set[tuple[UUID, str]]:
    """The specimens that reports of these accessions and orders are attached to."""
    rows = await connection.execute(
        select(result.c.case_id, result.c.specimen_id, result.c.further_specimens).where(
            result.c.practice_id == practice_id,
            result.c.case_id.is_not(None),
            or_(
                tuple_(result.c.lab_id, result.c.accession).in_(sorted(keys.accessions)),
                result.c.placer_order.in_(sorted(keys.placer_orders)),
            ),
        )
    )
    return {
        (row.case_id, specimen_id)
        for row in rows
        for specimen_id in _specimens_of(row.specimen_id, row.further_specimens)
    }


async def _load(
    connection: AsyncConnection, practice_id: str, wanted: ColumnElement[bool]
) -> list[Candidate]:
    rows = await connection.execute(
        select(specimen)
        .where(specimen.c.practice_id == practice_id, wanted)
        .order_by(specimen.c.case_id, specimen.c.specimen_id)
    )
    found = rows.all()
    links = await _links(connection, [(row.case_id, row.specimen_id) for row in found])
    return [
        Candidate(
            case_id=row.case_id,
            specimen_id=row.specimen_id,
            encounter_id=row.encounter_id,
            mrn=row.mrn,
            site=row.site,
            laterality=row.laterality,
            collected_on=row.collected_at.astimezone(PRACTICE_ZONE).date(),
            lab_id=row.lab_id,
            links=frozenset(links.get((row.case_id, row.specimen_id), ())),
        )
        for row in found
    ]


async def _links(
    connection: AsyncConnection, places: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], set[Link]]:
    links: dict[tuple[UUID, str], set[Link]] = {}
    if not places:
        return links
    rows = await connection.execute(
        select(
            result.c.case_id,
            result.c.specimen_id,
            result.c.further_specimens,
            result.c.lab_id,
            result.c.accession,
            result.c.part,
            result.c.series_part,
            result.c.placer_order,
        ).where(result.c.case_id.in_({case_id for case_id, _ in places}))
    )
    for row in rows:
        link = Link(row.lab_id, row.accession, row.series_part or row.part, row.placer_order)
        for specimen_id in _specimens_of(row.specimen_id, row.further_specimens):
            links.setdefault((row.case_id, specimen_id), set()).add(link)
    return links


def _specimens_of(first: str | None, further: Iterable[str]) -> Iterable[str]:
    return further if first is None else (first, *further)
