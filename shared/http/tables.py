"""What `shared.http` keeps in every service's schema, and the migration that creates it.

Times here are wall time: they concern connections, not the practice's story.
"""

from alembic.operations import Operations
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.db.migrations import protect, relay_role, service_role
from shared.vault import vault_table

_NOW = func.now()


def http_tables(metadata: MetaData) -> None:
    """Add the tables of `shared.http` and `shared.vault` to a service's metadata."""
    vault_table(metadata)
    idempotency_table(metadata)
    audit_table(metadata)
    source_table(metadata)
    inbox_table(metadata)


def idempotency_table(metadata: MetaData) -> Table:
    """Answers by `Idempotency-Key`. `status` is null while the first request is in flight."""
    return Table(
        "idempotency",
        metadata,
        Column("practice_id", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("started_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
        Column("status", Integer),
        Column("media_type", Text),
        Column("body", LargeBinary),
    )


def audit_table(metadata: MetaData) -> Table:
    """Who did or read what, by ids. `occurred_at` is business time, `recorded_at` wall time."""
    return Table(
        "audit",
        metadata,
        Column("audit_id", Uuid, primary_key=True),
        Column("practice_id", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("object_id", Text, nullable=False),
        Column("reason", Text),
        Column("occurred_at", DateTime(timezone=True), nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    )


def source_table(metadata: MetaData) -> Table:
    """Senders of webhooks. `secrets` is a sealed JSON list of one or two live secrets."""
    return Table(
        "source",
        metadata,
        Column("source_id", Text, primary_key=True),
        Column("practice_id", Text, nullable=False),
        Column("format", Text, nullable=False),
        Column("test", Boolean, nullable=False, server_default=text("false")),
        Column("secrets", LargeBinary, nullable=False),
        Column("updated_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    )


def inbox_table(metadata: MetaData) -> Table:
    """Messages as they came, sealed, and what became of them."""
    return Table(
        "webhook_inbox",
        metadata,
        Column("source_id", Text, primary_key=True),
        Column("external_id", Text, primary_key=True),
        Column("body_hash", LargeBinary, primary_key=True),
        Column("message_id", Uuid, nullable=False),
        Column("practice_id", Text, nullable=False),
        Column("format", Text, nullable=False),
        Column("media_type", Text, nullable=False),
        Column("raw", LargeBinary, nullable=False),
        Column("repaired", LargeBinary),
        Column("conflict", Boolean, nullable=False, server_default=text("false")),
        Column("test", Boolean, nullable=False, server_default=text("false")),
        Column("state", Text, nullable=False, server_default="stored"),
        Column("kind", Text),
        Column("case_id", Uuid),
        Column("events", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
        Column("problems", JSONB, nullable=False, server_default=text("'[]'")),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("next_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
        Column("traceparent", Text),
        Column("received_at", DateTime(timezone=True), nullable=False),
        UniqueConstraint("message_id", name="webhook_inbox_message"),
        Index(
            "webhook_inbox_due", "next_at", postgresql_where=text("state in ('stored', 'waiting')")
        ),
        Index("webhook_inbox_listed", "practice_id", "received_at", "message_id"),
    )


def create_http_tables(op: Operations, schema: str) -> None:
    """Create the tables with their row-level security: called by a service's first migration."""
    metadata = MetaData(schema=schema)
    http_tables(metadata)
    metadata.create_all(op.get_bind())
    for table in metadata.sorted_tables:
        protect(op, schema, table.name)
    # A webhook names its source before anyone knows the practice: that one row may be read.
    op.execute(
        f"create policy by_id on {schema}.source for select to {service_role(schema)} "
        "using (source_id = nullif(current_setting('app.source', true), ''))"
    )
    # The interpreter looks for messages of every practice, by ids alone.
    op.execute(
        f"grant select (message_id, practice_id, state, next_at) "
        f"on {schema}.webhook_inbox to {relay_role(schema)}"
    )
    op.execute(
        f"create policy finder on {schema}.webhook_inbox for select to {relay_role(schema)} "
        "using (true)"
    )
