"""The bus, the door, visits and authorizations.

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

SCHEMA = "eligibility"


def upgrade() -> None:
    create_bus_tables(op, SCHEMA)
    create_http_tables(op, SCHEMA)
    op.create_table(
        "visit",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("visit_id", sa.Text, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("mrn", sa.Text, nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("classification", sa.Text, nullable=False),
        sa.Column("payer_id", sa.Text),
        sa.PrimaryKeyConstraint("practice_id", "visit_id"),
        schema=SCHEMA,
    )
    op.create_index(
        "visit_listed", "visit", ["practice_id", "scheduled_at", "visit_id"], schema=SCHEMA
    )
    op.create_index("visit_patient", "visit", ["practice_id", "mrn", "scheduled_at"], schema=SCHEMA)
    op.create_table(
        "prior_authorization",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("authorization_id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("visit_id", sa.Text, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "authorization_id"),
        schema=SCHEMA,
    )
    op.create_index(
        "authorization_of_visit", "prior_authorization", ["practice_id", "visit_id"], schema=SCHEMA
    )
    for table in ("visit", "prior_authorization"):
        protect(op, SCHEMA, table)
