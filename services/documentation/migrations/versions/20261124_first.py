"""The bus, the door, encounters.

Revision ID: 20261124_first
Revises:
"""

import sqlalchemy as sa
from alembic import op

from shared.bus.tables import create_bus_tables
from shared.db.migrations import protect
from shared.http.tables import create_http_tables

revision = "20261124_first"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "documentation"


def upgrade() -> None:
    create_bus_tables(op, SCHEMA)
    create_http_tables(op, SCHEMA)
    op.create_table(
        "encounter",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("encounter_id", sa.Text, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("visit_id", sa.Text),
        sa.Column("mrn", sa.Text, nullable=False),
        sa.Column("date_of_service", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("blocks", sa.Boolean, nullable=False),
        sa.Column("open_queries", sa.Integer, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "encounter_id"),
        schema=SCHEMA,
    )
    op.create_index(
        "encounter_listed",
        "encounter",
        ["practice_id", "date_of_service", "encounter_id"],
        schema=SCHEMA,
    )
    protect(op, SCHEMA, "encounter")
