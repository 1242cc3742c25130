"""`Idempotency-Key` on POST: a request sent again changes nothing and gets the first answer.

An answer is kept per practice and key. A refusal that an endpoint raises is not kept: the same
request is judged again. An answer that a crash lost is made again after `_ABANDONED_SECONDS`; the
commands themselves are idempotent by their content.
"""

import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute
from sqlalchemy import MetaData, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from starlette.requests import Request
from starlette.responses import Response

from shared.http.credentials import Verifier
from shared.http.parts import Parts
from shared.http.problems import Problem
from shared.http.tables import idempotency_table

_ABANDONED_SECONDS = 60
_LONGEST_KEY = 255
_PURPOSE = "idempotency"
_KEPT = idempotency_table(MetaData())


class Commands(APIRoute):
    """The route class of a router of commands; a request without the header passes untouched."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint, asked once per key."""
        endpoint = super().get_route_handler()

        async def handle(request: Request) -> Response:
            key = request.headers.get("idempotency-key")
            if key is None or request.method != "POST":
                return await endpoint(request)
            if not key.isascii() or not key.isprintable() or not 0 < len(key) <= _LONGEST_KEY:
                raise Problem(400, f"an Idempotency-Key has 1 to {_LONGEST_KEY} ASCII characters")
            verifier: Verifier = request.app.state.verifier
            who = await verifier.verify(request.headers.get("authorization"))
            asked = _Asked(
                request.app.state.parts, who.practice_id, key, await _fingerprint(request)
            )
            kept = await asked.begin()
            if kept is not None:
                return kept
            try:
                response = await endpoint(request)
            except BaseException:
                await asked.forget()
                raise
            await (asked.keep(response) if response.status_code < 500 else asked.forget())
            return response

        return handle


@dataclass(frozen=True, slots=True)
class _Asked:
    parts: Parts[Any, Any]
    practice_id: str
    key: str
    fingerprint: bytes

    async def begin(self) -> Response | None:
        """Take the key, or give the answer it already has.

        Raises:
            Problem: 422 for another request under this key, 409 while the first is in flight.
        """
        start = insert(_KEPT).values(
            practice_id=self.practice_id, key=self.key, fingerprint=self.fingerprint
        )
        abandoned = func.now() - text(f"interval '{_ABANDONED_SECONDS} seconds'")
        taken = start.on_conflict_do_update(
            index_elements=[_KEPT.c.practice_id, _KEPT.c.key],
            set_={"started_at": func.now()},
            where=_KEPT.c.status.is_(None)
            & (_KEPT.c.started_at < abandoned)
            & (_KEPT.c.fingerprint == self.fingerprint),
        ).returning(_KEPT.c.key)
        async with self.parts.database.transaction([self.practice_id]) as connection:
            if (await connection.execute(taken)).first() is not None:
                return None
            kept = (await connection.execute(select(_KEPT).where(self._mine()))).one()
        if kept.fingerprint != self.fingerprint:
            raise Problem(422, "this Idempotency-Key was used for another request")
        if kept.status is None:
            raise Problem(
                409, "the first request under this key is in flight", headers={"Retry-After": "1"}
            )
        return Response(
            await self._open(kept.body),
            status_code=kept.status,
            media_type=kept.media_type,
            headers={"Idempotency-Replayed": "true"},
        )

    async def keep(self, response: Response) -> None:
        """Keep the answer, sealed where the service has a vault."""
        kept = update(_KEPT).where(self._mine())
        body = await self._seal(bytes(response.body))
        async with self.parts.database.transaction([self.practice_id]) as connection:
            await connection.execute(
                kept.values(
                    status=response.status_code,
                    media_type=response.headers.get("content-type"),
                    body=body,
                )
            )

    async def forget(self) -> None:
        """Give the key free again."""
        async with self.parts.database.transaction([self.practice_id]) as connection:
            await connection.execute(delete(_KEPT).where(self._mine()))

    def _mine(self) -> Any:  # noqa: ANN401 - SQLAlchemy's own expression type
        return (_KEPT.c.practice_id == self.practice_id) & (_KEPT.c.key == self.key)

    async def _seal(self, body: bytes) -> bytes:
        if self.parts.vault is None:
            return body
        return (await self.parts.vault.practice(self.practice_id)).seal(_PURPOSE, body)

    async def _open(self, body: bytes) -> bytes:
        if self.parts.vault is None:
            return body
        return (await self.parts.vault.practice(self.practice_id)).open(_PURPOSE, body)


async def _fingerprint(request: Request) -> bytes:
    head = f"{request.method} {request.url.path}?{request.url.query}\n"
    return hashlib.sha256(head.encode() + await request.body()).digest()
