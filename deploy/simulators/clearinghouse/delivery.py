"""Handing answers over: signed webhooks, tried again until they are taken."""

import asyncio
import time

import httpx

from deploy.simulators.clearinghouse.cashier import Cashier
from deploy.simulators.clearinghouse.store import KeptAnswer, Store
from deploy.simulators.clock import BusinessClock
from deploy.simulators.webhooks import Source, signed_headers

_POLL_SECONDS = 0.1
_BACKOFF_SECONDS = (0.5, 1, 2, 5, 15, 30)


class Delivery:
    """Pays and delivers, as the business clock goes."""

    def __init__(
        self,
        store: Store,
        clock: BusinessClock,
        client: httpx.AsyncClient,
        submission_url: str,
        source: Source,
    ) -> None:
        self._store = store
        self._clock = clock
        self._client = client
        self._url = f"{submission_url.rstrip('/')}/v1/webhooks/{source.source_id}"
        self._secret = source.secret
        self._cashier = Cashier(store)
        self._again_at: dict[int, float] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self.step()
            await asyncio.sleep(_POLL_SECONDS)

    async def step(self) -> None:
        """Pay and deliver what is due now."""
        now = self._clock.now()
        self._cashier.pay(now)
        for answer in self._store.due_answers(now):
            if self._again_at.get(answer.id, 0.0) <= time.monotonic():
                await self._deliver(answer)

    async def _deliver(self, answer: KeptAnswer) -> None:
        headers = signed_headers(
            self._secret, answer.message_id, answer.raw, content_type="application/edi-x12"
        )
        try:
            response = await self._client.post(self._url, content=answer.raw, headers=headers)
            taken = response.is_success
        except httpx.HTTPError:
            taken = False
        self._store.tried(answer, delivered=taken)
        if taken:
            self._again_at.pop(answer.id, None)
        else:
            pause = _BACKOFF_SECONDS[min(answer.attempts, len(_BACKOFF_SECONDS) - 1)]
            self._again_at[answer.id] = time.monotonic() + pause
