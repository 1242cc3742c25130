"""How sources write, by which numbers they count, and the resources they have sent."""

from alembic import op

from shared.http.partners import create_partner_tables

revision = "20261126_partners"
down_revision = "20261125_bus"


def upgrade() -> None:
    create_partner_tables(op, "eligibility")
