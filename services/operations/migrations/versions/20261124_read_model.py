"""The read model, beside the tables of the bus and of HTTP."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from shared.bus.tables import create_bus_tables
from shared.db.migrations import protect
from shared.http import create_http_tables

revision = "20261124_read_model"
down_revision = None

SCHEMA = "operations"


def text(name, nullable=False):
    return sa.Column(name, sa.Text, nullable=nullable)


def texts(name):
    return sa.Column(name, ARRAY(sa.Text), nullable=False)


def at(name, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def money(name):
    return sa.Column(name, sa.Numeric(14, 2), nullable=False)


def integer(name):
    return sa.Column(name, sa.Integer, nullable=False)


def uuid(name, nullable=False):
    return sa.Column(name, sa.Uuid, nullable=nullable)


def create(name, *columns, key, by_case=True):
    op.create_table(
        name, *columns, sa.PrimaryKeyConstraint(*key), schema=SCHEMA
    )
    if by_case:
        op.create_index(f"ix_{SCHEMA}_{name}_case_id", name, ["case_id"], schema=SCHEMA)
    protect(op, SCHEMA, name)


def upgrade():
    create_bus_tables(op, SCHEMA)
    create_http_tables(op, SCHEMA)
    create(
        "case_view",
        uuid("case_id"), text("practice_id"), text("visit_id", True),
        sa.Column("visit_known", sa.Boolean, nullable=False),
        texts("encounter_ids"), text("bucket"), at("last_at"),
        key=["case_id"], by_case=False,
    )
    create(
        "trace_event",
        uuid("event_id"), uuid("case_id"), text("practice_id"), uuid("cause_id", True),
        text("type"), text("service"), at("occurred_at"), at("received_at"), text("says"),
        text("claim_id", True),
        key=["event_id"],
    )
    create(
        "claim_view",
        text("claim_id"), uuid("case_id"), text("practice_id"), text("encounter_id", True),
        integer("version"), text("status"), text("state"), text("payer_control_number", True),
        money("charge"), money("allowed"), money("paid"), money("adjusted"),
        money("patient_responsibility"), money("open"),
        key=["claim_id"],
    )
    create(
        "claim_version",
        text("claim_id"), integer("version"), uuid("case_id"), text("practice_id"),
        text("status"), text("frequency_code"), at("coded_at"), uuid("event_id"),
        money("charge"), texts("diagnoses"), texts("why"), texts("causes"),
        key=["claim_id", "version"],
    )
    create(
        "line_version",
        text("claim_id"), integer("version"), integer("number"), uuid("case_id"),
        text("practice_id"), text("code"), texts("modifiers"), integer("units"),
        texts("diagnoses"), money("charge"), texts("rules"),
        key=["claim_id", "version", "number"],
    )
    create(
        "wait",
        uuid("case_id"), integer("position"), text("practice_id"), text("on"), at("since"),
        at("due_at", True), text("who"),
        key=["case_id", "position"], by_case=False,
    )
    create(
        "denial_view",
        text("denial_id"), uuid("case_id"), text("practice_id"), text("claim_id"),
        integer("version"), text("root_cause"), text("stage"), money("denied_amount"),
        text("next_action"), sa.Column("due_on", sa.Date),
        key=["denial_id"],
    )
    create(
        "search_term",
        text("practice_id"), text("term"), text("kind"), text("id"), uuid("case_id"),
        text("says"),
        key=["practice_id", "term", "kind", "id", "case_id"], by_case=False,
    )
    op.create_index(
        "claim_view_state", "claim_view", ["practice_id", "state"], schema=SCHEMA
    )
    op.create_index(
        "case_view_bucket", "case_view", ["practice_id", "bucket"], schema=SCHEMA
    )
