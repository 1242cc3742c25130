"""Run eligibility's migrations."""

from services.eligibility.tables import metadata
from shared.db.migrations import run

run(metadata)
