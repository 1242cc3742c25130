"""A partner's client: posts one document signed, and again until it is taken."""

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.simulators.webhooks import Source, signed_headers

Document = Mapping[str, Any]
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Posted:
    """What the practice answered."""

    status: int
    message_id: str | None
    case_id: str | None
    body: Mapping[str, Any]


class Partner:
    """One registered sender on one service."""

    def __init__(self, client: httpx.AsyncClient, service_url: str, source: Source) -> None:
        self._client = client
        self._url = f"{service_url.rstrip('/')}/v1/webhooks/{source.source_id}"
        self._secret = source.secret

    async def post(
        self, document: Document, *, webhook_id: str | None = None, patience: float = 30.0
    ) -> Posted:
        """Post a document; without an id it is named by its content, so a repeat is a repeat.

        A connection that fails and a 5xx are tried again for `patience` seconds of wall time.

        Raises:
            httpx.HTTPError: nobody answered in that time.
        """
        body = json.dumps(document).encode()
        named = webhook_id or f"msg_{hashlib.sha256(body).hexdigest()[:32]}"
        until = time.monotonic() + patience
        while True:
            headers = signed_headers(self._secret, named, body, content_type="application/json")
            try:
                response = await self._client.post(self._url, content=body, headers=headers)
                if response.status_code < 500 or time.monotonic() > until:
                    return _posted(response)
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
            await asyncio.sleep(_PAUSE_SECONDS)


def _posted(response: httpx.Response) -> Posted:
    try:
        body = response.json()
    except ValueError:
        body = {}
    return Posted(response.status_code, body.get("message_id"), body.get("case_id"), body)
