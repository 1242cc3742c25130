"""Runs the migrations of this schema."""

from services.operations.tables import metadata
from shared.db.migrations import run

run(metadata)
