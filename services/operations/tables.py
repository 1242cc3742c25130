"""The read model: what pages and lists ask for, projected from the case's state.

Everything here can be dropped and drawn again by replaying the topics.
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
from sqlalchemy.dialects.postgresql import ARRAY

from shared.bus.tables import bus_tables
from shared.http import http_tables

metadata = MetaData(schema="operations")
bus_tables(metadata)
http_tables(metadata)


def _money(name: str) -> Column[object]:
    return Column(name, Numeric(14, 2), nullable=False)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _texts(name: str) -> Column[object]:
    return Column(name, ARRAY(Text), nullable=False)


def _at(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _case() -> tuple[Column[object], Column[str]]:
    return Column("case_id", Uuid, nullable=False, index=True), _text("practice_id")


# One row per case. bucket: the row of the books; mixed in with none when no visit is known.
case_view = Table(
    "case_view",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    _text("practice_id"),
    _text("visit_id", nullable=True),
    Column("visit_known", Boolean, nullable=False),
    _texts("encounter_ids"),
    _text("bucket"),
    _at("last_at"),
)

trace_event = Table(
    "trace_event",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    *_case(),
    Column("cause_id", Uuid),
    _text("type"),
    _text("service"),
    _at("occurred_at"),
    _at("received_at"),
    _text("says"),
    _text("claim_id", nullable=True),
)

# recoded: a later version changed codes because of pathology.
claim_view = Table(
    "claim_view",
    metadata,
    Column("claim_id", Text, primary_key=True),
    *_case(),
    _text("encounter_id", nullable=True),
    Column("version", Integer, nullable=False),
    _text("status"),
    _text("state"),
    _text("payer_control_number", nullable=True),
    _money("charge"),
    _money("allowed"),
    _money("paid"),
    _money("adjusted"),
    _money("patient_responsibility"),
    _money("open"),
)

claim_version = Table(
    "claim_version",
    metadata,
    Column("claim_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    *_case(),
    _text("status"),
    _text("frequency_code"),
    _at("coded_at"),
    Column("event_id", Uuid, nullable=False),
    _money("charge"),
    _texts("diagnoses"),
    _texts("why"),
    _texts("causes"),
)

line_version = Table(
    "line_version",
    metadata,
    Column("claim_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    *_case(),
    _text("code"),
    _texts("modifiers"),
    Column("units", Integer, nullable=False),
    _texts("diagnoses"),
    _money("charge"),
    _texts("rules"),
)

wait = Table(
    "wait",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True),
    _text("practice_id"),
    _text("on"),
    _at("since"),
    _at("due_at", nullable=True),
    _text("who"),
)

denial_view = Table(
    "denial_view",
    metadata,
    Column("denial_id", Text, primary_key=True),
    *_case(),
    _text("claim_id"),
    Column("version", Integer, nullable=False),
    _text("root_cause"),
    _text("stage"),
    _money("denied_amount"),
    _text("next_action"),
    Column("due_on", Date),
)

# What can be looked for, by the exact id as people type it (compared without case).
search_term = Table(
    "search_term",
    metadata,
    Column("practice_id", Text, primary_key=True),
    Column("term", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("case_id", Uuid, primary_key=True),
    _text("says"),
)

Index("claim_view_state", claim_view.c.practice_id, claim_view.c.state)
Index("case_view_bucket", case_view.c.practice_id, case_view.c.bucket)
