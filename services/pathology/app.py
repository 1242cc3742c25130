"""Pathology: the wiring, read top to bottom."""

from fastapi import FastAPI

from services.pathology import api, store, wire
from services.pathology.api.carried import results_of
from services.pathology.domain.case import Case
from services.pathology.domain.commands import References
from services.pathology.handlers import HANDLERS
from services.pathology.settings import Settings
from shared.bus.runner import Runner
from shared.bus.stage import Stage
from shared.db import Database
from shared.http import Parts, Webhooks, create_app, serve
from shared.telemetry import read_clock
from shared.vault import Vault

FORMATS = ("dermis", "fhir", "hl7v2")
KEEPING = wire.Keeping(store.route, store.keep_orders, store.keep_merge, store.keep_patient)


def parts_of(settings: Settings, database: Database) -> Parts[Case, References]:
    """The stage with what its endpoints need."""
    stage = Stage(
        name="pathology",
        state_type=Case,
        initial=Case,
        handlers=HANDLERS,
        references=store.load_references,
        save=store.save,
    )
    vault = Vault(settings.keyring(), database.transaction)
    return Parts(stage, database, read_clock(settings.clock_file), vault)


def app_of(
    settings: Settings, parts: Parts[Case, References], bus: Runner[Case, References] | None
) -> FastAPI:
    """The HTTP side over these parts; without a bus it answers alone."""
    return create_app(
        settings,
        parts,
        routers=api.ROUTERS,
        bus=bus,
        webhooks=Webhooks(FORMATS, wire.identify, wire.interpreter(KEEPING), results=results_of),
        mllp=settings.mllp,
    )


def build(settings: Settings) -> FastAPI:
    """The whole service."""
    parts = parts_of(settings, settings.database("pathology"))
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
    serve("pathology", build, Settings())
