"""Schemas, roles and migrations of the services, run as the database's owner.

Each service keeps `services/<service>/migrations/` with an `env.py` of two lines
(`from services.<service>.tables import metadata` and `run(metadata)`) and `versions/`.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from alembic import context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

T = TypeVar("T")

_SERVICES = Path(__file__).parents[2] / "services"
_VERSION_TABLE = "migration"
# Alembic keeps its context in module globals: one run at a time in a process.
_ALEMBIC = threading.Lock()
_CONNECTION = "dermis.connection"


def service_role(service: str) -> str:
    """The role a service works under; it owns nothing."""
    return f"dermis_{service}"


def relay_role(service: str) -> str:
    """The role of the service's relay and of its finders of due rows."""
    return f"dermis_{service}_relay"


def version_table(service: str) -> str:
    """Where the service's schema keeps the revision it stands at."""
    return f"{service}.{_VERSION_TABLE}"


async def provision(
    owner_url: str, service: str, service_password: str, relay_password: str
) -> None:
    """Create the service's schema and roles where missing, set the passwords, grant the rights.

    Tables that the owner creates later in the schema are the service role's to read and write;
    what the relay's role may touch is granted table by table (`shared.bus.tables`).
    """
    async with _owner(owner_url) as run:
        await run(_provision, service, service_password, relay_password)


async def upgrade(owner_url: str, service: str) -> None:
    """Bring the service's schema to its last migration."""
    async with _owner(owner_url) as run:
        await run(_with_alembic, service, _upgrade)


async def differences(owner_url: str, service: str) -> list[str]:
    """Where the migrated schema and the service's `tables.py` disagree; empty when they agree."""
    async with _owner(owner_url) as run:
        said: list[str] = await run(_with_alembic, service, _compare)
        return said


@cache
def head(service: str) -> str | None:
    """The last revision of the service's migrations."""
    return ScriptDirectory.from_config(_config(service)).get_current_head()


def run(metadata: MetaData) -> None:
    """What a service's `env.py` calls: run the migrations against its `tables.py` metadata."""
    connection = context.config.attributes[_CONNECTION]
    schema = metadata.schema

    def only_this_schema(name: str | None, kind: str, _: object) -> bool:
        return kind != "schema" or name == schema

    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=_VERSION_TABLE,
        version_table_schema=schema,
        include_schemas=True,
        include_name=only_this_schema,
    )
    context.run_migrations()


def protect(op: Operations, schema: str, table: str) -> None:
    """Let the service's role see and write the rows of `app.practices` alone (`practice_id`)."""
    named = "string_to_array(nullif(current_setting('app.practices', true), ''), ',')"
    own = f"practice_id = any({named})"
    op.execute(f"alter table {schema}.{table} enable row level security")
    op.execute(f"alter table {schema}.{table} force row level security")
    op.execute(
        f"create policy practice on {schema}.{table} to {service_role(schema)} "
        f"using ({own}) with check ({own})"
    )


def _provision(
    connection: Connection, service: str, service_password: str, relay_password: str
) -> None:
    # Creating roles and granting are not safe against themselves: one at a time in a database.
    connection.execute(text("select pg_advisory_xact_lock(hashtext('dermis.provision'))"))
    connection.execute(text(f"create schema if not exists {service}"))
    roles = {service_role(service): service_password, relay_role(service): relay_password}
    for role, password in roles.items():
        known = connection.execute(
            text("select 1 from pg_roles where rolname = :role"), {"role": role}
        ).scalar()
        verb = "alter" if known else "create"
        literal = connection.execute(
            text("select quote_literal(cast(:password as text))"), {"password": password}
        ).scalar_one()
        connection.exec_driver_sql(f"{verb} role {role} login nobypassrls password {literal}")
        connection.execute(text(f"grant usage on schema {service} to {role}"))
    role = service_role(service)
    for change in (
        f"grant select, insert, update, delete on all tables in schema {service} to {role}",
        f"grant usage on all sequences in schema {service} to {role}",
        f"alter default privileges in schema {service} "
        f"grant select, insert, update, delete on tables to {role}",
        f"alter default privileges in schema {service} grant usage on sequences to {role}",
    ):
        connection.execute(text(change))


def _config(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SERVICES / service / "migrations"))
    return config


_Step = Callable[[tuple[str, ...] | str | None, MigrationContext], list[RevisionStep]]


def _with_alembic(
    connection: Connection, service: str, action: Callable[[ScriptDirectory, list[str]], _Step]
) -> list[str]:
    """Run the service's `env.py` with an action in place of the `alembic` command."""
    connection.execute(text("select pg_advisory_xact_lock(hashtext(:s))"), {"s": service})
    config = _config(service)
    config.attributes[_CONNECTION] = connection
    script = ScriptDirectory.from_config(config)
    said: list[str] = []
    with EnvironmentContext(config, script, fn=action(script, said)):
        script.run_env()
    return said


def _upgrade(script: ScriptDirectory, _: list[str]) -> _Step:
    def steps(revision: Any, __: MigrationContext) -> list[RevisionStep]:  # noqa: ANN401
        return script._upgrade_revs("head", revision)

    return steps


def _compare(_: ScriptDirectory, said: list[str]) -> _Step:
    def steps(_: object, migration: MigrationContext) -> list[RevisionStep]:
        metadata = migration.opts["target_metadata"]
        said.extend(str(difference) for difference in compare_metadata(migration, metadata))
        return []

    return steps


@asynccontextmanager
async def _owner(owner_url: str) -> AsyncIterator[Callable[..., Any]]:
    url = make_url(owner_url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, poolclass=NullPool)
    await asyncio.to_thread(_ALEMBIC.acquire)
    try:
        async with engine.begin() as connection:
            yield connection.run_sync
    finally:
        _ALEMBIC.release()
        await engine.dispose()
