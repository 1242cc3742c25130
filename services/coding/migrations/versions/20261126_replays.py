"""Replays: what a proposed setting would change, claim by claim, with the place a run stands at."""

from alembic import op
from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import protect, relay_role

revision = "20261126_replays"
down_revision = "20261125_bus"

SCHEMA = "coding"


def upgrade() -> None:
    op.create_table(
        "replay",
        Column("replay_id", Uuid, nullable=False),
        Column("practice_id", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("proposal", JSONB, nullable=False),
        Column("first_day", Date, nullable=False),
        Column("last_day", Date, nullable=False),
        Column("as_of", Date, nullable=False),
        Column("total", Integer, nullable=False),
        Column("done", Integer, nullable=False),
        Column("after_claim", Text, nullable=False),
        Column("requested_at", DateTime(timezone=True), nullable=False),
        Column("reason", Text, nullable=True),
        PrimaryKeyConstraint("replay_id"),
        schema=SCHEMA,
    )
    op.create_table(
        "replay_difference",
        Column("replay_id", Uuid, nullable=False),
        Column("claim_id", Text, nullable=False),
        Column("practice_id", Text, nullable=False),
        Column("charge_before", Numeric(14, 2), nullable=False),
        Column("charge_after", Numeric(14, 2), nullable=False),
        Column("document", JSONB, nullable=False),
        PrimaryKeyConstraint("replay_id", "claim_id"),
        schema=SCHEMA,
    )
    for table in ("replay", "replay_difference"):
        protect(op, SCHEMA, table)
    relay = relay_role(SCHEMA)
    op.execute(f"grant select on {SCHEMA}.replay to {relay}")
    op.execute(f"create policy relay on {SCHEMA}.replay for select to {relay} using (true)")
