"""Policies: what a practice chooses where the rules leave it a choice; fees of components."""

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
    op.add_column(
        "fee", Column("component", Text, nullable=False, server_default=""), schema=SCHEMA
    )
    op.drop_constraint("fee_pkey", "fee", schema=SCHEMA)
    key = ["practice_id", "payer_id", "code", "effective_from", "component"]
    op.create_primary_key("fee_pkey", "fee", key, schema=SCHEMA)
