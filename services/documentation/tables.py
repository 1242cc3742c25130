"""Columns and constraints of documentation's schema."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from shared.bus.tables import bus_tables
from shared.http.partners import partner_tables
from shared.http.tables import http_tables

SCHEMA = "documentation"
metadata = MetaData(schema=SCHEMA)
bus_tables(metadata)
http_tables(metadata)
partner_tables(metadata)

encounter = Table(
    "encounter",
    metadata,
    Column("practice_id", Text, nullable=False),
    Column("encounter_id", Text, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("visit_id", Text),
    Column("mrn", Text, nullable=False),
    Column("date_of_service", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("blocks", Boolean, nullable=False),
    Column("open_queries", Integer, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("practice_id", "encounter_id"),
    Index("encounter_listed", "practice_id", "date_of_service", "encounter_id"),
)
"""What is listed of an encounter; its versions, sealed, stand in `case_state`."""
