"""Operations: the wiring, read top to bottom."""

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from services.operations import api, store, web
from services.operations.domain.case import Case, first_case
from services.operations.handlers import HANDLERS
from services.operations.settings import Settings
from shared.bus.runner import Runner
from shared.bus.stage import Stage
from shared.http import Parts, create_app, serve
from shared.telemetry import read_clock


def build(settings: Settings) -> FastAPI:
    """The read model of every event, its REST and its pages."""
    database = settings.database("operations")
    clock = read_clock(settings.clock_file)
    stage = Stage(
        name="operations",
        state_type=Case,
        initial=first_case,
        handlers=HANDLERS,
        references=store.no_references,
        save=store.save,
    )
    app = create_app(
        settings,
        Parts(stage, database, clock),
        routers=[api.router, web.router],
        bus=Runner(
            stage,
            database,
            settings.broker(),
            clock,
            ordinal=settings.ordinal,
            dead_letters_an_hour=settings.dead_letters_an_hour,
        ),
    )
    app.mount("/static", StaticFiles(directory=web.STATIC), name="static")
    return app


if __name__ == "__main__":
    serve("operations", build, Settings())
