"""Replays: a claim that cannot be coded is listed, and fails no run."""

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint, Text, Uuid

from shared.db.migrations import protect

revision = "20261127_replays_uncoded"
down_revision = "20261126_replays"

SCHEMA = "coding"


def upgrade() -> None:
    op.create_table(
        "replay_uncoded",
        Column("replay_id", Uuid, nullable=False),
        Column("claim_id", Text, nullable=False),
        Column("practice_id", Text, nullable=False),
        Column("reason", Text, nullable=False),
        PrimaryKeyConstraint("replay_id", "claim_id"),
        schema=SCHEMA,
    )
    protect(op, SCHEMA, "replay_uncoded")
    op.execute(f"update {SCHEMA}.replay set state = 'cancelled' where state = 'failed'")
    op.drop_column("replay", "reason", schema=SCHEMA)
