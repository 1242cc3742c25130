"""Every SQL statement of pathology's own tables."""

from services.pathology.store.queue import load_references
from services.pathology.store.reading import (
    cases_with,
    list_results,
    list_specimens,
    load_result,
    load_revisions,
)
from services.pathology.store.routing import route
from services.pathology.store.rows import ResultRow, report_of
from services.pathology.store.saving import save

__all__ = [
    "ResultRow",
    "cases_with",
    "list_results",
    "list_specimens",
    "load_references",
    "load_result",
    "load_revisions",
    "report_of",
    "route",
    "save",
]
