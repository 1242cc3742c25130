"""The app of a service: its routers between what every service has in common."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from shared.http import messages, sources
from shared.http import webhooks as webhook_routes
from shared.http.credentials import Verifier
from shared.http.intake import Intake
from shared.http.interpreter import Interpreter
from shared.http.message import Webhooks
from shared.http.observe import Observe
from shared.http.parts import Parts
from shared.http.problems import install_problems
from shared.http.settings import ServiceSettings
from shared.telemetry import error_fields, logger, metrics

Background = Callable[[], Awaitable[None]]
Check = Callable[[], Awaitable[bool]]

_PROBE_SECONDS = 2.0
_RESTART_SECONDS = 1.0
_LOG = logger(__name__)


def create_app(
    settings: ServiceSettings,
    parts: Parts[Any, Any],
    *,
    routers: Sequence[APIRouter],
    background: Mapping[str, Background],
    checks: Mapping[str, Check],
    webhooks: Webhooks | None = None,
) -> FastAPI:
    """The HTTP side of a service.

    background: tasks that run as long as the app, by name; one that ends is begun again. checks:
    what must answer before the service is ready, beside the database. webhooks: how messages from
    partners are read, for a service that takes them.
    """
    service = parts.stage.name
    tasks = dict(background)
    all_routers = [*routers]
    if webhooks is not None:
        tasks["interpreter"] = Interpreter(parts, webhooks).run
        all_routers += [webhook_routes.router, sources.router, messages.router]
    app = FastAPI(title=f"Dermis {service}", version="1", lifespan=_lifespan(parts, tasks))
    app.state.parts = parts
    app.state.webhooks = webhooks
    app.state.verifier = Verifier(
        issuer=settings.jwt_issuer, jwks_file=settings.jwks_file, jwks_url=settings.jwks_url
    )
    app.add_middleware(Intake)
    app.add_middleware(Observe, service=service)
    install_problems(app)
    for router in all_routers:
        app.include_router(router)
    _add_probes(app, {"database": parts.database.ready, **checks})
    return app


def _lifespan(parts: Parts[Any, Any], tasks: Mapping[str, Background]) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running = [
            asyncio.create_task(_keep_running(parts.stage.name, name, task), name=name)
            for name, task in tasks.items()
        ]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await parts.database.close()

    return lifespan


async def _keep_running(service: str, name: str, task: Background) -> None:
    """Begin a task again whenever it fails: a lost database or broker comes back."""
    while True:
        try:
            await task()
        except Exception as error:
            _LOG.error("background_task_failed", task=name, **error_fields(error))
        metrics.BACKGROUND_RESTARTS.labels(service, name).inc()
        await asyncio.sleep(_RESTART_SECONDS)


def _add_probes(app: FastAPI, checks: Mapping[str, Check]) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def live() -> dict[str, str]:
        """The process answers."""
        return {"status": "live"}

    @app.get("/readyz", include_in_schema=False)
    async def ready() -> Response:
        """Everything the service needs answers: 200, else 503 with what does not."""
        answers = await asyncio.gather(*(_passes(check) for check in checks.values()))
        states = dict(zip(checks, answers, strict=True))
        return JSONResponse(
            {"status": "ready" if all(answers) else "not ready", "checks": states},
            status_code=200 if all(answers) else 503,
        )

    @app.get("/metrics", include_in_schema=False)
    async def exported() -> Response:
        """The metrics of `shared.telemetry.metrics`, as Prometheus reads them."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            return await check()
    except (TimeoutError, OSError):
        return False
