"""Run submission's migrations."""

from services.submission.tables import metadata
from shared.db.migrations import run

run(metadata)
