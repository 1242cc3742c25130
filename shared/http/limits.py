"""How often a caller may ask: a token bucket per credential, in this process.

What stands here follows draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` says the quota
of a window, `RateLimit` what is left and after how many seconds the quota is whole again. Each
instance of a service counts for itself. Probes are not counted; webhooks have a quota of their own.
"""

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.intake import WEBHOOKS
from shared.http.problems import respond

WINDOW_SECONDS = 60
_UNCOUNTED = frozenset({"/healthz", "/readyz", "/metrics"})
_API = "/v1/"
# The longest unseen caller is forgotten; its bucket would be whole again by then.
_MOST_CALLERS = 20_000
_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands: whole requests left, seconds until the quota is whole.

    wait: seconds until the next request is let in; 0 where this one was.
    """

    left: int
    whole_in: int
    wait: int


class Buckets:
    """One bucket of `quota` requests per caller, refilled evenly over the window."""

    def __init__(
        self, name: str, quota: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.policy = f'"{name}";q={quota};w={WINDOW_SECONDS}'
        self._name = name
        self._quota = quota
        self._rate = quota / WINDOW_SECONDS
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __contains__(self, caller: str) -> bool:
        return caller in self._buckets

    def admit(self, caller: str) -> None:
        """Give the caller a bucket of its own."""
        self._buckets.setdefault(caller, (float(self._quota), self._monotonic()))
        if len(self._buckets) > _MOST_CALLERS:
            self._buckets.popitem(last=False)

    def take(self, caller: str) -> Standing:
        """Count one request of the caller, unless its bucket is empty."""
        self.admit(caller)
        now = self._monotonic()
        level, at = self._buckets[caller]
        level = min(self._quota, level + (now - at) * self._rate)
        wait = 0 if level >= 1 else math.ceil((1 - level) / self._rate)
        if not wait:
            level -= 1
        self._buckets[caller] = (level, now)
        self._buckets.move_to_end(caller)
        whole_in = math.ceil((self._quota - level) / self._rate)
        return Standing(left=int(level), whole_in=whole_in, wait=wait)

    def headers(self, standing: Standing) -> dict[str, str]:
        """The two fields that tell a caller its standing."""
        told = f'"{self._name}";r={standing.left};t={standing.whole_in}'
        return {"RateLimit-Policy": self.policy, "RateLimit": told}


class Limits:
    """ASGI middleware: counts a request before its body is read, or answers 429.

    A credential counts for itself once it got an answer; until then its requests count for the
    address they come from, so that trying tokens does not bring new quotas.
    """

    def __init__(self, app: ASGIApp, requests: int, webhooks: int) -> None:
        self._app = app
        self._requests = Buckets("requests", requests)
        self._webhooks = Buckets("webhooks", webhooks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] in _UNCOUNTED:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        webhook = request.url.path.startswith(WEBHOOKS)
        buckets = self._webhooks if webhook else self._requests
        credential = None if webhook else _credential(request)
        known = credential is not None and credential in buckets
        caller = credential if credential is not None and known else _address(request, webhook)
        standing = buckets.take(caller)
        headers = buckets.headers(standing)
        if standing.wait:
            headers["Retry-After"] = str(standing.wait)
            detail = f"more than the quota of {WINDOW_SECONDS} seconds was asked"
            await respond(request, 429, detail, headers=headers)(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                if credential is not None and message["status"] in _SUCCESS:
                    buckets.admit(credential)
                told = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
                message["headers"] = [*message.get("headers", ()), *told]
            await send(message)

        await self._app(scope, receive, counted)


def _credential(request: Request) -> str | None:
    """A digest of the bearer token of a call that needs one; the token itself is not kept."""
    header = request.headers.get("authorization")
    if header is None or not request.url.path.startswith(_API):
        return None
    return hashlib.blake2b(header.encode(), digest_size=16).hexdigest()


def _address(request: Request, webhook: bool) -> str:
    """Where the call comes from; sources behind one address do not share a quota."""
    host = request.client.host if request.client else "unknown"
    path = request.url.path[len(WEBHOOKS) :][:64] if webhook else ""
    return f"address {host} {path}"
