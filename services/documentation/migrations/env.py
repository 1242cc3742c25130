"""Run documentation's migrations."""

from services.documentation.tables import metadata
from shared.db.migrations import run

run(metadata)
