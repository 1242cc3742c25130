"""Pathology's own tables, beside those of the bus and of shared.http."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.bus.tables import bus_tables
from shared.http.tables import http_tables

SCHEMA = "pathology"
metadata = MetaData(schema=SCHEMA)
bus_tables(metadata)
http_tables(metadata)

specimen = Table(
    "specimen",
    metadata,
    Column("practice_id", Text, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("specimen_id", Text, nullable=False),
    Column("encounter_id", Text, nullable=False),
    Column("lesion_id", Text),
    Column("procedure_id", Text),
    Column("mrn", Text),
    Column("site", Text),
    Column("laterality", Text),
    Column("lab_id", Text),
    Column("collected_at", DateTime(timezone=True), nullable=False),
    # waiting, returned (a person may still have to read it)
    Column("state", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "specimen_id"),
    Index("specimen_named", "practice_id", "specimen_id"),
    Index("specimen_listed", "practice_id", "collected_at", "specimen_id"),
)
"""Specimens of the encounters heard."""

result = Table(
    "result",
    metadata,
    Column("practice_id", Text, nullable=False),
    Column("result_id", Text, nullable=False),
    Column("document_hash", Text, nullable=False),
    # unmatched, review (matched, a person reads it), matched
    Column("state", Text, nullable=False),
    Column("lab_id", Text, nullable=False),
    Column("accession", Text, nullable=False),
    Column("part", Text),
    # the specimen it names while unmatched, the one it belongs to afterwards
    Column("specimen_id", Text),
    Column("case_id", Uuid),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("why", Text),
    Column("candidates", ARRAY(Text), nullable=False, server_default="{}"),
    # the report without its text in the clear
    Column("report", JSONB, nullable=False),
    Column("match", JSONB(none_as_null=True)),
    Column("interpretation", JSONB(none_as_null=True)),
    Column("revision", BigInteger),
    PrimaryKeyConstraint("practice_id", "result_id", "document_hash"),
    Index("result_specimen", "practice_id", "specimen_id"),
    Index("result_accession", "practice_id", "lab_id", "accession"),
    Index("result_listed", "practice_id", "state", "received_at", "result_id"),
)
"""Every report kept: matched to a specimen, or waiting in the queue."""
