"""The real chain: seven services, their events held back and then let go at once."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg
import httpx
from prometheus_client.parser import text_string_to_metric_families

from bench.measure import Measured, Passage
from deploy.local.parts import SERVICES
from deploy.local.stack import Stack
from deploy.simulators.clinic.schedule import Step, plan
from deploy.simulators.ehr import Ehr
from deploy.simulators.webhooks import read_sources
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.event import Event
from shared.contracts.visit_classified import VisitClassified
from shared.telemetry import read_clock

CHAIN: tuple[type[Event], ...] = (VisitClassified, EncounterDocumented, ClaimCoded)
HELD = ("eligibility", "documentation")
_AT_ONCE = 8
_PATIENCE_SECONDS = 300.0


@dataclass(frozen=True)
class Shape:
    """What the limit has to move: bodies of visits and encounters by case, and how many."""

    visits: Sequence[tuple[str, bytes]]
    encounters: Sequence[tuple[str, bytes]]


class Real:
    """The stack's services, fed by an EHR and watched in their tables."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._cases = 0

    async def open(self) -> None:
        """Connect to the database as its owner, and to the services as a partner."""
        self._owner = await asyncpg.connect(self._stack.owner_url)
        self._client = httpx.AsyncClient(timeout=60)
        sources = read_sources(self._stack.home / "sources.json")
        self._ehr = Ehr(self._client, self._stack.urls, sources)

    async def close(self) -> None:
        """Close both."""
        await self._client.aclose()
        await self._owner.close()

    async def drain(self, cases: int) -> Measured:
        """Hold the relays of eligibility and documentation, post, let go, time the rest."""
        locks = [await self._hold(service) for service in HELD]
        await self._post(self._next(cases))
        await self._until("every message is read", self._unread)
        held = await self._told()
        phases = await self._phases()
        begun = time.monotonic()
        for lock in locks:
            await lock.close()
        await self._until_heard()
        seconds = time.monotonic() - begun
        told = await self._told()
        print(f"let go: {sum(held.values())} held events, {sum(told.values())} in the end")
        after = await self._phases()
        return Measured(
            events=sum(told.values()),
            deliveries=sum(told[event.topic] * len(event.consumers) for event in CHAIN),
            seconds=seconds,
            phases={key: after[key] - phases.get(key, 0.0) for key in after},
        )

    async def gently(self, events_per_second: float, seconds: float) -> Sequence[Passage]:
        """Post at a steady pace; gives how each encounter became a claim in operations."""
        begun = await self._owner.fetchval("select clock_timestamp()")
        pause = len(CHAIN) / events_per_second
        posts = []
        for visit, encounter in self._next(int(seconds / pause)):
            posts.append(asyncio.create_task(self._post([(visit, encounter)])))
            await asyncio.sleep(pause)
        await asyncio.gather(*posts)
        await self._until("every message is read", self._unread)
        await self._until_heard()
        rows = await self._owner.fetch(
            "select e.created_at told, e.published_at sent, c.created_at coded,"
            " c.published_at coded_sent, t.received_at seen"
            " from documentation.outbox e"
            " join operations.trace_event t on t.cause_id = e.event_id and t.type = $2"
            " join coding.outbox c on c.event_id = t.event_id"
            " where e.topic = $1 and e.created_at > $3",
            EncounterDocumented.topic,
            ClaimCoded.__name__,
            begun,
        )
        # operations notes business time, which began with the stack
        clock = read_clock(self._stack.home / "clock")
        behind = clock.wall() - clock.business()
        return [
            Passage(
                relayed=(row["sent"] - row["told"]).total_seconds(),
                coded=(row["coded"] - row["sent"]).total_seconds(),
                relayed_again=(row["coded_sent"] - row["coded"]).total_seconds(),
                seen=(row["seen"] + behind - row["coded_sent"]).total_seconds(),
            )
            for row in rows
        ]

    async def shape(self) -> Shape:
        """The events that were held, as they stood in the outboxes."""

        async def bodies(service: str, event: type[Event]) -> list[tuple[str, bytes]]:
            rows = await self._owner.fetch(
                f"select case_id::text, payload from {service}.outbox"
                " where topic = $1 order by seq",
                event.topic,
            )
            return [(case_id, payload) for case_id, payload in rows]

        return Shape(
            await bodies("eligibility", VisitClassified),
            await bodies("documentation", EncounterDocumented),
        )

    def _next(self, cases: int) -> list[tuple[Step, Step]]:
        """Visits that were documented, each with its encounter; other cases at every call."""
        seed = 1_000 + self._cases
        self._cases += cases
        found: dict[str, dict[str, Step]] = {}
        for step in plan(2 * cases, seed, date(2026, 3, 2)).steps:
            found.setdefault(step.visit_id, {}).setdefault(step.kind, step)
        both = [(of["visit"], of["encounter"]) for of in found.values() if "encounter" in of]
        return [_renamed(visit, encounter, seed) for visit, encounter in both[:cases]]

    async def _post(self, pairs: Sequence[tuple[Step, Step]]) -> None:
        free = asyncio.Semaphore(_AT_ONCE)

        async def one(visit: Step, encounter: Step) -> None:
            async with free:
                await self._ehr.visit(visit.document)
                await self._ehr.encounter(encounter.document)

        await asyncio.gather(*(one(visit, encounter) for visit, encounter in pairs))

    async def _hold(self, service: str) -> asyncpg.Connection:
        """Take the relay's lock from its leader: what the service tells stays in its outbox."""
        lock = await asyncpg.connect(self._stack.owner_url)
        name = f"dermis.relay.{service}"
        waiting = asyncio.create_task(lock.execute(f"select pg_advisory_lock(hashtext('{name}'))"))
        await asyncio.sleep(0.2)
        await self._owner.execute(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"
            " and pid <> pg_backend_pid() and objid::bigint = (hashtext($1)::bigint & 4294967295)",
            name,
        )
        await waiting
        return lock

    async def _told(self) -> Counter[str]:
        told: Counter[str] = Counter()
        for event in CHAIN:
            told[event.topic] = await self._owner.fetchval(
                f"select count(*) from {event.owner}.outbox where topic = $1",
                event.topic,
            )
        return told

    async def _until_heard(self) -> None:
        """Until every hearer of the chain has every event; coding first, for it tells more."""
        await self._until("every event is heard", self._unheard)

    async def _unheard(self) -> int:
        behind = 0
        for event in CHAIN:
            for hearer in event.consumers:
                behind += await self._owner.fetchval(
                    f"select count(*) from {event.owner}.emitted e"
                    f" left join {hearer}.cursor c using (topic, case_id)"
                    " where e.topic = $1 and coalesce(c.last_n, 0) < e.last_n",
                    event.topic,
                )
        return behind

    async def _unread(self) -> int:
        counts = [
            await self._owner.fetchval(
                f"select count(*) from {service}.webhook_inbox where state = 'stored'"
            )
            for service in HELD
        ]
        return sum(counts)

    async def _until(self, what: str, left: Any) -> None:  # noqa: ANN401 - a coroutine function
        until = time.monotonic() + _PATIENCE_SECONDS
        while await left():
            if time.monotonic() > until:
                raise TimeoutError(what)
            await asyncio.sleep(0.05)

    async def _phases(self) -> dict[tuple[str, str], float]:
        found: dict[tuple[str, str], float] = {}
        for service in SERVICES:
            text = (await self._client.get(f"{self._stack.urls[service]}/metrics")).text
            for family in text_string_to_metric_families(text):
                if family.name == "dermis_bus_seconds":
                    for sample in family.samples:
                        if sample.name.endswith("_total"):
                            found[service, sample.labels["phase"]] = sample.value
        return found


def _renamed(visit: Step, encounter: Step, seed: int) -> tuple[Step, Step]:
    """The same visit under an id of this call."""
    name = f"{visit.visit_id}-{seed}"
    about = {**encounter.document, "visit_id": name}
    about["encounter_id"] = f"{encounter.document['encounter_id']}-{seed}"
    return (
        Step(visit.at, "visit", name, {**visit.document, "visit_id": name}),
        Step(encounter.at, "encounter", name, about),
    )
