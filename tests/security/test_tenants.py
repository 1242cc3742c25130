"""Every published operation, called by one practice with the ids of another: 0 reads, 0 writes.

The operations come from each service's own OpenAPI document, the ids from what the services answer
to the practice that owns them, so that a new endpoint is covered the day it is published.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest_asyncio

from deploy.local.credentials import Credentials
from deploy.local.issuer import Issuer
from deploy.local.parts import SERVICES
from deploy.local.stack import Stack
from deploy.simulators.webhooks import signed_headers
from shared.db.migrations import relay_role, service_role
from shared.http.scopes import SCOPES
from shared.kernel.clock import Clock
from tests.security.conftest import JSON, Door, example

OWNER, INTRUDER = "tenant-owner", "tenant-intruder"
SOURCE, SECRET = "tenant-owner-ehr", "whsec_dGVuYW50LW93bmVyLXNlY3JldC1vZi0zMi1ieXRlcw=="
NOBODY = "00000000-0000-0000-0000-000000000000"
METHODS = ("get", "post", "put", "delete", "patch")
# What stands for everybody: the rules, and tables that no practice owns.
SHARED = ("/v1/rules", "/v1/references", "/v1/payers")
Ids = dict[str, set[str]]


class Tenant:
    """The owner's ids by the name of their field, and the two callers."""

    def __init__(self, ids: Ids, owner: dict[str, str], intruder: dict[str, str]) -> None:
        self.ids = ids
        self.owner = owner
        self.intruder = intruder

    def value(self, name: str) -> str:
        return next(iter(sorted(self.ids.get(name, ()))), NOBODY)

    def secrets(self) -> set[str]:
        """What only the owner's answers may carry."""
        named = ("case_id", "claim_id", "message_id", "source_id", "event_id", "specimen_id")
        return {value for name in named for value in self.ids.get(name, ())}


