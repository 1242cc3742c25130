"""The bus tells generations of numbers apart and remembers consumers that were killed."""

from alembic import op

from shared.bus.tables import renew_bus_tables

revision = "20261125_bus"
down_revision = "20261124_first"


def upgrade() -> None:
    renew_bus_tables(op, "eligibility")
