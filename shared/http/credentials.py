"""Who is calling: a bearer JWT of the issuer, which alone says for which practice."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt
from fastapi import Depends, Request
from jwt import PyJWKSet

from shared.http.problems import Problem
from shared.http.scopes import SCOPES

AUDIENCE = "dermis"
_ALGORITHMS = ["RS256", "ES256", "EdDSA"]
_LEEWAY_SECONDS = 30
_REFRESH_SECONDS = 300.0
_FETCH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Caller:
    """The bearer of a token: who, for which practice, allowed to do what."""

    practice_id: str
    subject: str
    scopes: frozenset[str]


class Verifier:
    """Checks tokens against the issuer's public keys, which are read again when one is unknown.

    Claims of a token: iss, aud `dermis`, sub, practice_id, scope (separated by spaces), exp, iat.
    """

    def __init__(self, *, issuer: str, jwks_file: Path | None, jwks_url: str | None) -> None:
        if (jwks_file is None) == (jwks_url is None):
            raise ValueError("set either JWKS_FILE or JWKS_URL: where the issuer's keys stand")
        self._issuer = issuer
        self._file = jwks_file
        self._url = jwks_url
        self._keys: dict[str | None, Any] = {}
        self._read_at = float("-inf")

    async def verify(self, authorization: str | None) -> Caller:
        """The caller named by an `Authorization` header.

        Raises:
            Problem: 401 without a valid token; which check failed is not told.
        """
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise unauthenticated("a bearer token is needed")
        try:
            key = await self._key(jwt.get_unverified_header(token).get("kid"))
            claims = jwt.decode(
                token.strip(),
                key=key,
                algorithms=_ALGORITHMS,
                audience=AUDIENCE,
                issuer=self._issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "sub", "practice_id"]},
            )
            practice_id, subject = claims["practice_id"], claims["sub"]
            scopes = frozenset(str(claims.get("scope", "")).split())
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
            raise unauthenticated("the token is not valid") from error
        if not isinstance(practice_id, str) or not practice_id or "," in practice_id:
            raise unauthenticated("the token names no practice")
        return Caller(practice_id=practice_id, subject=subject, scopes=scopes)

    async def _key(self, key_id: object) -> Any:  # noqa: ANN401 - PyJWT takes keys of many types
        old = time.monotonic() - self._read_at > _REFRESH_SECONDS
        # A token of an unknown key must not make us ask the issuer at every request.
        if old or (key_id not in self._keys and self._file is not None):
            self._keys = {key.key_id: key.key for key in (await self._read()).keys}
            self._read_at = time.monotonic()
        return self._keys[key_id]  # type: ignore[index]

    async def _read(self) -> PyJWKSet:
        if self._file is not None:
            return PyJWKSet.from_json(self._file.read_text(encoding="utf-8"))
        async with httpx.AsyncClient(timeout=_FETCH_SECONDS) as client:
            response = await client.get(self._url or "")
            response.raise_for_status()
            return PyJWKSet.from_dict(response.json())


def unauthenticated(detail: str) -> Problem:
    """401 with the challenge that RFC 6750 asks for."""
    return Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="dermis"'})


def caller(scope: str) -> Any:  # noqa: ANN401 - what FastAPI's Depends returns
    """Depend on a caller with this scope, in `Annotated` with `Caller`."""
    if scope not in SCOPES:
        raise ValueError(f"{scope} is no scope: see shared.http.scopes")
    return Depends(_checked(scope))


def _checked(scope: str) -> Callable[[Request], Any]:
    async def check(request: Request) -> Caller:
        verifier: Verifier = request.app.state.verifier
        found = await verifier.verify(request.headers.get("authorization"))
        if scope not in found.scopes:
            raise Problem(403, f"the scope {scope} is needed")
        return found

    return check
