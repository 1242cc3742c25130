"""The tables of the bus, the same in the schema of every service.

`bus_tables` describes them for the service's metadata; `create_bus_tables` is what the first
migration of each service runs, `renew_bus_tables` what a later one runs for a schema made by an
earlier release. A test compares tables and migrations in every service.
"""

from alembic.operations import Operations
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    inspect,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from shared.db.migrations import protect, relay_role

_OF_A_PRACTICE = (
    "case_state",
    "cursor",
    "emitted",
    "timer",
    "outbox",
    "parked",
    "parked_audit",
    "outbound",
)
_RELAY_RIGHTS = {
    "outbox": "select, update",
    "outbound": "select, update",
    "timer": "select",
    "parked": "select",
    "emitted": "select",
    "cursor": "select",
}
_SINCE_GENERATIONS = ("generation", "consumer_run", "inflight")


def bus_tables(metadata: MetaData) -> None:
    """Add the tables of the bus to a service's metadata.

    Tables are as bus.md section 3 names them. `heard_epoch` is what the consumer last knew of the
    log's epoch, `parked_audit` who redrove or discarded what, and why, `generation` which restores
    from a backup there were, `consumer_run` which consumers run or ended without a word.
    """
    _cases(metadata)
    _outgoing(metadata)
    _parked(metadata)
    _log(metadata)
    _ends(metadata)


def create_bus_tables(op: Operations, schema: str) -> None:
    """Create the tables of the bus with their row-level security and the rights of the relay."""
    metadata = MetaData(schema=schema)
    bus_tables(metadata)
    metadata.create_all(op.get_bind())
    for table in _OF_A_PRACTICE:
        protect(op, schema, table)
    for table, rights in _RELAY_RIGHTS.items():
        _let_relay(op, schema, table, rights)
    relay = relay_role(schema)
    op.execute(
        f"grant select, insert, update, delete on {schema}.log_top, {schema}.epoch to {relay}"
    )
    op.execute(f"grant select, insert on {schema}.generation to {relay}")


def renew_bus_tables(op: Operations, schema: str) -> None:
    """Bring the tables that an earlier release created to those of `bus_tables`.

    A schema that `create_bus_tables` of this release made is left as it is.
    """
    bind = op.get_bind()
    if inspect(bind).has_table("generation", schema):
        return
    metadata = MetaData(schema=schema)
    bus_tables(metadata)
    metadata.create_all(bind, tables=[metadata.tables[f"{schema}.{t}"] for t in _SINCE_GENERATIONS])
    op.execute(f"alter table {schema}.cursor add generation bigint not null default 1")
    op.execute(
        f"alter table {schema}.parked add generation bigint not null default 1,"
        " add dead_at timestamptz, drop constraint parked_pkey,"
        " add primary key (topic, case_id, n, generation)"
    )
    op.execute(f"create index parked_dead on {schema}.parked (dead_at) where status = 'dead'")
    for table in ("emitted", "cursor"):
        _let_relay(op, schema, table, _RELAY_RIGHTS[table])
    op.execute(f"grant select, insert on {schema}.generation to {relay_role(schema)}")


