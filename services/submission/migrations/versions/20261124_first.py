"""The bus, the door, profiles, claims, batches, remittances and their ledger.

Revision ID: 20261124_first
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.bus.tables import create_bus_tables
from shared.db.migrations import protect, relay_role
from shared.http.tables import create_http_tables

revision = "20261124_first"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "submission"


def upgrade() -> None:
    create_bus_tables(op, SCHEMA)
    create_http_tables(op, SCHEMA)
    op.create_table(
        "practice_profile",
        sa.Column("practice_id", sa.Text, primary_key=True),
        sa.Column("document", JSONB, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        schema=SCHEMA,
    )
    op.create_table(
        "payer_profile",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("payer_id", sa.Text, nullable=False),
        sa.Column("document", JSONB, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "payer_id"),
        schema=SCHEMA,
    )
    op.create_table(
        "claim_version",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("claim_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("encounter_id", sa.Text, nullable=False),
        sa.Column("visit_id", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("frequency_code", sa.Text, nullable=False),
        sa.Column("payer_id", sa.Text),
        sa.Column("payer_control_number", sa.Text),
        sa.Column("clearinghouse_control_number", sa.Text),
        sa.Column("charge", sa.Numeric(14, 2), nullable=False),
        sa.Column("allowed", sa.Numeric(14, 2)),
        sa.Column("paid", sa.Numeric(14, 2), nullable=False),
        sa.Column("adjusted", sa.Numeric(14, 2), nullable=False),
        sa.Column("patient_responsibility", sa.Numeric(14, 2), nullable=False),
        sa.Column("open", sa.Numeric(14, 2), nullable=False),
        sa.Column("hold", JSONB),
        sa.Column("history", JSONB, nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True)),
        sa.Column("batch_id", sa.Text),
        sa.PrimaryKeyConstraint("practice_id", "claim_id", "version"),
        schema=SCHEMA,
    )
    op.create_table(
        "posting",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("remittance_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("claim_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer),
        sa.Column("post_as", sa.Text, nullable=False),
        sa.Column("claim_status", sa.Text, nullable=False),
        sa.Column("paid", sa.Numeric(14, 2), nullable=False),
        sa.Column("adjusted", sa.Numeric(14, 2), nullable=False),
        sa.Column("patient_responsibility", sa.Numeric(14, 2), nullable=False),
        sa.Column("denied", sa.Numeric(14, 2), nullable=False),
        sa.Column("posted_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("remittance_id", "position", "entry"),
        schema=SCHEMA,
    )
    op.create_table(
        "control_number",
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("usage", sa.Text, nullable=False),
        sa.Column("last_number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("sender", "receiver", "usage"),
        schema=SCHEMA,
    )
    op.create_table(
        "batch",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("interchange_control_number", sa.Text, nullable=False),
        sa.Column("group_control_number", sa.Text, nullable=False),
        sa.Column("sets", JSONB, nullable=False),
        sa.Column("file", sa.LargeBinary, nullable=False),
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("claims", sa.Integer, nullable=False),
        sa.Column("charge", sa.Numeric(14, 2), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("formed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("answer_status", sa.Integer),
        schema=SCHEMA,
    )
    op.create_table(
        "remittance",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("remittance_id", sa.Uuid, primary_key=True),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("interchange_control_number", sa.Text, nullable=False),
        sa.Column("group_control_number", sa.Text, nullable=False),
        sa.Column("control_number", sa.Text, nullable=False),
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("trace_number", sa.Text, nullable=False),
        sa.Column("payer_id", sa.Text, nullable=False),
        sa.Column("payment_date", sa.Date),
        sa.Column("payment_amount", sa.Numeric(14, 2), nullable=False),
        sa.Column("payee_npi", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("document", JSONB, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        schema=SCHEMA,
    )
    op.create_table(
        "unmatched_claim",
        sa.Column("practice_id", sa.Text, nullable=False),
        sa.Column("remittance_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("claim_id", sa.Text, nullable=False),
        sa.Column("payer_control_number", sa.Text),
        sa.Column("claim_status", sa.Text, nullable=False),
        sa.Column("charge", sa.Numeric(14, 2), nullable=False),
        sa.Column("paid", sa.Numeric(14, 2), nullable=False),
        sa.PrimaryKeyConstraint("remittance_id", "position"),
        schema=SCHEMA,
    )
    op.create_index("claim_version_case", "claim_version", ["case_id"], schema=SCHEMA)
    op.create_index("claim_version_state", "claim_version", ["state", "ready_at"], schema=SCHEMA)
    op.create_index("claim_version_payer_number", "claim_version", ["practice_id", "payer_control_number"], schema=SCHEMA)
    op.create_index("posting_claim", "posting", ["practice_id", "claim_id", "version"], schema=SCHEMA)
    op.create_index("batch_listed", "batch", ["practice_id", "formed_at", "batch_id"], schema=SCHEMA)
    op.create_index("batch_status", "batch", ["status"], schema=SCHEMA)
    op.create_index("remittance_listed", "remittance", ["practice_id", "received_at", "remittance_id"], schema=SCHEMA)
    op.create_index("remittance_hash", "remittance", ["practice_id", "body_hash"], schema=SCHEMA)
    op.create_index(
        "batch_content",
        "batch",
        ["practice_id", "body_hash"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("status <> 'not_sent'"),
    )
    for table in (
        "practice_profile",
        "payer_profile",
        "claim_version",
        "posting",
        "batch",
        "remittance",
        "unmatched_claim",
    ):
        protect(op, SCHEMA, table)
    # Who has claims to batch and files to follow up, in every practice, and nothing else.
    relay = relay_role(SCHEMA)
    for table, columns in {
        "claim_version": "practice_id, state, ready_at",
        "batch": "practice_id, status",
    }.items():
        op.execute(f"grant select ({columns}) on {SCHEMA}.{table} to {relay}")
        op.execute(f"create policy finder on {SCHEMA}.{table} for select to {relay} using (true)")
