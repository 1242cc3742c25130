"""An event whose body nobody can read, put where a service's own would stand."""

import json
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from shared.bus.envelope import event_id

TOPIC = "dermis.visit_classified.v1"
OWNER = "eligibility"


@dataclass(frozen=True)
class Poison:
    """Where it stands, and the body it should have had."""

    case_id: UUID
    n: int
    good_body: bytes

    @property
    def place(self) -> tuple[str, str, int]:
        return TOPIC, str(self.case_id), self.n


async def plant(owner: asyncpg.Connection, case_id: UUID) -> Poison:
    """Emit it as the case's next event."""
    async with owner.transaction():
        await owner.execute(
            f"select 1 from {OWNER}.case_state where case_id = $1 for update", case_id
        )
        last = await owner.fetchrow(
            f"select n, headers::text, payload, practice_id from {OWNER}.outbox"
            " where topic = $1 and case_id = $2 order by n desc limit 1",
            TOPIC,
            case_id,
        )
        n = last["n"] + 1
        identity = event_id(TOPIC, case_id, n)
        headers = {**json.loads(last["headers"]), "ce_id": str(identity), "ce_n": str(n)}
        await owner.execute(
            f"update {OWNER}.emitted set last_n = $3 where topic = $1 and case_id = $2",
            TOPIC,
            case_id,
            n,
        )
        await owner.execute(
            f"insert into {OWNER}.outbox (event_id, topic, case_id, practice_id, n, headers,"
            " payload) values ($1, $2, $3, $4, $5, $6, $7)",
            identity,
            TOPIC,
            case_id,
            last["practice_id"],
            n,
            json.dumps(headers),
            b'{"poison": ',
        )
    return Poison(case_id, n, last["payload"])


async def repair(owner: asyncpg.Connection, service: str, poison: Poison) -> None:
    """Put the body it should have had into the service's parked row."""
    await owner.execute(
        f"update {service}.parked set raw = $1 where topic = $2 and case_id = $3 and n = $4",
        poison.good_body,
        TOPIC,
        poison.case_id,
        poison.n,
    )
