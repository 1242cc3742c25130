"""What comes in is bounded and readable before any endpoint sees it.

A body over the limit is refused before it is kept; JSON that is nested too deeply, repeats a key,
says NaN or carries text no database can hold is refused as unreadable.
"""

import asyncio
import json
import math
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problems import Problem, respond

JSON_DEPTH = 64
REST_BYTES = 2 * 2**20
WEBHOOK_BYTES = 10 * 2**20
UPLOAD_BYTES = 256 * 2**20
WEBHOOKS = "/v1/webhooks/"

# Enough of a refused body is read away that its sender gets to read the answer.
_DRAIN_BYTES = 64 * 2**20
_DRAIN_SECONDS = 10.0
_OPENING, _CLOSING, _QUOTE, _ESCAPE = b"[{", b"]}", ord('"'), ord("\\")


class Intake:
    """ASGI middleware that hands on bodies of a bounded size, and JSON that means one thing."""

    def __init__(self, app: ASGIApp, uploads: str | None = None) -> None:
        self._app = app
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, refuse it or pass it on whole."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            _check_address(request)
            if self._uploads is not None and request.url.path.startswith(self._uploads):
                _check_declared(request, UPLOAD_BYTES)
                await self._app(scope, _bounded(receive, UPLOAD_BYTES), send)
                return
            signed = request.url.path.startswith(WEBHOOKS)
            body = await _read(request, receive, WEBHOOK_BYTES if signed else REST_BYTES)
            # A webhook is kept before it is refused, so it is read behind its signature.
            if body and not signed and is_json(request.headers.get("content-type", "")):
                check_json(body)
        except Problem as problem:
            answer = respond(request, problem.status, problem.detail)
            if problem.status == 413:
                await _refuse_and_drain(request, receive, send, answer.body, answer.raw_headers)
            else:
                await answer(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)


def is_json(content_type: str) -> bool:
    """Whether a media type is JSON or built on it."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def check_json(body: bytes) -> None:
    """Refuse JSON that two readers could read differently, or none safely.

    Raises:
        Problem: 400 with what is wrong, never with the text it stands in.
    """
    if _depth(body) > JSON_DEPTH:
        raise Problem(400, f"the JSON is nested deeper than {JSON_DEPTH}")
    try:
        value = json.loads(
            body,
            object_pairs_hook=_without_repeats,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except Problem:
        raise
    except ValueError:
        raise Problem(400, "the body is not JSON in UTF-8") from None
    if b"\\u" in body:
        _check_text(value)


def _check_address(request: Request) -> None:
    if "\x00" in request.url.path or "%00" in request.url.query:
        raise Problem(400, "an address cannot carry a NUL character")


def _check_declared(request: Request, limit: int) -> None:
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit:
        raise Problem(413, f"a body may have {limit} bytes")


def _bounded(receive: Receive, limit: int) -> Receive:
    """The channel itself, until more comes through it than a file may have."""
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise Problem(413, f"a body may have {limit} bytes")
        return message

    return bounded


async def _read(request: Request, receive: Receive, limit: int) -> bytes:
    _check_declared(request, limit)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Problem(400, "the request ended early")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise Problem(413, f"a body may have {limit} bytes")
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _refuse_and_drain(
    request: Request,
    receive: Receive,
    send: Send,
    body: bytes | memoryview,
    headers: list[tuple[bytes, bytes]],
) -> None:
    """Answer first, then read the rest away: a closed connection would hide the answer."""
    await send(
        {
            "type": "http.response.start",
            "status": 413,
            "headers": [*headers, (b"connection", b"close")],
        }
    )
    await send({"type": "http.response.body", "body": bytes(body), "more_body": True})
    if request.headers.get("expect", "").lower() != "100-continue":
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                await _drain(receive)
        except TimeoutError:
            pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drain(receive: Receive) -> None:
    size = 0
    while size < _DRAIN_BYTES:
        message = await receive()
        size += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


def _replay(body: bytes, receive: Receive) -> Receive:
    """A channel that gives the body once, then what the connection says."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _depth(body: bytes) -> int:
    """The deepest nesting, brackets inside strings aside; stops counting past the limit."""
    if body.count(b"[") + body.count(b"{") <= JSON_DEPTH:
        return 0
    deepest = depth = 0
    in_string = escaped = False
    for byte in body:
        if in_string:
            if escaped:
                escaped = False
            elif byte == _ESCAPE:
                escaped = True
            elif byte == _QUOTE:
                in_string = False
        elif byte == _QUOTE:
            in_string = True
        elif byte in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
            if deepest > JSON_DEPTH:
                break
        elif byte in _CLOSING:
            depth -= 1
    return deepest


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem(400, "the JSON gives one key twice in the same object")
    return found


def _no_constant(_: str) -> None:
    raise Problem(400, "NaN and Infinity are not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Problem(400, "a number is too large")
    return number


def _check_text(value: object) -> None:
    """Refuse escapes that stand for no text: NUL and half a surrogate pair."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise Problem(400, "a text carries a NUL or an unpaired surrogate")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check_text(item)
    elif isinstance(value, list):
        for item in value:
            _check_text(item)
