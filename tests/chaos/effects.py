"""What the run must have left behind, read from tables and the clearinghouse, not from logs."""

import re
from collections import Counter
from datetime import datetime
from decimal import Decimal

import asyncpg
import httpx

from shared.contracts.events import EVENTS
from shared.kernel.clock import Clock
from tests.chaos.probe import NAME as PROBE

SERVICES = (
    "eligibility",
    "documentation",
    "pathology",
    "coding",
    "submission",
    "denials",
    "operations",
)
HEARERS = (*SERVICES, PROBE)


class Effects:
    """Every table of every service, and what the payers received."""

    def __init__(self, owner: asyncpg.Connection, clearinghouse: str, clock: Clock) -> None:
        self._owner = owner
        self._clearinghouse = clearinghouse
        self._clock = clock

    async def unfinished(self) -> dict[str, int]:
        """What is still on its way, by name; empty when everything has arrived."""
        found = {}
        for service in HEARERS:
            counts = {
                "unpublished": "outbox where published_at is null",
                "parked": "parked where status = 'open'",
                "calls": "outbound where next_at is not null",
            }
            for what, rows in counts.items():
                found[f"{service} {what}"] = await self._count(f"{service}.{rows}")
        for topic, owner, hearer in self._edges():
            found[f"{hearer} behind on {topic}"] = await self._count(
                f"{owner}.emitted e left join {hearer}.cursor c using (topic, case_id)"
                f" where e.topic = '{topic}' and coalesce(c.last_n, 0) <> e.last_n"
            )
        for intake in ("eligibility", "documentation", "pathology", "submission"):
            state = "webhook_inbox where state in ('stored', 'waiting')"
            found[f"{intake} messages"] = await self._count(f"{intake}.{state}")
        async with httpx.AsyncClient(base_url=self._clearinghouse, timeout=30) as client:
            answers = (await client.get("/v1/answers")).json()
        now = self._clock.business()
        found["answers of the payers"] = sum(
            not answer["delivered"] and datetime.fromisoformat(answer["due_at"]) <= now
            for answer in answers
        )
        return {what: count for what, count in found.items() if count}

    async def told(self) -> int:
        """Events emitted by all services."""
        return sum([await self._count(f"{service}.outbox") for service in SERVICES])

    async def broken_numbers(self) -> list[str]:
        """Topics and cases whose outbox is not numbered 1 to the last without a gap."""
        broken = []
        for service in SERVICES:
            rows = await self._owner.fetch(
                f"select o.topic, o.case_id from {service}.outbox o"
                f" join {service}.emitted e using (topic, case_id) group by 1, 2, e.last_n"
                " having array_agg(o.n order by o.seq)"
                " <> array(select generate_series(1, e.last_n))"
            )
            broken += [f"{service} {topic} {case_id}" for topic, case_id in rows]
        return broken

    async def probe_faults(self) -> list[str]:
        """Lost, doubled and misplaced events, as the probe's notes tell."""
        emitted: dict[tuple[str, str], int] = {}
        for service in SERVICES:
            rows = await self._owner.fetch(f"select topic, case_id, last_n from {service}.emitted")
            emitted |= {(topic, str(case_id)): n for topic, case_id, n in rows}
        noted: dict[tuple[str, str], list[str]] = {}
        for case_id, word in await self._owner.fetch(
            f"select case_id, word from {PROBE}.effects order by seq"
        ):
            topic, n = word.split()
            noted.setdefault((topic, str(case_id)), []).append(n)
        dead = {
            (topic, str(case_id)): str(n)
            for topic, case_id, n in await self._owner.fetch(
                f"select topic, case_id, n from {PROBE}.parked where status = 'dead'"
            )
        }
        faults = []
        for place in emitted.keys() | noted.keys():
            expected = [str(n) for n in range(1, emitted.get(place, 0) + 1)]
            found = noted.get(place, [])
            if "redriven" in found:  # it stands for the number that was dead
                assert found.count("redriven") == 1
                missing = [n for n in expected if n not in found]
                found = sorted([*missing, *(n for n in found if n != "redriven")], key=int)
            elif place in dead:
                expected.remove(dead[place])
            if found != expected:
                faults.append(f"{place}: {found} instead of {expected}")
        return faults

    async def dead(self) -> dict[str, list[tuple[str, str, int]]]:
        """The dead events per service."""
        found = {}
        for service in HEARERS:
            rows = await self._owner.fetch(
                f"select topic, case_id, n from {service}.parked where status <> 'open'"
            )
            if rows:
                found[service] = [(topic, str(case_id), n) for topic, case_id, n in rows]
        return found

    async def traced(self) -> tuple[int, int]:
        """Events in operations' timelines, and how many of them are distinct."""
        row = await self._owner.fetchrow(
            "select count(*), count(distinct event_id) from operations.trace_event"
        )
        return row[0], row[1]

    async def claim_versions(self) -> list[str]:
        """Claims whose versions were not told 1, 2, 3 ... once each."""
        rows = await self._owner.fetch(
            "with told as (select seq, convert_from(payload, 'utf8')::jsonb body"
            " from coding.outbox where topic = 'dermis.claim_coded.v1')"
            " select body -> 'claim' ->> 'claim_id' claim,"
            " array_agg((body -> 'claim' ->> 'version')::bigint order by seq) v"
            " from told group by 1"
        )
        return [row["claim"] for row in rows if row["v"] != list(range(1, len(row["v"]) + 1))]

    async def submitted(self) -> Counter[str]:
        """Claim versions that submission says left it."""
        rows = await self._owner.fetch(
            "select convert_from(payload, 'utf8')::jsonb body from submission.outbox"
            " where topic = 'dermis.claim_submitted.v1'"
        )
        bodies = [httpx.Response(200, text=row["body"]).json() for row in rows]
        return Counter(f"{body['claim_id']}-{body['version']}" for body in bodies)

    async def received(self) -> Counter[str]:
        """Claim versions in the files the clearinghouse received, counted in the bytes."""
        found: Counter[str] = Counter()
        async with httpx.AsyncClient(base_url=self._clearinghouse, timeout=30) as client:
            for file in (await client.get("/v1/files")).json():
                number = file["interchange_control_number"]
                raw = (await client.get(f"/v1/files/{number}/raw")).text
                found.update(re.findall(r"CLM\*([^*]+)\*", raw))
        return found

    async def money(self) -> tuple[dict[str, Decimal], dict[str, Decimal | None]]:
        """Paid per claim version: as the payers settled it, and as submission posted it."""
        async with httpx.AsyncClient(base_url=self._clearinghouse, timeout=30) as client:
            claims = (await client.get("/v1/claims")).json()
        settled = {
            one["claim_id"]: Decimal(one["paid"]) for one in claims if one["paid"] is not None
        }
        rows = await self._owner.fetch(
            "select claim_id || '-' || version as claim, paid from submission.claim_version"
        )
        posted = {row["claim"]: row["paid"] for row in rows}
        return settled, {claim: posted.get(claim) for claim in settled}

    async def _count(self, rows: str) -> int:
        return await self._owner.fetchval(f"select count(*) from {rows}")

    @staticmethod
    def _edges() -> list[tuple[str, str, str]]:
        return [
            (event.topic, event.owner, hearer)
            for event in EVENTS
            for hearer in (*event.consumers, PROBE)
        ]
