"""Denials' own table, beside those of the bus and of shared.http."""

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.bus.tables import bus_tables
from shared.http.tables import http_tables

SCHEMA = "denials"
metadata = MetaData(schema=SCHEMA)
bus_tables(metadata)
http_tables(metadata)

denial = Table(
    "denial",
    metadata,
    Column("practice_id", Text, nullable=False),
    Column("denial_id", Text, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("claim_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    # suspected, withdrawn
    Column("state", Text, nullable=False),
    Column("root_cause", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("next_action", Text, nullable=False),
    Column("denied_amount", Numeric(14, 2), nullable=False),
    Column("received_on", Date, nullable=False),
    Column("due_on", Date),
    # the whole judgement
    Column("judged", JSONB, nullable=False),
    PrimaryKeyConstraint("denial_id"),
    Index("denial_claim", "practice_id", "claim_id"),
    Index("denial_case", "practice_id", "case_id"),
    Index("denial_listed", "practice_id", "received_on", "denial_id"),
)
"""Denials as they were judged last."""
