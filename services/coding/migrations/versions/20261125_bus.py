"""The bus tells generations of numbers apart and remembers consumers that were killed."""

from alembic import op

from shared.bus.tables import renew_bus_tables

revision = "20261125_bus"
down_revision = "20261125_releases"


def upgrade() -> None:
    renew_bus_tables(op, "coding")
