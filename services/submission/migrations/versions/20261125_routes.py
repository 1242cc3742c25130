"""Routes of a practice beside the built-in one, their health, and when a file's transfer began.

Revision ID: 20261125_routes
Revises: 20261124_first
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import protect

revision = "20261125_routes"
down_revision = "20261124_first"
branch_labels = None
depends_on = None

SCHEMA = "submission"


def upgrade() -> None:
    op.create_table(
        "route",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("document", JSONB),
        sa.Column("secret", sa.LargeBinary),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_reason", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("last_taken_at", sa.DateTime(timezone=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "name"),
        schema=SCHEMA,
    )
    op.add_column("batch", sa.Column("begun_at", sa.DateTime(timezone=True)), schema=SCHEMA)
    protect(op, SCHEMA, "route")
