"""Claims and their versions, fees, past services of patients, and the reference tables.

Reference tables belong to no practice: everybody reads the same releases.
"""

from collections.abc import Mapping

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.coding.domain.releases import (
    ADD_ONS,
    DIAGNOSES,
    HCPCS,
    LOCALITIES,
    PAIRS,
    QUALIFYING_VALUES,
    RELATIVE_VALUES,
    UNIT_LIMITS,
)
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
    # '' is the schedule for every payer without one of its own
    Column("payer_id", Text, primary_key=True, server_default=""),
    _text("code", key=True),
    Column("effective_from", Date, primary_key=True),
    # 26 or TC for the price of a part, '' for the whole service
    Column("component", Text, primary_key=True, server_default=""),
    Column("effective_to", Date),
    Column("amount", Numeric(14, 2), nullable=False),
)

# since: the first date of service. document: the choices, for every payer and for those that differ
policy = Table(
    "policy",
    metadata,
    _text("practice_id", key=True),
    Column("since", Date, primary_key=True),
    Column("document", JSONB, nullable=False),
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

# after_claim: the claim a run has come to; the next page begins behind it.
replay = Table(
    "replay",
    metadata,
    Column("replay_id", Uuid, primary_key=True),
    _text("practice_id"),
    _text("state"),
    Column("proposal", JSONB, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    _text("after_claim"),
    Column("requested_at", DateTime(timezone=True), nullable=False),
)

replay_difference = Table(
    "replay_difference",
    metadata,
    Column("replay_id", Uuid, primary_key=True),
    _text("claim_id", key=True),
    _text("practice_id"),
    Column("charge_before", Numeric(14, 2), nullable=False),
    Column("charge_after", Numeric(14, 2), nullable=False),
    Column("document", JSONB, nullable=False),
)

replay_uncoded = Table(
    "replay_uncoded",
    metadata,
    Column("replay_id", Uuid, primary_key=True),
    _text("claim_id", key=True),
    _text("practice_id"),
    _text("reason"),
)

OF_A_PRACTICE = (claim, claim_version, fee, policy, case_patient, past_service)

# A release is in force only with all of its parts (NCCI pairs come in four files).
reference_release = Table(
    "reference_release",
    metadata,
    Column("release_id", Integer, Identity(), primary_key=True),
    _text("table_name"),
    _text("name"),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("parts", Integer, nullable=False),
    Column("official", Boolean, nullable=False),
    UniqueConstraint("table_name", "name", "official"),
)

# One file that was loaded. It is never changed: a file posted again is another load in its place.
reference_load = Table(
    "reference_load",
    metadata,
    Column("load_id", Integer, Identity(), primary_key=True),
    Column("release_id", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    _text("file_name"),
    _text("content_hash"),
    Column("rows_loaded", Integer, nullable=False),
    Column("rows_rejected", Integer, nullable=False),
    Column("loaded_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("release_id", "part"),
)

reference_rejected = Table(
    "reference_rejected",
    metadata,
    Column("load_id", Integer, primary_key=True),
    Column("line", Integer, primary_key=True),
    _text("reason"),
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

# The rows of releases carry the load they came with, and no foreign key to it: checking one for
# each of millions of pairs would cost more than loading them.
relative_value = Table(
    "relative_value",
    metadata,
    Column("load_id", Integer, primary_key=True),
    _text("code", key=True),
    _text("modifier", key=True),
    _text("status"),
    Column("work", Numeric, nullable=False),
    Column("non_facility_expense", Numeric, nullable=False),
    Column("facility_expense", Numeric, nullable=False),
    Column("malpractice", Numeric, nullable=False),
    Column("non_facility", Numeric, nullable=False),
    Column("facility", Numeric, nullable=False),
    _text("component"),
    _text("global_days"),
    Column("factor", Numeric, nullable=False),
)

# A pair may stand several times: deleted rows stay, with the last day they were in force.
ncci_pair = Table(
    "ncci_pair",
    metadata,
    Column("load_id", Integer, nullable=False),
    _text("column_1"),
    _text("column_2"),
    _text("indicator"),
    Column("since", Date),
    Column("deleted", Date),
    # the file is in order of codes: a summary of blocks finds them, and costs loading nothing
    Index(
        "ncci_pair_codes",
        "load_id",
        "column_1",
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
    ),
)

unit_limit = Table(
    "unit_limit",
    metadata,
    Column("load_id", Integer, primary_key=True),
    _text("code", key=True),
    Column("limit_units", Integer, nullable=False),
    _text("adjudication"),
)

add_on = Table(
    "add_on",
    metadata,
    Column("load_id", Integer, nullable=False),
    _text("add_on_code"),
    _text("primary_code"),
    _text("edit_type"),
    Column("since", Date),
    Column("until", Date),
    Index("add_on_codes", "load_id", "add_on_code"),
)

hcpcs_code = Table(
    "hcpcs_code",
    metadata,
    Column("load_id", Integer, primary_key=True),
    _text("code", key=True),
    Column("modifier", Boolean, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
)

# code: ICD-10-CM with its dot. billable: a leaf, not a heading.
diagnosis_code = Table(
    "diagnosis_code",
    metadata,
    Column("load_id", Integer, primary_key=True),
    _text("code", key=True),
    Column("billable", Boolean, nullable=False),
)

# Geographic practice cost indices of a fee schedule area.
locality = Table(
    "locality",
    metadata,
    Column("load_id", Integer, primary_key=True),
    _text("contractor", key=True),
    _text("locality", key=True),
    _text("state"),
    Column("work", Numeric, nullable=False),
    Column("expense", Numeric, nullable=False),
    Column("malpractice", Numeric, nullable=False),
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

OF_A_RELEASE: Mapping[str, Table] = {
    RELATIVE_VALUES: relative_value,
    QUALIFYING_VALUES: relative_value,
    PAIRS: ncci_pair,
    UNIT_LIMITS: unit_limit,
    ADD_ONS: add_on,
    HCPCS: hcpcs_code,
    DIAGNOSES: diagnosis_code,
    LOCALITIES: locality,
}
"""Where the rows of each kind of release stand; records follow the columns after `load_id`."""

SHIPPED = (code, global_period, place_of_service)
"""The product's own tables, which have no releases."""
