"""What submission keeps beside the state of its cases. Nothing of a patient stands in the clear."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.bus.tables import bus_tables
from shared.http import http_tables

SCHEMA = "submission"

metadata = MetaData(schema=SCHEMA)
bus_tables(metadata)
http_tables(metadata)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _money(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, Numeric(14, 2), nullable=nullable)


practice_profile = Table(
    "practice_profile",
    metadata,
    Column("practice_id", Text, primary_key=True),
    Column("document", JSONB, nullable=False),
    _at("updated_at"),
)

payer_profile = Table(
    "payer_profile",
    metadata,
    _text("practice_id"),
    _text("payer_id"),
    Column("document", JSONB, nullable=False),
    _at("updated_at"),
    PrimaryKeyConstraint("practice_id", "payer_id"),
)

# One row per version of a claim, drawn from the case's state in the same transaction.
claim_version = Table(
    "claim_version",
    metadata,
    _text("practice_id"),
    _text("claim_id"),
    Column("version", Integer, nullable=False),
    Column("case_id", Uuid, nullable=False),
    _text("encounter_id"),
    _text("visit_id", nullable=True),
    _text("state"),
    _text("frequency_code"),
    _text("payer_id", nullable=True),
    _text("payer_control_number", nullable=True),
    _text("clearinghouse_control_number", nullable=True),
    _money("charge"),
    _money("allowed", nullable=True),
    _money("paid"),
    _money("adjusted"),
    _money("patient_responsibility"),
    _money("open"),
    Column("hold", JSONB(none_as_null=True)),
    Column("history", JSONB, nullable=False),
    _at("ready_at", nullable=True),
    _text("batch_id", nullable=True),
    PrimaryKeyConstraint("practice_id", "claim_id", "version"),
    Index("claim_version_case", "case_id"),
    Index("claim_version_state", "state", "ready_at"),
    Index("claim_version_payer_number", "practice_id", "payer_control_number"),
)

# The ledger: what each claim of a remittance did to a line (0: to the claim as a whole).
posting = Table(
    "posting",
    metadata,
    _text("practice_id"),
    Column("remittance_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    Column("entry", Integer, nullable=False),
    _text("claim_id"),
    Column("version", Integer, nullable=False),
    Column("line", Integer),
    _text("post_as"),
    _text("claim_status"),
    _money("paid"),
    _money("adjusted"),
    _money("patient_responsibility"),
    _money("denied"),
    Column("posted_on", Date, nullable=False),
    PrimaryKeyConstraint("remittance_id", "position", "entry"),
    Index("posting_claim", "practice_id", "claim_id", "version"),
)

# ISA13 per sender, receiver and usage, for ever. Shared by practices that send under one id.
control_number = Table(
    "control_number",
    metadata,
    _text("sender"),
    _text("receiver"),
    _text("usage"),
    Column("last_number", BigInteger, nullable=False),
    PrimaryKeyConstraint("sender", "receiver", "usage"),
)

# A practice's routes beside the built-in one, and the health of each. document: kind, host or url,
# user, host key, folder, receiver, fallback; null for the built-in. secret: sealed.
route = Table(
    "route",
    metadata,
    _text("practice_id"),
    _text("name"),
    Column("document", JSONB(none_as_null=True)),
    Column("secret", LargeBinary),
    _at("closed_at", nullable=True),
    _text("closed_reason", nullable=True),
    Column("failures", Integer, nullable=False),
    _text("last_error", nullable=True),
    _at("last_taken_at", nullable=True),
    _at("updated_at"),
    PrimaryKeyConstraint("practice_id", "name"),
)

# sets: per ST its control number, billing NPI and claims, each with the segment it begins at.
batch = Table(
    "batch",
    metadata,
    _text("practice_id"),
    Column("batch_id", Text, primary_key=True),
    _text("route"),
    _text("interchange_control_number"),
    _text("group_control_number"),
    Column("sets", JSONB, nullable=False),
    Column("file", LargeBinary, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("claims", Integer, nullable=False),
    _money("charge"),
    _text("status"),
    _at("formed_at"),
    _at("answered_at", nullable=True),
    Column("answer_status", Integer),
    _at("begun_at", nullable=True),
    Index(
        "batch_content",
        "practice_id",
        "body_hash",
        unique=True,
        postgresql_where=text("status <> 'not_sent'"),
    ),
    Index("batch_listed", "practice_id", "formed_at", "batch_id"),
    Index("batch_status", "status"),
)

# One row per ST of an 835: posted, quarantined with its reasons, or recognised as a repeat.
remittance = Table(
    "remittance",
    metadata,
    _text("practice_id"),
    Column("remittance_id", Uuid, primary_key=True),
    Column("message_id", Uuid, nullable=False),
    _text("sender"),
    _text("receiver"),
    _text("interchange_control_number"),
    _text("group_control_number"),
    _text("control_number"),
    Column("body_hash", LargeBinary, nullable=False),
    _text("trace_number"),
    _text("payer_id"),
    Column("payment_date", Date),
    _money("payment_amount"),
    _text("payee_npi"),
    _text("status"),
    Column("document", JSONB, nullable=False),
    _at("received_at"),
    Index("remittance_listed", "practice_id", "received_at", "remittance_id"),
    Index("remittance_hash", "practice_id", "body_hash"),
)

# Claims of posted remittances that are no claim of ours as far as we can tell: unapplied cash.
unmatched_claim = Table(
    "unmatched_claim",
    metadata,
    _text("practice_id"),
    Column("remittance_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    _text("claim_id"),
    _text("payer_control_number", nullable=True),
    _text("claim_status"),
    _money("charge"),
    _money("paid"),
    PrimaryKeyConstraint("remittance_id", "position"),
)

OF_A_PRACTICE = (
    practice_profile,
    payer_profile,
    claim_version,
    posting,
    route,
    batch,
    remittance,
    unmatched_claim,
)