def _let_relay(op: Operations, schema: str, table: str, rights: str) -> None:
    relay = relay_role(schema)
    op.execute(f"grant {rights} on {schema}.{table} to {relay}")
    op.execute(f"create policy relay on {schema}.{table} to {relay} using (true) with check (true)")


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _at(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _number(name: str, default: str | None = None) -> Column[int]:
    start = text(default) if default else None
    return Column(name, BigInteger, nullable=False, server_default=start)


def _case() -> Column[object]:
    return Column("case_id", UUID(as_uuid=True), nullable=False)


def _now(name: str) -> Column[object]:
    """Wall time of the write."""
    return Column(
        name, DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")
    )


def _cases(metadata: MetaData) -> None:
    Table(
        "case_state",
        metadata,
        _case(),
        _text("practice_id"),
        _number("version", "0"),
        Column("state", JSONB(none_as_null=True), nullable=True),
        PrimaryKeyConstraint("case_id"),
    )
    for name in ("cursor", "emitted"):
        Table(
            name,
            metadata,
            _text("topic"),
            _case(),
            _text("practice_id"),
            _number("last_n"),
            *([_number("generation", "1")] if name == "cursor" else []),
            PrimaryKeyConstraint("topic", "case_id"),
        )
    Table(
        "timer",
        metadata,
        _case(),
        _text("kind"),
        _text("practice_id"),
        _at("due_at", nullable=False),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        _at("next_at"),
        _text("reason", nullable=True),
        PrimaryKeyConstraint("case_id", "kind"),
        Index("timer_due", "due_at"),
    )


def _outgoing(metadata: MetaData) -> None:
    Table(
        "outbox",
        metadata,
        Column("seq", BigInteger, Identity(always=True), nullable=False),
        Column("event_id", UUID(as_uuid=True), nullable=False),
        _text("topic"),
        _case(),
        _text("practice_id"),
        _number("n"),
        Column("headers", JSONB, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        _now("created_at"),
        _at("published_at"),
        Column("part", Integer, nullable=True),
        Column("off", BigInteger, nullable=True),
        PrimaryKeyConstraint("seq"),
        UniqueConstraint("event_id"),
        UniqueConstraint("topic", "case_id", "n"),
        Index("outbox_unpublished", "seq", postgresql_where=text("published_at is null")),
    )
    Table(
        "outbound",
        metadata,
        Column("id", UUID(as_uuid=True), nullable=False),
        _case(),
        _text("practice_id"),
        _text("kind"),
        _text("idempotency_key"),
        Column("request", JSONB, nullable=False),
        _text("status"),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        _at("next_at"),
        Column("answer_status", Integer, nullable=True),
        Column("response", JSONB(none_as_null=True), nullable=True),
        _text("reason", nullable=True),
        _now("created_at"),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("idempotency_key"),
        Index("outbound_due", "next_at", postgresql_where=text("next_at is not null")),
    )


def _parked(metadata: MetaData) -> None:
    Table(
        "parked",
        metadata,
        _text("topic"),
        _case(),
        _number("n"),
        _text("practice_id"),
        Column("event_id", UUID(as_uuid=True), nullable=False),
        Column("raw", LargeBinary, nullable=True),
        Column("headers", JSONB, nullable=False),
        _text("reason"),
        _text("kind"),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        _at("next_at"),
        _text("waiting_for", nullable=True),
        _at("deadline_at"),
        _text("status"),
        Column("redriven", Boolean, nullable=False, server_default=text("false")),
        _now("parked_at"),
        _number("generation", "1"),
        _at("dead_at"),
        PrimaryKeyConstraint("topic", "case_id", "n", "generation"),
        Index("parked_due", "next_at", postgresql_where=text("status = 'open'")),
        Index("parked_waiting", "waiting_for", postgresql_where=text("kind = 'waiting'")),
        Index("parked_dead", "dead_at", postgresql_where=text("status = 'dead'")),
    )
    Table(
        "parked_audit",
        metadata,
        Column("id", BigInteger, Identity(always=True), nullable=False),
        _text("practice_id"),
        _now("at"),
        _text("actor"),
        _text("action"),
        _text("reason"),
        _text("topic"),
        _case(),
        _number("n"),
        PrimaryKeyConstraint("id"),
    )


def _log(metadata: MetaData) -> None:
    Table(
        "log_top",
        metadata,
        _text("topic"),
        Column("part", Integer, nullable=False),
        _number("off"),
        Column("event_id", UUID(as_uuid=True), nullable=False),
        PrimaryKeyConstraint("topic", "part"),
    )
    Table(
        "epoch",
        metadata,
        _text("topic"),
        _number("n"),
        PrimaryKeyConstraint("topic"),
    )
    Table(
        "heard_epoch",
        metadata,
        _text("topic"),
        Column("part", Integer, nullable=False),
        _number("n"),
        PrimaryKeyConstraint("topic", "part"),
    )


def _ends(metadata: MetaData) -> None:
    """What outlives an end nobody was prepared for: a restore, a process that was killed."""
    Table(
        "generation",
        metadata,
        _number("n"),
        _now("at"),
        _text("actor"),
        _text("reason"),
        PrimaryKeyConstraint("n"),
    )
    Table(
        "consumer_run",
        metadata,
        _text("instance"),
        _now("began_at"),
        PrimaryKeyConstraint("instance"),
    )
    Table(
        "inflight",
        metadata,
        _text("topic"),
        Column("part", Integer, nullable=False),
        _number("first_off"),
        Column("event_id", UUID(as_uuid=True), nullable=True),
        Column("tries", Integer, nullable=False),
        PrimaryKeyConstraint("topic", "part"),
    )
