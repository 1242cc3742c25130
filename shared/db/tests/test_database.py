"""Schemas, roles and row-level security of the seven services, as their migrations leave them."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from deploy.local.parts import SERVICES
from shared.db import Database
from shared.db.migrations import differences, provision, service_role

ServiceDatabase = Callable[[str], Awaitable[Database]]
Template = Callable[[str], Awaitable[str]]


def on(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@pytest.mark.parametrize("service", SERVICES)
async def test_tables_and_migrations_agree_and_every_practice_is_protected(
    postgres_url: str, service_template: Template, service: str
) -> None:
    url = on(postgres_url, await service_template(service))
    assert await differences(url, service) == []
    owner = await asyncpg.connect(url)
    open_tables = await owner.fetch(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p')"
        " and a.attname = 'practice_id' and not (c.relrowsecurity and c.relforcerowsecurity)",
        service,
    )
    role = await owner.fetchrow(
        "select rolsuper or rolbypassrls as mighty, exists (select 1 from pg_class"
        " where relowner = r.oid) as owns from pg_roles r where rolname = $1",
        service_role(service),
    )
    await owner.close()
    assert [row["relname"] for row in open_tables] == []
    assert (role["mighty"], role["owns"]) == (False, False)


async def test_a_column_no_migration_made_is_a_difference(
    postgres_url: str, service_template: Template
) -> None:
    url = postgres_url
    template = await service_template("denials")
    owner = await asyncpg.connect(url)
    await owner.execute(f"create database drifted template {template}")
    changed = await asyncpg.connect(on(url, "drifted"))
    await changed.execute("alter table denials.timer add column extra int")
    await changed.close()
    found = await differences(on(url, "drifted"), "denials")
    await owner.execute("drop database drifted")
    await owner.close()
    assert len(found) == 1
    assert "extra" in found[0]


async def test_services_provision_at_the_same_time_and_again(postgres_url: str) -> None:
    owner = await asyncpg.connect(postgres_url)
    await owner.execute("create database provisioned")
    url = on(postgres_url, "provisioned")
    names = [f"toy_provisioned_{number}" for number in range(4)] * 2
    await asyncio.gather(*(provision(url, name, "it's", "secret") for name in names))
    role = on(url, "provisioned")
    alone = make_url(role).set(username=service_role(names[0]), password="it's")
    connection = await asyncpg.connect(alone.render_as_string(hide_password=False))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(f"create table {names[0]}.mine (id int)")
    await connection.close()
    await owner.execute("drop database provisioned")
    await owner.close()


async def test_a_transaction_says_for_whom_it_works(service_database: ServiceDatabase) -> None:
    database = await service_database("denials")
    assert await database.ready()
    for name in ("north,south", ""):
        with pytest.raises(ValueError, match="short slug"):
            async with database.transaction([name]):
                pass


async def test_a_database_that_is_gone_is_not_ready() -> None:
    gone = Database("postgresql://a:b@127.0.0.1:1/x", "postgresql://a:b@127.0.0.1:1/x", "denials")
    assert not await gone.ready()
    await gone.close()
