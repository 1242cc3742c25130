"""Columns and constraints of eligibility's schema."""

from sqlalchemy import Column, DateTime, Index, MetaData, PrimaryKeyConstraint, Table, Text, Uuid

from shared.bus.tables import bus_tables
from shared.http.partners import partner_tables
from shared.http.tables import http_tables

SCHEMA = "eligibility"
metadata = MetaData(schema=SCHEMA)
bus_tables(metadata)
http_tables(metadata)
partner_tables(metadata)

visit = Table(
    "visit",
    metadata,
    Column("practice_id", Text, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("mrn", Text, nullable=False),
    Column("scheduled_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    Column("classification", Text, nullable=False),
    Column("payer_id", Text),
    PrimaryKeyConstraint("practice_id", "visit_id"),
    Index("visit_listed", "practice_id", "scheduled_at", "visit_id"),
    Index("visit_patient", "practice_id", "mrn", "scheduled_at"),
)
"""What is listed and searched of a visit; all else stands in `case_state`."""

prior_authorization = Table(
    "prior_authorization",
    metadata,
    Column("practice_id", Text, nullable=False),
    Column("authorization_id", Uuid, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("number", Text),
    Column("status", Text, nullable=False),
    PrimaryKeyConstraint("practice_id", "authorization_id"),
    Index("authorization_of_visit", "practice_id", "visit_id"),
)
