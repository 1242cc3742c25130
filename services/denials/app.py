"""Denials: the wiring, read top to bottom."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from services.denials import api, store
from services.denials.domain.case import Case
from services.denials.domain.tables import Tables
from services.denials.handlers import HANDLERS
from services.denials.reference import load_tables
from services.denials.settings import Settings
from shared.bus.runner import Runner
from shared.bus.stage import Input, Stage
from shared.db import Database
from shared.http import create_app, serve
from shared.telemetry import read_clock


def parts_of(settings: Settings, database: Database) -> api.DenialsParts:
    """The stage with what its endpoints need."""
    tables = load_tables()

    async def references(_: AsyncConnection, __: Sequence[tuple[UUID, Input]]) -> Tables:
        return tables

    stage = Stage(
        name="denials",
        state_type=Case,
        initial=Case,
        handlers=HANDLERS,
        references=references,
        save=store.save,
    )
    return api.DenialsParts(stage, database, read_clock(settings.clock_file), tables=tables)


def app_of(
    settings: Settings, parts: api.DenialsParts, bus: Runner[Case, Tables] | None
) -> FastAPI:
    """The HTTP side over these parts; without a bus it answers alone."""
    return create_app(settings, parts, routers=[api.reads], bus=bus)


def build(settings: Settings) -> FastAPI:
    """The whole service."""
    parts = parts_of(settings, settings.database("denials"))
    runner = Runner(
        parts.stage,
        parts.database,
        settings.broker(),
        parts.clock,
        ordinal=settings.ordinal,
        dead_letters_an_hour=settings.dead_letters_an_hour,
    )
    return app_of(settings, parts, runner)


if __name__ == "__main__":
    serve("denials", build, Settings())