def fields(value: object) -> Iterator[tuple[str, str]]:
    """Every id of an answer: (field, text)."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name.endswith("_id") and isinstance(item, str):
                yield name, item
            yield from fields(item)
    elif isinstance(value, list):
        for item in value:
            yield from fields(item)


async def document(door: Door, service: str) -> dict[str, Any]:
    return (await door.client.get(door.urls[service] + "/openapi.json")).json()


@pytest_asyncio.fixture(scope="package")
async def tenant(door: Door, stack: Stack) -> Tenant:
    """A practice with a coded case, a source and a message."""
    issuer = Issuer(Credentials(stack.state / "credentials.json").signing_key())

    def bearer(practice_id: str) -> dict[str, str]:
        token = issuer.token(practice_id, "tester", SCOPES, Clock().wall())
        return {"authorization": f"Bearer {token}"}

    owner = bearer(OWNER)
    ids: Ids = defaultdict(set)
    for service, path, name in (
        ("eligibility", "visits", "1-visit"),
        ("documentation", "encounters", "1-encounter"),
        ("pathology", "results", "1-result"),
    ):
        posted = await door.client.post(
            f"{door.urls[service]}/v1/{path}", json=example(name), headers=owner
        )
        assert posted.status_code in (200, 201, 202), posted.text
        for field, value in (*fields(example(name)), *fields(posted.json())):
            ids[field].add(value)
    await _with_message(door, owner)
    url = f"{door.urls['operations']}/v1/cases/{min(ids['case_id'])}"
    for _ in range(300):
        view = (await door.client.get(url, headers=owner)).json()
        if view.get("claims"):
            break
        await asyncio.sleep(0.1)
    assert view.get("claims"), view
    for field, value in fields(view):
        ids[field].add(value)
    for service in SERVICES:
        for path, operations in (await document(door, service))["paths"].items():
            if "get" in operations and "{" not in path:
                answer = await door.client.get(door.urls[service] + path, headers=owner)
                if answer.status_code == 200 and not path.startswith(SHARED):
                    for field, value in fields(answer.json()):
                        ids[field].add(value)
    return Tenant(ids, owner, bearer(INTRUDER))


async def _with_message(door: Door, owner: dict[str, str]) -> None:
    url = door.urls["eligibility"]
    setting = {"format": "dermis", "secrets": [SECRET]}
    put = await door.client.put(f"{url}/v1/sources/{SOURCE}", json=setting, headers=owner)
    assert put.status_code == 200, put.text
    body = json.dumps(example("1-visit")).encode()
    headers = dict(signed_headers(SECRET, "msg_tenant", body, content_type=JSON))
    kept = await door.client.post(f"{url}/v1/webhooks/{SOURCE}", content=body, headers=headers)
    assert kept.status_code == 202, kept.text


def address(tenant: Tenant, path: str, operation: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The path and the query with the owner's ids wherever an id is asked for."""
    parts = [tenant.value(part[1:-1]) if part.startswith("{") else part for part in path.split("/")]
    named = [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"]
    query = {name: tenant.value(name) for name in named if name in tenant.ids}
    if "q" in named:
        query["q"] = tenant.value("case_id")
    return "/".join(parts), query


def body_of(tenant: Tenant, schema: dict[str, Any], root: dict[str, Any], name: str = "") -> Any:
    """The least the schema takes, with the owner's ids where the field is an id."""
    if "$ref" in schema:
        found = root["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return body_of(tenant, found, root, name)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return body_of(tenant, schema[choice][0], root, name)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties", {})
        wanted = {*schema.get("required", ()), *(set(properties) & set(tenant.ids))}
        return {
            each: body_of(tenant, properties[each], root, each)
            for each in sorted(wanted & set(properties))
        }
    if kind == "array":
        least = max(1, schema.get("minItems", 1))
        return [body_of(tenant, schema.get("items", {}), root, name)] * least
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return False
    texts = {"date": "2025-03-03", "date-time": "2025-03-03T10:00:00-06:00", "uuid": NOBODY}
    return tenant.value(name) if name in tenant.ids else texts.get(schema.get("format", ""), "x1")


async def rows_of(stack: Stack, practice_id: str) -> dict[str, str]:
    """A digest per table of every row that belongs to the practice."""
    connection = await asyncpg.connect(stack.owner_url)
    try:
        tables = await connection.fetch(
            "select table_schema, table_name from information_schema.columns "
            "where column_name = 'practice_id' and table_schema = any($1) order by 1, 2",
            list(SERVICES),
        )
        return {
            f"{schema}.{table}": await connection.fetchval(
                "select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') "
                f'from "{schema}"."{table}" t where practice_id = $1',
                practice_id,
            )
            for schema, table in tables
        }
    finally:
        await connection.close()


async def quiet_rows(stack: Stack) -> dict[str, str]:
    """The owner's rows once nothing moves behind the endpoints."""
    before = await rows_of(stack, OWNER)
    still = 0
    for _ in range(100):
        await asyncio.sleep(0.1)
        after = await rows_of(stack, OWNER)
        still = still + 1 if after == before else 0
        if still == 5:
            return after
        before = after
    raise AssertionError("the owner's rows do not come to rest")


@dataclass(frozen=True)
class Call:
    """One operation, addressed with the owner's ids."""

    service: str
    method: str
    template: str
    url: str
    query: dict[str, str]
    body: Any

    @property
    def sent(self) -> set[str]:
        """The ids the caller itself named."""
        return {*self.query.values(), *self.url.split("/"), *(id_ for _, id_ in fields(self.body))}

    async def by(self, door: Door, headers: dict[str, str]) -> httpx.Response:
        content = {} if self.body is None else {"json": self.body}
        return await door.client.request(
            self.method, self.url, params=self.query, headers=headers, **content
        )


async def calls(door: Door, tenant: Tenant) -> list[Call]:
    """Every published operation but webhooks, which are no caller's."""
    found = []
    for service in SERVICES:
        root = await document(door, service)
        for path, operations in root["paths"].items():
            for method in METHODS:
                if method not in operations or path.startswith("/v1/webhooks"):
                    continue
                place, query = address(tenant, path, operations[method])
                content = operations[method].get("requestBody", {}).get("content", {})
                body = None
                if JSON in content:
                    body = body_of(tenant, content[JSON].get("schema", {}), root)
                url = door.urls[service] + place
                found.append(Call(service, method, path, url, query, body))
    return found


async def test_no_operation_reads_or_writes_for_another_practice(
    door: Door, tenant: Tenant, stack: Stack
) -> None:
    before = await quiet_rows(stack)
    assert sum(1 for digest in before.values() if digest) >= 15, before
    every = await calls(door, tenant)
    reads = [call for call in every if call.method == "get"]
    writes = [call for call in every if call.method != "get"]
    assert len(reads) >= 30, reads
    assert len(writes) >= 20, writes
    answered = 0
    # Reads come first: what the intruder writes below under the same outside ids is its own.
    for call in reads:
        answer = await call.by(door, tenant.intruder)
        told = (call, answer.status_code, answer.text[:300])
        assert answer.status_code < 500, told
        assert not [each for each in tenant.secrets() if each in answer.text], told
        if "{" in call.template and not call.template.startswith(SHARED):
            assert answer.status_code in (404, 422), told
            answered += (await call.by(door, tenant.owner)).status_code == 200
    assert answered >= 7, answered  # the same addresses do answer their owner
    for call in writes:
        answer = await call.by(door, tenant.intruder)
        told = (call, answer.status_code, answer.text[:300])
        assert answer.status_code < 500, told
        leaked = {each for each in tenant.secrets() if each in answer.text}
        assert not leaked - call.sent, told
    after = await rows_of(stack, OWNER)
    # The owner's own reads above left audit rows.
    changed = [name for name in before if after[name] != before[name]]
    assert [name for name in changed if not name.endswith(".audit")] == []


async def test_every_table_of_practices_is_closed_by_the_database_itself(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.owner_url)
    try:
        open_tables = await connection.fetch(
            "select c.oid::regclass::text from pg_class c "
            "join pg_namespace n on n.oid = c.relnamespace "
            "join pg_attribute a on a.attrelid = c.oid and a.attname = 'practice_id' "
            "where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any($1) "
            "and not (c.relrowsecurity and c.relforcerowsecurity)",
            list(SERVICES),
        )
        mighty = await connection.fetch(
            "select rolname from pg_roles where rolname = any($1) "
            "and (rolsuper or rolbypassrls or rolcreaterole)",
            [role(each) for each in SERVICES for role in (service_role, relay_role)],
        )
    finally:
        await connection.close()
    assert open_tables == []
    assert mighty == []
