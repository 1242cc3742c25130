"""The schema of denials."""

from services.denials.tables import metadata
from shared.db.migrations import run

run(metadata)
