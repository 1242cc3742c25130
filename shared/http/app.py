"""The app of a service: its routers between what every service has in common."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from shared.bus.runner import Runner
from shared.http import bus_routes, messages, parked_routes, sources
from shared.http import webhooks as webhook_routes
from shared.http.credentials import Verifier
from shared.http.intake import Intake
from shared.http.interpreter import Interpreter
from shared.http.limits import Limits
from shared.http.message import Webhooks
from shared.http.mllp import MllpPort, listening
from shared.http.observe import Observe
from shared.http.parts import Parts
from shared.http.problems import install_problems
from shared.http.published import publish_problems
from shared.http.settings import ServiceSettings

_PROBE_SECONDS = 5.0
# FastAPI's own spans and logs carry whole addresses and the words of exceptions: `Observe` tells
# what may be told.
_NO_TELEMETRY_OF_ITS_OWN: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def create_app(
    settings: ServiceSettings,
    parts: Parts[Any, Any],
    *,
    routers: Sequence[APIRouter],
    bus: Runner[Any, Any] | None = None,
    webhooks: Webhooks | None = None,
    uploads: str | None = None,
    mllp: Sequence[MllpPort] = (),
) -> FastAPI:
    """The HTTP side of a service.

    bus: what runs behind the endpoints as long as the app does; without it the app answers alone.
    webhooks: how messages from partners are read, for a service that takes them. uploads: the paths
    under this prefix take files, which their endpoints read as they come. mllp: the ports on which
    HL7 messages are taken as well.
    """
    service = parts.stage.name
    interpreter = Interpreter(parts, webhooks) if webhooks is not None else None
    all_routers = [*routers, parked_routes.router]
    if bus is not None:
        all_routers.append(bus_routes.router)
    if webhooks is not None:
        all_routers += [webhook_routes.router, sources.router, messages.router]
    app = FastAPI(
        title=f"Dermis {service}",
        version="1",
        lifespan=_lifespan(parts, bus, interpreter, webhooks, mllp),
        telemetry=_NO_TELEMETRY_OF_ITS_OWN,
    )
    app.state.parts = parts
    app.state.bus = bus
    app.state.webhooks = webhooks
    app.state.verifier = Verifier(
        issuer=settings.jwt_issuer, jwks_file=settings.jwks_file, jwks_url=settings.jwks_url
    )
    app.add_middleware(Intake, uploads=uploads)
    app.add_middleware(
        Limits, requests=settings.requests_a_minute, webhooks=settings.webhooks_a_minute
    )
    app.add_middleware(Observe, service=service)
    install_problems(app)
    for router in all_routers:
        app.include_router(router)
    publish_problems(app)
    _add_probes(app, bus.ready if bus is not None else parts.database.ready)
    return app


def _lifespan(
    parts: Parts[Any, Any],
    bus: Runner[Any, Any] | None,
    interpreter: Interpreter | None,
    webhooks: Webhooks | None,
    mllp: Sequence[MllpPort],
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(parts.database.close)
            if bus is not None:
                await stack.enter_async_context(bus)
            if interpreter is not None:
                await stack.enter_async_context(interpreter)
            if webhooks is not None and mllp:
                app.state.mllp_ports = await stack.enter_async_context(
                    listening(parts, webhooks, mllp)
                )
            yield

    return lifespan


def _add_probes(app: FastAPI, is_ready: Callable[[], Awaitable[bool]]) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def live() -> dict[str, str]:
        """The process answers."""
        return {"status": "live"}

    @app.get("/readyz", include_in_schema=False)
    async def ready() -> Response:
        """200 once broker and database answer, the migrations are applied and events are heard."""
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                good = await is_ready()
        except TimeoutError:
            good = False
        return JSONResponse(
            {"status": "ready" if good else "not ready"}, status_code=200 if good else 503
        )

    @app.get("/metrics", include_in_schema=False)
    async def exported() -> Response:
        """The metrics of `shared.telemetry.metrics`, as Prometheus reads them."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
