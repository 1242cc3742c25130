"""What every service's HTTP side has in common; see README.md."""

from shared.http.app import create_app
from shared.http.audit import audit
from shared.http.credentials import Caller, caller
from shared.http.idempotency import Commands
from shared.http.message import Interpreted, Received, Trouble, Webhooks
from shared.http.paging import Listing, Page, instant, page
from shared.http.parts import Parts, parts
from shared.http.problems import Problem, not_found
from shared.http.serve import serve
from shared.http.settings import ServiceSettings, SubjectSettings, VaultSettings, settings_of
from shared.http.tables import create_http_tables, http_tables

__all__ = [
    "Caller",
    "Commands",
    "Interpreted",
    "Listing",
    "Page",
    "Parts",
    "Problem",
    "Received",
    "ServiceSettings",
    "SubjectSettings",
    "Trouble",
    "VaultSettings",
    "Webhooks",
    "audit",
    "caller",
    "create_app",
    "create_http_tables",
    "http_tables",
    "instant",
    "not_found",
    "page",
    "parts",
    "serve",
    "settings_of",
]
