"""Every SQL statement of pathology's own tables."""

from services.pathology.store.orders import keep_orders
from services.pathology.store.people import keep_merge, keep_patient, load_people
from services.pathology.store.queue import load_references
from services.pathology.store.reading import (
    cases_with,
    list_results,
    list_specimens,
    load_result,
    load_revisions,
    results_of_message,
)
from services.pathology.store.routing import look, patient_agrees, route
from services.pathology.store.rows import ResultRow, report_of
from services.pathology.store.saving import save
from services.pathology.store.specimens import specimens_of
from services.pathology.store.surroundings import load_surroundings
from services.pathology.store.times import keep_times, load_times, turnaround

__all__ = [
    "ResultRow",
    "cases_with",
    "keep_merge",
    "keep_orders",
    "keep_patient",
    "keep_times",
    "list_results",
    "list_specimens",
    "load_people",
    "load_references",
    "load_result",
    "load_revisions",
    "load_surroundings",
    "load_times",
    "look",
    "patient_agrees",
    "report_of",
    "results_of_message",
    "route",
    "save",
    "specimens_of",
    "turnaround",
]
