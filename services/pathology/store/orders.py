"""What the practice ordered, so that an order number of a result finds its specimen."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.commands import TakeWaiting
from services.pathology.domain.orders import Order
from services.pathology.store.locks import Keys, hold_merges, lock_cases, lock_specimens
from services.pathology.store.people import load_people
from services.pathology.tables import lab_order, specimen
from shared.bus.errors import Transient


async def keep_orders(
    connection: AsyncConnection, practice_id: str, orders: Iterable[Order]
) -> list[tuple[UUID, TakeWaiting]]:
    """Keep specimens as they were ordered; the commands that take what waits for them.

    Raises:
        Transient: a specimen of theirs came meanwhile; look again.
    """
    orders = list(orders)
    keys = Keys(
        specimen_ids=frozenset(each.specimen_id for each in orders if each.specimen_id),
        mrns=frozenset(each.mrn for each in orders if each.mrn),
        placer_orders=frozenset(each.placer_order for each in orders),
    )
    cases = await _cases_of(connection, practice_id, keys)
    await lock_cases(connection, cases)
    await hold_merges(connection, practice_id)
    await lock_specimens(connection, practice_id, keys)
    if await _cases_of(connection, practice_id, keys) != cases:
        raise Transient("a specimen of the order has just come")
    for each in orders:
        row = {
            "practice_id": practice_id,
            "placer_order": each.placer_order,
            "part": each.part or "",
            "specimen_id": each.specimen_id or "",
            "mrn": each.mrn,
            "site": each.site,
            "laterality": each.laterality,
            "collected_on": each.collected_on,
        }
        new = insert(lab_order).values(row)
        facts = ("mrn", "site", "laterality", "collected_on")
        await connection.execute(
            new.on_conflict_do_update(
                index_elements=["practice_id", "placer_order", "part", "specimen_id"],
                set_={name: new.excluded[name] for name in facts},
            )
        )
    asked = TakeWaiting(placer_orders=tuple(sorted(keys.placer_orders)))
    return [(case_id, asked) for case_id in cases]


async def load_orders(
    connection: AsyncConnection, practice_id: str, placer_orders: Iterable[str]
) -> tuple[Order, ...]:
    """The orders of these numbers."""
    wanted = sorted(set(placer_orders))
    if not wanted:
        return ()
    rows = await connection.execute(
        select(lab_order)
        .where(lab_order.c.practice_id == practice_id, lab_order.c.placer_order.in_(wanted))
        .order_by(lab_order.c.placer_order, lab_order.c.part, lab_order.c.specimen_id)
    )
    return tuple(
        Order(
            placer_order=row.placer_order,
            part=row.part or None,
            specimen_id=row.specimen_id or None,
            mrn=row.mrn,
            site=row.site,
            laterality=row.laterality,
            collected_on=row.collected_on,
        )
        for row in rows
    )


async def _cases_of(connection: AsyncConnection, practice_id: str, keys: Keys) -> list[UUID]:
    _, names = await load_people(connection, practice_id, keys.mrns)
    rows = await connection.execute(
        select(specimen.c.case_id)
        .distinct()
        .where(
            specimen.c.practice_id == practice_id,
            or_(
                specimen.c.specimen_id.in_(sorted(keys.specimen_ids)),
                specimen.c.mrn.in_(sorted(names)) & (specimen.c.state == "waiting"),
            ),
        )
        .order_by(specimen.c.case_id)
    )
    return list(rows.scalars())
