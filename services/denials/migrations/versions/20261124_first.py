"""The tables of the bus and of HTTP, and the denials.

Revision ID: 20261124_first
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.bus.tables import create_bus_tables
from shared.db.migrations import protect
from shared.http.tables import create_http_tables

revision = "20261124_first"
down_revision = None
SCHEMA = "denials"


def upgrade() -> None:
    create_bus_tables(op, SCHEMA)
    create_http_tables(op, SCHEMA)
    op.create_table(
        "denial",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("denial_id", sa.Text, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("claim_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("root_cause", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("next_action", sa.Text, nullable=False),
        sa.Column("denied_amount", sa.Numeric(14, 2), nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("judged", postgresql.JSONB, nullable=False),
        sa.PrimaryKeyConstraint("denial_id"),
        schema=SCHEMA,
    )
    for name, columns in {
        "denial_claim": ["practice_id", "claim_id"],
        "denial_case": ["practice_id", "case_id"],
        "denial_listed": ["practice_id", "received_on", "denial_id"],
    }.items():
        op.create_index(name, "denial", columns, schema=SCHEMA)
    protect(op, SCHEMA, "denial")
