"""Coding: the wiring, read top to bottom."""

from fastapi import FastAPI

from services.coding import api, store
from services.coding.api.parts import CodingParts
from services.coding.api.references import FILES
from services.coding.domain.case import Case, first_case
from services.coding.domain.references import References
from services.coding.handlers import HANDLERS
from services.coding.replaying import Replays
from services.coding.settings import Settings
from shared.bus.runner import Runner
from shared.bus.stage import Stage
from shared.db import Database
from shared.http import create_app, serve
from shared.telemetry import read_clock


def parts_of(settings: Settings, database: Database) -> CodingParts:
    """The stage with what its endpoints need."""
    tables = store.ReferenceTables(carry_forward=settings.reference_carry_forward)
    stage = Stage(
        name="coding",
        state_type=Case,
        initial=first_case,
        handlers=HANDLERS,
        references=tables.references,
        save=store.save,
    )
    clock = read_clock(settings.clock_file)
    return CodingParts(stage, database, clock, reference_tables=tables)


def app_of(settings: Settings, parts: CodingParts, bus: Runner[Case, References] | None) -> FastAPI:
    """The HTTP side over these parts; without a bus it answers alone."""
    return create_app(settings, parts, routers=api.ROUTERS, bus=bus, uploads=FILES)


def build(settings: Settings) -> FastAPI:
    """The whole service."""
    parts = parts_of(settings, settings.database("coding"))
    runner = Runner(
        parts.stage,
        parts.database,
        settings.broker(),
        parts.clock,
        work={"replays": Replays(parts).run},
        ordinal=settings.ordinal,
        dead_letters_an_hour=settings.dead_letters_an_hour,
    )
    return app_of(settings, parts, runner)


if __name__ == "__main__":
    serve("coding", build, Settings())
