"""Playing a schedule: every document is posted when the business clock reaches it."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from deploy.simulators.clinic.schedule import Schedule, Step
from deploy.simulators.clock import BusinessClock
from deploy.simulators.ehr import Ehr
from deploy.simulators.lab import Lab
from deploy.simulators.partner import Posted

_AT_ONCE = 8
_NAP_SECONDS = 0.5


@dataclass(slots=True)
class Progress:
    """What was sent so far. refused: answers other than 202, as kind and status."""

    posted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    cases: dict[str, str] = field(default_factory=dict)


class Player:
    """Sends a schedule through an EHR and a lab; what belongs to one visit goes in its order."""

    def __init__(
        self, ehr: Ehr, lab: Lab, clock: BusinessClock, told: Callable[[Progress, Step], None]
    ) -> None:
        self._ehr = ehr
        self._lab = lab
        self._clock = clock
        self._told = told
        self._free = asyncio.Semaphore(_AT_ONCE)
        self.progress = Progress()

    async def play(self, schedule: Schedule) -> Progress:
        """Send everything; returns when the last answer is there."""
        before: dict[str, asyncio.Task[None]] = {}
        for step in schedule.steps:
            await self._wait_until(step)
            await self._free.acquire()
            earlier = before.get(step.visit_id)
            before[step.visit_id] = asyncio.create_task(self._send(step, earlier))
        await asyncio.gather(*before.values())
        return self.progress

    async def _wait_until(self, step: Step) -> None:
        # a nap at most: the clock may be set anew while it waits
        while (left := self._clock.seconds_until(step.at)) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, _NAP_SECONDS))

    async def _send(self, step: Step, earlier: asyncio.Task[None] | None) -> None:
        try:
            if earlier is not None:
                await earlier
            posted = await self._post(step)
        finally:
            self._free.release()
        self.progress.posted[step.kind] += 1
        if posted.status != 202:
            self.progress.refused[f"{step.kind} {posted.status}"] += 1
        if posted.case_id is not None and step.kind == "visit":
            self.progress.cases[step.visit_id] = posted.case_id
        self._told(self.progress, step)

    async def _post(self, step: Step) -> Posted:
        document: dict[str, Any] = dict(step.document)
        if step.kind == "visit":
            return await self._ehr.visit(document)
        if step.kind == "encounter":
            return await self._ehr.encounter(document)
        again = f"msg_{document['result_id']}_{step.copy}" if step.copy else None
        return await self._lab.result(document, webhook_id=again)


async def tell_payers(client: httpx.AsyncClient, house_url: str, schedule: Schedule) -> None:
    """Register with the payers what they will refuse.

    Raises:
        httpx.HTTPStatusError: the clearinghouse does not know such a behaviour.
    """
    for refusal in schedule.refusals:
        answer = await client.post(f"{house_url.rstrip('/')}/v1/behaviours", json=refusal)
        answer.raise_for_status()
