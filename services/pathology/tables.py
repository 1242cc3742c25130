"""Pathology's own tables, beside those of the bus and of shared.http."""

from sqlalchemy import (
    BigInteger,
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.bus.tables import bus_tables
from shared.http.partners import partner_tables
from shared.http.tables import http_tables

SCHEMA = "pathology"
metadata = MetaData(schema=SCHEMA)
bus_tables(metadata)
http_tables(metadata)
partner_tables(metadata)

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
    # by the waiting times of the practice and the laboratory
    Column("expected_at", DateTime(timezone=True)),
    # when the laboratory signed the first result that was no preliminary one
    Column("returned_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("case_id", "specimen_id"),
    Index("specimen_named", "practice_id", "specimen_id"),
    Index("specimen_patient", "practice_id", "mrn"),
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
    # further ids of that specimen while unmatched, further specimens it belongs to afterwards
    Column("further_specimens", ARRAY(Text), nullable=False, server_default="{}"),
    Column("mrn", Text),
    Column("placer_order", Text),
    Column("message_id", Uuid),
    Column("case_id", Uuid),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("why", Text),
    # the part its series began with
    Column("series_part", Text),
    # the report without its text in the clear
    Column("report", JSONB, nullable=False),
    Column("match", JSONB(none_as_null=True)),
    Column("interpretation", JSONB(none_as_null=True)),
    # who decided what it means, and when
    Column("settled", JSONB(none_as_null=True)),
    Column("revision", BigInteger),
    PrimaryKeyConstraint("practice_id", "result_id", "document_hash"),
    Index("result_specimen", "practice_id", "specimen_id"),
    Index("result_accession", "practice_id", "lab_id", "accession"),
    Index("result_case", "case_id"),
    Index("result_patient", "practice_id", "mrn"),
    Index("result_ordered", "practice_id", "placer_order"),
    Index("result_message", "message_id"),
    Index("result_listed", "practice_id", "state", "received_at", "result_id"),
)
"""Every report kept: matched to a specimen, or waiting in the queue."""

lab_order = Table(
    "lab_order",
    metadata,
    Column("practice_id", Text, nullable=False),
    Column("placer_order", Text, nullable=False),
    # empty where the order names no part, no specimen
    Column("part", Text, nullable=False),
    Column("specimen_id", Text, nullable=False),
    Column("mrn", Text),
    Column("site", Text),
    Column("laterality", Text),
    Column("collected_on", Date),
    PrimaryKeyConstraint("practice_id", "placer_order", "part", "specimen_id"),
)
"""Specimens as the practice ordered them: what an order number of a result means."""

patient = Table(
    "patient",
    metadata,
    Column("practice_id", Text, nullable=False),
    Column("mrn", Text, nullable=False),
    # the number that took its place; never one that was itself merged
    Column("merged_into", Text),
    # fingerprints, keyed by the practice
    Column("family", Text),
    Column("born", Text),
    PrimaryKeyConstraint("practice_id", "mrn"),
    Index("patient_merged", "practice_id", "merged_into"),
)
"""Record numbers: merges, and what a person is recognised by."""

waiting_time = Table(
    "waiting_time",
    metadata,
    Column("practice_id", Text, nullable=False),
    # empty: the practice's own, for every laboratory that has none
    Column("lab_id", Text, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("reminder", Integer, nullable=False),
    Column("escalation", Integer, nullable=False),
    PrimaryKeyConstraint("practice_id", "lab_id"),
)
"""How long results may take, in business days after collection."""
