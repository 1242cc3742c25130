"""Policies hold from a date of service on; one that said no day has always held."""

from alembic import op
from sqlalchemy import Column, Date, text

revision = "20261129_policies_by_date"
down_revision = "20261128_policy"

SCHEMA = "coding"


def upgrade() -> None:
    always = text("'2000-01-01'")
    op.add_column(
        "policy", Column("since", Date, nullable=False, server_default=always), schema=SCHEMA
    )
    op.alter_column("policy", "since", server_default=None, schema=SCHEMA)
    op.drop_constraint("policy_pkey", "policy", schema=SCHEMA)
    op.create_primary_key("policy_pkey", "policy", ["practice_id", "since"], schema=SCHEMA)
