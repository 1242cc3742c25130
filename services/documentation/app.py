"""Documentation: the wiring, read top to bottom."""

from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from services.documentation import store
from services.documentation.api import encounters, intake
from services.documentation.domain.case import Case, first_case
from services.documentation.handlers import HANDLERS, References
from services.documentation.settings import Settings
from shared.bus.runner import Runner
from shared.bus.stage import Input, Stage
from shared.db import Database
from shared.http import Parts, Webhooks, create_app, serve
from shared.telemetry import read_clock
from shared.vault import Vault

DocumentationParts: TypeAlias = Parts[Case, References]


async def _no_references(_: AsyncConnection, __: Sequence[tuple[UUID, Input]]) -> References:
    return References()


def parts_of(settings: Settings, database: Database) -> DocumentationParts:
    """The stage with what its endpoints need."""
    stage = Stage(
        name="documentation",
        state_type=Case,
        initial=first_case,
        handlers=HANDLERS,
        references=_no_references,
        save=store.save,
    )
    vault = Vault(settings.keyring(), database.transaction)
    return Parts(stage, database, read_clock(settings.clock_file), vault)


def app_of(
    settings: Settings, parts: DocumentationParts, bus: Runner[Case, References] | None
) -> FastAPI:
    """The HTTP side over these parts; without a bus it answers alone."""
    return create_app(
        settings,
        parts,
        routers=[encounters.commands, encounters.reads],
        bus=bus,
        webhooks=Webhooks(intake.FORMATS, intake.identify, intake.interpret),
    )


def build(settings: Settings) -> FastAPI:
    """The whole service."""
    parts = parts_of(settings, settings.database("documentation"))
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
    serve("documentation", build, Settings())
