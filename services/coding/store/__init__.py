"""Every SQL statement of coding."""

from services.coding.store.claims import (
    StoredClaim,
    find_claim,
    find_version,
    list_claims,
    save,
)
from services.coding.store.fees import list_fees, load_fees, replace_fees
from services.coding.store.references import ReferenceTables

__all__ = [
    "ReferenceTables",
    "StoredClaim",
    "find_claim",
    "find_version",
    "list_claims",
    "list_fees",
    "load_fees",
    "replace_fees",
    "save",
]
