"""Eligibility: the wiring, read top to bottom."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from services.eligibility import store
from services.eligibility.api import authorizations, visits
from services.eligibility.api.intake import FORMATS, VisitMessages
from services.eligibility.api.parts import EligibilityParts
from services.eligibility.domain.case import Case, first_case
from services.eligibility.handlers import HANDLERS, References
from services.eligibility.settings import Settings
from shared.bus.runner import Runner
from shared.bus.stage import Input, Stage
from shared.db import Database
from shared.http import Webhooks, create_app, serve
from shared.telemetry import read_clock
from shared.vault import Vault


def parts_of(settings: Settings, database: Database) -> EligibilityParts:
    """The stage with what its endpoints need."""
    references = References(settings.contractor)

    async def load_references(_: AsyncConnection, __: Sequence[tuple[UUID, Input]]) -> References:
        return references

    stage = Stage(
        name="eligibility",
        state_type=Case,
        initial=first_case,
        handlers=HANDLERS,
        references=load_references,
        save=store.save,
    )
    return EligibilityParts(
        stage,
        database,
        read_clock(settings.clock_file),
        Vault(settings.keyring(), database.transaction),
        subjects=settings.subjects(),
        contractor=settings.contractor,
    )


def app_of(
    settings: Settings, parts: EligibilityParts, bus: Runner[Case, References] | None
) -> FastAPI:
    """The HTTP side over these parts; without a bus it answers alone."""
    messages = VisitMessages(parts.subjects)
    return create_app(
        settings,
        parts,
        routers=[visits.commands, visits.reads, authorizations.commands, authorizations.reads],
        bus=bus,
        webhooks=Webhooks(FORMATS, messages.identify, messages.interpret),
    )


def build(settings: Settings) -> FastAPI:
    """The whole service."""
    parts = parts_of(settings, settings.database("eligibility"))
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
    serve("eligibility", build, Settings())
