"""The tables of the bus and of HTTP, specimens and results.

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
SCHEMA = "pathology"


def upgrade() -> None:
    create_bus_tables(op, SCHEMA)
    create_http_tables(op, SCHEMA)
    op.create_table(
        "specimen",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("specimen_id", sa.Text, nullable=False),
        sa.Column("encounter_id", sa.Text, nullable=False),
        sa.Column("lesion_id", sa.Text),
        sa.Column("procedure_id", sa.Text),
        sa.Column("mrn", sa.Text),
        sa.Column("site", sa.Text),
        sa.Column("laterality", sa.Text),
        sa.Column("lab_id", sa.Text),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "specimen_id"),
        schema=SCHEMA,
    )
    op.create_index("specimen_named", "specimen", ["practice_id", "specimen_id"], schema=SCHEMA)
    op.create_index(
        "specimen_listed", "specimen", ["practice_id", "collected_at", "specimen_id"], schema=SCHEMA
    )
    op.create_table(
        "result",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("result_id", sa.Text, nullable=False),
        sa.Column("document_hash", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("lab_id", sa.Text, nullable=False),
        sa.Column("accession", sa.Text, nullable=False),
        sa.Column("part", sa.Text),
        sa.Column("specimen_id", sa.Text),
        sa.Column("case_id", sa.Uuid),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text),
        sa.Column(
            "candidates", postgresql.ARRAY(sa.Text), nullable=False, server_default="{}"
        ),
        sa.Column("report", postgresql.JSONB, nullable=False),
        sa.Column("match", postgresql.JSONB(none_as_null=True)),
        sa.Column("interpretation", postgresql.JSONB(none_as_null=True)),
        sa.Column("revision", sa.BigInteger),
        sa.PrimaryKeyConstraint("practice_id", "result_id", "document_hash"),
        schema=SCHEMA,
    )
    for name, columns in {
        "result_specimen": ["practice_id", "specimen_id"],
        "result_accession": ["practice_id", "lab_id", "accession"],
        "result_listed": ["practice_id", "state", "received_at", "result_id"],
    }.items():
        op.create_index(name, "result", columns, schema=SCHEMA)
    for table in ("specimen", "result"):
        protect(op, SCHEMA, table)
