"""Claims and their versions, fees, past services of patients, and the reference tables.

Reference tables belong to no practice: everybody reads the same releases.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.bus.tables import bus_tables
from shared.http import http_tables

SCHEMA = "coding"
metadata = MetaData(schema=SCHEMA)
bus_tables(metadata)
http_tables(metadata)


def _text(name: str, *, key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=nullable)


claim = Table(
    "claim",
    metadata,
    _text("claim_id", key=True),
    _text("practice_id"),
    Column("case_id", Uuid, nullable=False, index=True),
    _text("encounter_id"),
    _text("visit_id", nullable=True),
    Column("version", Integer, nullable=False),
    _text("status"),
    Column("date_of_service", Date, nullable=False),
)

# document: the coded claim of the contract. It carries no identity and no prose.
claim_version = Table(
    "claim_version",
    metadata,
    _text("claim_id", key=True),
    Column("version", Integer, primary_key=True),
    _text("practice_id"),
    Column("case_id", Uuid, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("coded_at", DateTime(timezone=True), nullable=False),
    Column("document", JSONB, nullable=False),
)

fee = Table(
    "fee",
    metadata,
    _text("practice_id", key=True),
    _text("code", key=True),
    Column("effective_from", Date, primary_key=True),
    Column("amount", Numeric(14, 2), nullable=False),
)

# Which patient a case is of, by the practice's own number: history is found by it.
case_patient = Table(
    "case_patient",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    _text("practice_id"),
    _text("mrn"),
)

past_service = Table(
    "past_service",
    metadata,
    _text("claim_id", key=True),
    Column("number", Integer, primary_key=True),
    _text("practice_id"),
    Column("case_id", Uuid, nullable=False, index=True),
    _text("mrn"),
    _text("code"),
    Column("date_of_service", Date, nullable=False),
    Column("sites", ARRAY(Text), nullable=False),
    _text("laterality", nullable=True),
    Column("diagnoses", ARRAY(Text), nullable=False),
    Index("past_service_of_patient", "practice_id", "mrn"),
)

OF_A_PRACTICE = (claim, claim_version, fee, case_patient, past_service)

reference_load = Table(
    "reference_load",
    metadata,
    _text("content_hash", key=True),
    Column("loaded_at", DateTime(timezone=True), nullable=False),
)

code = Table(
    "code",
    metadata,
    _text("code", key=True),
    _text("family"),
    _text("region"),
    Column("low", Numeric),
    Column("high", Numeric),
    Column("add_on", Boolean, nullable=False),
    _text("global_days"),
    _text("description"),
)

relative_value = Table(
    "relative_value",
    metadata,
    _text("code", key=True),
    Column("since", Date, primary_key=True),
    Column("until", Date),
    Column("non_facility", Numeric, nullable=False),
    Column("facility", Numeric, nullable=False),
    Column("factor", Numeric, nullable=False),
)

# A pair may stand several times: deleted rows stay, with the last day they were in force.
ncci_pair = Table(
    "ncci_pair",
    metadata,
    _text("column_1"),
    _text("column_2"),
    _text("indicator"),
    Column("deleted", Date),
    Index("ncci_pair_codes", "column_1", "column_2"),
)

unit_limit = Table(
    "unit_limit",
    metadata,
    _text("code", key=True),
    Column("since", Date, primary_key=True),
    Column("limit_units", Integer, nullable=False),
    _text("adjudication"),
)

add_on = Table(
    "add_on",
    metadata,
    _text("add_on_code", key=True),
    _text("primary_code", key=True),
)

global_period = Table(
    "global_period",
    metadata,
    _text("indicator", key=True),
    Column("before", Integer, nullable=False),
    Column("after", Integer, nullable=False),
)

place_of_service = Table(
    "place_of_service",
    metadata,
    _text("code", key=True),
    Column("facility", Boolean, nullable=False),
)

release = Table(
    "release",
    metadata,
    _text("table_name", key=True),
    _text("name", key=True),
    Column("since", Date, nullable=False),
    Column("until", Date),
)

REFERENCES = (
    code,
    relative_value,
    ncci_pair,
    unit_limit,
    add_on,
    global_period,
    place_of_service,
    release,
)
"""Filled from `seed.records()`, whose rows follow the columns of each."""
