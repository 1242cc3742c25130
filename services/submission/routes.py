"""The routes: a file goes by the one it was formed for; its partner is asked before a repeat.

The built-in route is HTTPS by an idempotency key; others are drops (`sftp.py`).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import httpx

from services.submission import sftp
from services.submission.domain.route import Drop
from services.submission.store import batches, routes
from shared.bus.deliver import Answer, Call, Partner
from shared.bus.errors import Permanent, Transient
from shared.db import Database
from shared.kernel.clock import Clock
from shared.vault import Vault

_TIMEOUT_SECONDS = 30
# Our own set-up (key, address) or the partner's moment: the file itself was not judged.
_TRY_AGAIN = frozenset({401, 403, 404, 408, 425, 429})


class Routes:
    """Hands files over and asks what became of one, whichever route it has."""

    def __init__(
        self, database: Database, vault: Vault, client: httpx.AsyncClient, clock: Clock
    ) -> None:
        self._database = database
        self._vault = vault
        self._client = client
        self._clock = clock

    def partner(self) -> Partner:
        """How the bus delivers files here."""
        return Partner(self.send, self.status)

    async def send(self, call: Call) -> Answer:
        """Hand the stored bytes over; the same bytes under the same key each time (BT-4).

        Raises:
            Transient: it is not known whether the file arrived.
        """
        stored = await self._stored(call)

        async def begins() -> None:
            async with self._database.transaction([call.practice_id]) as connection:
                now = self._clock.business()
                await routes.begin_transfer(connection, call.idempotency_key, now)

        try:
            if stored.drop is None:
                answer = await self._post(call, stored.file)
            else:
                answer = await sftp.put_file(
                    stored.drop, stored.secret, call.idempotency_key, stored.file, begins
                )
        except Transient as error:
            await self._note(call, stored, str(error))
            raise
        await self._note(call, stored, None)
        return answer

    async def status(self, call: Call) -> Answer | None:
        """What the partner knows of the file; None where it never got it.

        Raises:
            Transient: it does not answer, or holds other bytes under this number.
        """
        stored = await self._stored(call)
        if stored.drop is not None:
            return await sftp.find_file(
                stored.drop,
                stored.secret,
                call.idempotency_key,
                stored.begun_at,
                self._clock.business(),
            )
        return await self._ask(stored)

    async def _post(self, call: Call, file: bytes) -> Answer:
        headers = {
            "content-type": "application/edi-x12",
            "idempotency-key": call.idempotency_key,
        }
        try:
            response = await self._client.post("/v1/files", content=file, headers=headers)
        except httpx.HTTPError as error:
            raise Transient(f"the route failed: {type(error).__name__}") from None
        if response.status_code >= 500 or response.status_code in _TRY_AGAIN:
            raise Transient(f"the route answered {response.status_code}")
        return Answer(response.status_code, {})

    async def _ask(self, stored: "_Stored") -> Answer | None:
        try:
            response = await self._client.get(f"/v1/files/{stored.number}")
        except httpx.HTTPError as error:
            raise Transient(f"the route failed: {type(error).__name__}") from None
        if response.status_code == 404:
            return None
        if response.status_code != 200:
            raise Transient(f"the route answered {response.status_code}")
        if response.json().get("sha256") != hashlib.sha256(stored.file).hexdigest():
            raise Transient("the clearinghouse holds another file under this control number")
        return Answer(202, {})

    async def _stored(self, call: Call) -> "_Stored":
        """The file with its route."""
        seal = await self._vault.practice(call.practice_id)
        now = self._clock.business()
        async with self._database.transaction([call.practice_id]) as connection:
            row = await batches.load_batch(connection, call.idempotency_key)
            if row is None:
                raise Permanent("the file of this batch is not stored")
            known = (await routes.load_routes(connection, now)).get(row["route"])
            if known is None:
                raise Transient("the route of this file is not known")
            secret = await routes.load_secret(connection, known.name) if known.drop else None
        return _Stored(
            route=known.name,
            number=row["interchange_control_number"],
            file=seal.open(batches.FILE_PURPOSE, row["file"]),
            drop=known.drop,
            secret=seal.open(routes.SECRET_PURPOSE, secret).decode() if secret else "",
            begun_at=row["begun_at"],
        )

    async def _note(self, call: Call, stored: "_Stored", error: str | None) -> None:
        async with self._database.transaction([call.practice_id]) as connection:
            now = self._clock.business()
            await routes.note_health(connection, call.practice_id, stored.route, error, now)


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored file and where it goes."""

    route: str
    number: str
    file: bytes
    drop: Drop | None
    secret: str
    begun_at: datetime | None


def client(url: str, api_key: str) -> httpx.AsyncClient:
    """The HTTP client of the route."""
    return httpx.AsyncClient(
        base_url=url,
        headers={"authorization": f"Bearer {api_key}"},
        timeout=_TIMEOUT_SECONDS,
    )
