"""Submission: the wiring, read top to bottom."""

from datetime import timedelta

from fastapi import FastAPI

from services.submission import routes
from services.submission.api import checks, claims, files, money_in, profiles
from services.submission.api import routes as ways
from services.submission.api.parts import SubmissionParts
from services.submission.api.receiving import FORMATS, Reports
from services.submission.batching import Batcher, Route
from services.submission.domain.claim import Case, first_case
from services.submission.domain.commands import References
from services.submission.handlers import HANDLERS
from services.submission.handlers.filing import FILE
from services.submission.seed import read_code_lists, read_code_tables
from services.submission.settings import Settings
from services.submission.store.claims import save
from services.submission.store.profiles import load_references
from services.submission.wire.claim_file import Destination
from shared.bus.runner import Runner
from shared.bus.stage import Stage
from shared.contracts.claim_coded import ClaimCoded
from shared.db import Database
from shared.http import Webhooks, create_app, serve
from shared.telemetry import read_clock
from shared.vault import Vault
from shared.x12.judging import Judge

CLAIM_WITHOUT_VISIT = timedelta(days=3)


def parts_of(settings: Settings, database: Database, judge: Judge) -> SubmissionParts:
    """The stage with what its endpoints need."""
    stage = Stage(
        name="submission",
        state_type=Case,
        initial=first_case,
        handlers=HANDLERS,
        references=load_references,
        save=save,
        waits={ClaimCoded: CLAIM_WITHOUT_VISIT},
    )
    return SubmissionParts(
        stage,
        database,
        read_clock(settings.clock_file),
        Vault(settings.keyring(), database.transaction),
        codes=read_code_tables(),
        judge=judge,
    )


def batcher_of(settings: Settings, parts: SubmissionParts) -> Batcher:
    """What forms files and follows them up."""
    destination = Destination(
        settings.clearinghouse_id, settings.clearinghouse_name, settings.usage
    )
    quiet = settings.quiet_seconds
    route = Route("clearinghouse", destination, timedelta(seconds=quiet) if quiet else None)
    return Batcher(parts, settings.subjects(), route, parts.judge)


def app_of(
    settings: Settings, parts: SubmissionParts, bus: Runner[Case, References] | None
) -> FastAPI:
    """The HTTP side over these parts; without a bus it answers alone."""
    reports = Reports(parts.codes)
    return create_app(
        settings,
        parts,
        routers=[
            checks.reads,
            files.reads,
            money_in.commands,
            claims.commands,
            claims.reads,
            profiles.router,
            ways.router,
        ],
        bus=bus,
        webhooks=Webhooks(FORMATS, reports.identify, reports.interpret),
    )


def build(settings: Settings) -> FastAPI:
    """The whole service."""
    database = settings.database("submission")
    parts = parts_of(settings, database, Judge(read_code_lists()))
    client = routes.client(
        settings.clearinghouse_url, settings.clearinghouse_api_key.get_secret_value()
    )
    assert parts.vault is not None
    partners = {FILE: routes.Routes(database, parts.vault, client, parts.clock).partner()}
    runner = Runner(
        parts.stage,
        database,
        settings.broker(),
        parts.clock,
        partners=partners,
        dead_letters_an_hour=settings.dead_letters_an_hour,
        work={"batcher": batcher_of(settings, parts).run},
    )
    return app_of(settings, parts, runner)


if __name__ == "__main__":
    serve("submission", build, Settings())
