"""Pathology's schema."""

from services.pathology.tables import metadata
from shared.db.migrations import run

run(metadata)
