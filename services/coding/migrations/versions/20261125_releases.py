"""Releases of reference tables side by side, and fees by payer and period.

The reference tables are dropped and made anew: what they held is shipped, and loaded at first use.
"""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)

revision = "20261125_releases"
down_revision = "20261124_claims"

SCHEMA = "coding"


def text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def amount(name: str) -> Column:
    return Column(name, Numeric, nullable=False)


def flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def day(name: str, nullable: bool = True) -> Column:
    return Column(name, Date, nullable=nullable)


def upgrade() -> None:
    for table in ("relative_value", "ncci_pair", "unit_limit", "add_on", "release"):
        op.drop_table(table, schema=SCHEMA)
    op.drop_table("reference_load", schema=SCHEMA)
    for table in ("code", "global_period", "place_of_service"):
        op.execute(f"delete from {SCHEMA}.{table}")
    _loads()
    _tables()
    _fees()


def _loads() -> None:
    for name, *columns in (
        (
            "reference_release",
            Column("release_id", Integer, Identity(), nullable=False),
            text("table_name"),
            text("name"),
            day("since", nullable=False),
            day("until"),
            number("parts"),
            flag("official"),
            PrimaryKeyConstraint("release_id"),
            UniqueConstraint("table_name", "name", "official"),
        ),
        (
            "reference_load",
            Column("load_id", Integer, Identity(), nullable=False),
            number("release_id"),
            number("part"),
            text("file_name"),
            text("content_hash"),
            number("rows_loaded"),
            number("rows_rejected"),
            Column("loaded_at", DateTime(timezone=True), nullable=False),
            PrimaryKeyConstraint("load_id"),
            UniqueConstraint("release_id", "part"),
        ),
        (
            "reference_rejected",
            number("load_id"),
            number("line"),
            text("reason"),
            PrimaryKeyConstraint("load_id", "line"),
        ),
    ):
        op.create_table(name, *columns, schema=SCHEMA)


def _tables() -> None:
    for name, *columns in (
        (
            "relative_value",
            number("load_id"),
            text("code"),
            text("modifier"),
            text("status"),
            amount("work"),
            amount("non_facility_expense"),
            amount("facility_expense"),
            amount("malpractice"),
            amount("non_facility"),
            amount("facility"),
            text("component"),
            text("global_days"),
            amount("factor"),
            PrimaryKeyConstraint("load_id", "code", "modifier"),
        ),
        (
            "ncci_pair",
            number("load_id"),
            text("column_1"),
            text("column_2"),
            text("indicator"),
            day("since"),
            day("deleted"),
        ),
        (
            "unit_limit",
            number("load_id"),
            text("code"),
            number("limit_units"),
            text("adjudication"),
            PrimaryKeyConstraint("load_id", "code"),
        ),
        (
            "add_on",
            number("load_id"),
            text("add_on_code"),
            text("primary_code"),
            text("edit_type"),
            day("since"),
            day("until"),
        ),
        (
            "hcpcs_code",
            number("load_id"),
            text("code"),
            flag("modifier"),
            day("since", nullable=False),
            day("until"),
            PrimaryKeyConstraint("load_id", "code"),
        ),
        (
            "diagnosis_code",
            number("load_id"),
            text("code"),
            flag("billable"),
            PrimaryKeyConstraint("load_id", "code"),
        ),
        (
            "locality",
            number("load_id"),
            text("contractor"),
            text("locality"),
            text("state"),
            amount("work"),
            amount("expense"),
            amount("malpractice"),
            PrimaryKeyConstraint("load_id", "contractor", "locality"),
        ),
    ):
        op.create_table(name, *columns, schema=SCHEMA)
    op.create_index("add_on_codes", "add_on", ["load_id", "add_on_code"], schema=SCHEMA)
    op.create_index(
        "ncci_pair_codes",
        "ncci_pair",
        ["load_id", "column_1"],
        schema=SCHEMA,
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
    )


def _fees() -> None:
    op.add_column("fee", Column("payer_id", Text, nullable=False, server_default=""), schema=SCHEMA)
    op.add_column("fee", Column("effective_to", Date), schema=SCHEMA)
    op.drop_constraint("fee_pkey", "fee", schema=SCHEMA)
    op.create_primary_key(
        "fee_pkey", "fee", ["practice_id", "payer_id", "code", "effective_from"], schema=SCHEMA
    )
