"""Claims, fees, history and reference tables, beside those of the bus and of HTTP."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.bus.tables import create_bus_tables
from shared.db.migrations import protect
from shared.http.tables import create_http_tables

revision = "20261124_claims"
down_revision = None

SCHEMA = "coding"


def text(name: str, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def upgrade() -> None:
    create_bus_tables(op, SCHEMA)
    create_http_tables(op, SCHEMA)
    _claims()
    _patients()
    for table in ("claim", "claim_version", "fee", "case_patient", "past_service"):
        protect(op, SCHEMA, table)
    _references()


def _claims() -> None:
    op.create_table(
        "claim",
        text("claim_id"),
        text("practice_id"),
        Column("case_id", Uuid, nullable=False),
        text("encounter_id"),
        text("visit_id", nullable=True),
        Column("version", Integer, nullable=False),
        text("status"),
        Column("date_of_service", Date, nullable=False),
        PrimaryKeyConstraint("claim_id"),
        schema=SCHEMA,
    )
    op.create_index("ix_coding_claim_case_id", "claim", ["case_id"], schema=SCHEMA)
    op.create_table(
        "claim_version",
        text("claim_id"),
        Column("version", Integer, nullable=False),
        text("practice_id"),
        Column("case_id", Uuid, nullable=False),
        Column("event_id", Uuid, nullable=False),
        Column("coded_at", DateTime(timezone=True), nullable=False),
        Column("document", JSONB, nullable=False),
        PrimaryKeyConstraint("claim_id", "version"),
        schema=SCHEMA,
    )
    op.create_table(
        "fee",
        text("practice_id"),
        text("code"),
        Column("effective_from", Date, nullable=False),
        Column("amount", Numeric(14, 2), nullable=False),
        PrimaryKeyConstraint("practice_id", "code", "effective_from"),
        schema=SCHEMA,
    )


def _patients() -> None:
    op.create_table(
        "case_patient",
        Column("case_id", Uuid, nullable=False),
        text("practice_id"),
        text("mrn"),
        PrimaryKeyConstraint("case_id"),
        schema=SCHEMA,
    )
    op.create_table(
        "past_service",
        text("claim_id"),
        Column("number", Integer, nullable=False),
        text("practice_id"),
        Column("case_id", Uuid, nullable=False),
        text("mrn"),
        text("code"),
        Column("date_of_service", Date, nullable=False),
        Column("sites", ARRAY(Text), nullable=False),
        text("laterality", nullable=True),
        Column("diagnoses", ARRAY(Text), nullable=False),
        PrimaryKeyConstraint("claim_id", "number"),
        schema=SCHEMA,
    )
    op.create_index("ix_coding_past_service_case_id", "past_service", ["case_id"], schema=SCHEMA)
    op.create_index(
        "past_service_of_patient", "past_service", ["practice_id", "mrn"], schema=SCHEMA
    )


def _references() -> None:
    for name, *columns in (
        (
            "reference_load",
            text("content_hash"),
            Column("loaded_at", DateTime(timezone=True), nullable=False),
            PrimaryKeyConstraint("content_hash"),
        ),
        (
            "code",
            text("code"),
            text("family"),
            text("region"),
            Column("low", Numeric),
            Column("high", Numeric),
            Column("add_on", Boolean, nullable=False),
            text("global_days"),
            text("description"),
            PrimaryKeyConstraint("code"),
        ),
        (
            "relative_value",
            text("code"),
            Column("since", Date, nullable=False),
            Column("until", Date),
            Column("non_facility", Numeric, nullable=False),
            Column("facility", Numeric, nullable=False),
            Column("factor", Numeric, nullable=False),
            PrimaryKeyConstraint("code", "since"),
        ),
        (
            "ncci_pair",
            text("column_1"),
            text("column_2"),
            text("indicator"),
            Column("deleted", Date),
        ),
        (
            "unit_limit",
            text("code"),
            Column("since", Date, nullable=False),
            Column("limit_units", Integer, nullable=False),
            text("adjudication"),
            PrimaryKeyConstraint("code", "since"),
        ),
        (
            "add_on",
            text("add_on_code"),
            text("primary_code"),
            PrimaryKeyConstraint("add_on_code", "primary_code"),
        ),
        (
            "global_period",
            text("indicator"),
            Column("before", Integer, nullable=False),
            Column("after", Integer, nullable=False),
            PrimaryKeyConstraint("indicator"),
        ),
        (
            "place_of_service",
            text("code"),
            Column("facility", Boolean, nullable=False),
            PrimaryKeyConstraint("code"),
        ),
        (
            "release",
            text("table_name"),
            text("name"),
            Column("since", Date, nullable=False),
            Column("until", Date),
            PrimaryKeyConstraint("table_name", "name"),
        ),
    ):
        op.create_table(name, *columns, schema=SCHEMA)
    op.create_index("ncci_pair_codes", "ncci_pair", ["column_1", "column_2"], schema=SCHEMA)
