"""Every request gets an id, a span, a log line and a count; every failure a problem document."""

import time
from uuid import UUID

from opentelemetry.trace import Span, SpanKind, StatusCode
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.bus.reasons import is_outage
from shared.http.problems import respond
from shared.kernel.ids import new_id
from shared.telemetry import error_fields, logger, metrics, span

_QUIET_ROUTES = {"/healthz", "/readyz", "/metrics"}
_LOG = logger(__name__)


class Observe:
    """ASGI middleware: the outermost of ours, so it sees each request as the caller does."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request under a span that continues the caller's trace."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        scope["dermis.request_id"] = request_id = _request_id(request)
        started = time.perf_counter()
        status = 0

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        with span("http", parent=request.headers, kind=SpanKind.SERVER) as current:
            try:
                await self._app(scope, receive, observed)
            except Exception as error:  # the edge: whatever came this far becomes an answer
                self._report(current, error)
                if status:
                    raise
                await _answer_failure(error, request)(scope, receive, observed)
            self._record(scope, current, status, time.perf_counter() - started)

    def _report(self, current: Span, error: Exception) -> None:
        current.set_status(StatusCode.ERROR, type(error).__qualname__)
        if not is_outage(error):
            metrics.UNHANDLED_ERRORS.labels(self._service, type(error).__qualname__).inc()
        _LOG.error("request_failed", **error_fields(error))

    def _record(self, scope: Scope, current: Span, status: int, seconds: float) -> None:
        # The template, never the address: an address may carry what somebody searched for.
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"]
        current.update_name(f"{method} {route}")
        current.set_attribute("http.route", route)
        current.set_attribute("http.response.status_code", status)
        metrics.HTTP_REQUESTS.labels(self._service, method, route, str(status)).inc()
        metrics.HTTP_SECONDS.labels(self._service, method, route).observe(seconds)
        if route not in _QUIET_ROUTES:
            _LOG.info(
                "request",
                method=method,
                route=route,
                status=status,
                milliseconds=round(seconds * 1000, 1),
                request_id=scope["dermis.request_id"],
            )


def _answer_failure(error: Exception, request: Request) -> ASGIApp:
    if is_outage(error):
        return respond(request, 503, "the database cannot be reached", headers={"Retry-After": "2"})
    return respond(request, 500, "the request met an error of the service; nothing was changed")


def _request_id(request: Request) -> str:
    """The caller's id where it is a UUID (no other text enters a log), else a new one."""
    try:
        return str(UUID(request.headers.get("x-request-id", "")))
    except ValueError:
        return str(new_id())
