"""Runs one service in this process."""

import sys
from collections.abc import Callable
from typing import TypeVar

import uvicorn
from fastapi import FastAPI

from shared.http.settings import ServiceSettings
from shared.telemetry import start_telemetry

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)
_GRACEFUL_SECONDS = 10
_KEEP_ALIVE_SECONDS = 75
"""Longer than clients and balancers keep an idle connection: they end it, never a request on it."""


def serve(service: str, build: Callable[[SettingsT], FastAPI], settings: SettingsT) -> None:
    """Build the app and answer on its host and port until a signal ends it.

    Logs are ours alone: uvicorn's own would show addresses with what was searched for.
    """
    start_telemetry(service)
    config = uvicorn.Config(
        build(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACEFUL_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    server = uvicorn.Server(config)
    server.run()
    if not server.started:
        sys.exit(1)
