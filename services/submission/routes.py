"""The route to the clearinghouse: HTTPS, by an idempotency key, asked before it is sent again."""

import hashlib

import httpx

from services.submission.store import batches
from shared.bus.deliver import Answer, Call, Partner
from shared.bus.errors import Permanent, Transient
from shared.db import Database
from shared.vault import Vault

_TIMEOUT_SECONDS = 30
# Our own set-up (key, address) or the partner's moment: the file itself was not judged.
_TRY_AGAIN = frozenset({401, 403, 404, 408, 425, 429})


class Clearinghouse:
    """Posts files and asks what became of one, by its interchange control number."""

    def __init__(self, database: Database, vault: Vault, client: httpx.AsyncClient) -> None:
        self._database = database
        self._vault = vault
        self._client = client

    def partner(self) -> Partner:
        """How the bus delivers files here."""
        return Partner(self.send, self.status)

    async def send(self, call: Call) -> Answer:
        """Hand the stored bytes over; the same bytes under the same key each time (BT-4).

        Raises:
            Transient: it is not known whether the file arrived.
        """
        _, file = await self._file(call)
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

    async def status(self, call: Call) -> Answer | None:
        """What the clearinghouse knows of the file; None where it never got it.

        Raises:
            Transient: it does not answer, or holds other bytes under this number.
        """
        number, file = await self._file(call)
        try:
            response = await self._client.get(f"/v1/files/{number}")
        except httpx.HTTPError as error:
            raise Transient(f"the route failed: {type(error).__name__}") from None
        if response.status_code == 404:
            return None
        if response.status_code != 200:
            raise Transient(f"the route answered {response.status_code}")
        if response.json().get("sha256") != hashlib.sha256(file).hexdigest():
            raise Transient("the clearinghouse holds another file under this control number")
        return Answer(202, {})

    async def _file(self, call: Call) -> tuple[str, bytes]:
        seal = await self._vault.practice(call.practice_id)
        async with self._database.transaction([call.practice_id]) as connection:
            row = await batches.load_batch(connection, call.idempotency_key)
        if row is None:
            raise Permanent("the file of this batch is not stored")
        return row["interchange_control_number"], seal.open(batches.FILE_PURPOSE, row["file"])


def client(url: str, api_key: str) -> httpx.AsyncClient:
    """The HTTP client of the route."""
    return httpx.AsyncClient(
        base_url=url,
        headers={"authorization": f"Bearer {api_key}"},
        timeout=_TIMEOUT_SECONDS,
    )
