"""Policies: what a practice chooses where the rules leave it a choice."""

from alembic import op
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import protect

revision = "20261128_policy"
down_revision = "20261127_replays_uncoded"

SCHEMA = "coding"


def upgrade() -> None:
    op.create_table(
        "policy",
        Column("practice_id", Text, primary_key=True),
        Column("document", JSONB, nullable=False),
        schema=SCHEMA,
    )
    protect(op, SCHEMA, "policy")
