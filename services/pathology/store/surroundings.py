"""Everything around results that placing them takes."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.commands import Known
from services.pathology.domain.report import Report
from services.pathology.store.candidates import load_candidates
from services.pathology.store.locks import Keys
from services.pathology.store.orders import load_orders
from services.pathology.store.people import load_people


async def load_surroundings(
    connection: AsyncConnection, practice_id: str, reports: Sequence[Report]
) -> Known:
    """Orders of their numbers, the specimens that come into question, and whose those are."""
    keys = Keys.of(reports)
    orders = await load_orders(connection, practice_id, keys.placer_orders)
    _, names = await load_people(connection, practice_id, keys.mrns)
    ordered = {each.specimen_id for each in orders if each.specimen_id}
    wanted = replace(keys, mrns=names, specimen_ids=keys.specimen_ids | ordered)
    candidates = await load_candidates(connection, practice_id, wanted)
    theirs = {each.mrn for each in candidates if each.mrn}
    people, _ = await load_people(connection, practice_id, names | theirs)
    return Known(people=people, orders=orders, elsewhere=tuple(candidates))
