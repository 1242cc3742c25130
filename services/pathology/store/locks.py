"""Who looks for whom: results, encounters, orders and merges that share a key take turns.

Whichever commits second then sees the first. Locks are taken in the order of the functions here,
each in the order of its keys, after those of cases; so nobody waits in a circle.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.report import Report

_EXCLUSIVE = text(
    "select pg_advisory_xact_lock(hashtextextended(k, 0)) "
    "from (select unnest(cast(:keys as text[])) as k order by 1) as sorted"
)
_SHARED = text("select pg_advisory_xact_lock_shared(hashtextextended(:key, 0))")
_MERGES = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
_CASES = text(
    "select case_id from case_state where case_id = any(:ids) order by case_id for update"
)


@dataclass(frozen=True, slots=True)
class Keys:
    """What results are found by."""

    specimen_ids: frozenset[str] = field(default_factory=frozenset)
    mrns: frozenset[str] = field(default_factory=frozenset)
    placer_orders: frozenset[str] = field(default_factory=frozenset)
    accessions: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    @classmethod
    def of(cls, reports: Iterable[Report]) -> "Keys":
        """Every key of these reports."""
        reports = list(reports)
        return cls(
            frozenset(name for each in reports for name in each.specimen_ids),
            frozenset(each.mrn for each in reports if each.mrn),
            frozenset(each.placer_order for each in reports if each.placer_order),
            frozenset((each.lab_id, each.accession) for each in reports),
        )

    def __or__(self, other: "Keys") -> "Keys":
        return Keys(
            self.specimen_ids | other.specimen_ids,
            self.mrns | other.mrns,
            self.placer_orders | other.placer_orders,
            self.accessions | other.accessions,
        )


async def lock_cases(connection: AsyncConnection, case_ids: Iterable[UUID]) -> None:
    """Lock the rows of cases before any other lock of this transaction."""
    await connection.execute(_CASES, {"ids": sorted(set(case_ids))})


async def lock_merges(connection: AsyncConnection, practice_id: str) -> None:
    """Nobody looks for a patient of the practice while record numbers are merged."""
    await connection.execute(_MERGES, {"key": f"merges|{practice_id}"})


async def lock_patients(
    connection: AsyncConnection, practice_id: str, current: Iterable[str]
) -> None:
    """Take turns over patients, by the record numbers they go by now."""
    await _lock(connection, practice_id, "patient", current)


async def hold_merges(connection: AsyncConnection, practice_id: str) -> None:
    """Record numbers stay as they are until this transaction ends."""
    await connection.execute(_SHARED, {"key": f"merges|{practice_id}"})


async def lock_specimens(connection: AsyncConnection, practice_id: str, keys: Keys) -> None:
    """Take turns over specimens, then over orders."""
    await _lock(connection, practice_id, "specimen", keys.specimen_ids)
    await _lock(connection, practice_id, "order", keys.placer_orders)


async def lock_accessions(connection: AsyncConnection, practice_id: str, keys: Keys) -> None:
    """Take turns over accessions."""
    names = (f"{lab_id}|{accession}" for lab_id, accession in keys.accessions)
    await _lock(connection, practice_id, "accession", names)


async def _lock(
    connection: AsyncConnection, practice_id: str, kind: str, names: Iterable[str]
) -> None:
    keys = sorted({f"{kind}|{practice_id}|{name}" for name in names})
    if keys:
        await connection.execute(_EXCLUSIVE, {"keys": keys})
