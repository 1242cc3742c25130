"""Every SQL statement of coding."""

from services.coding.store.claims import (
    StoredClaim,
    find_claim,
    find_version,
    list_claims,
    save,
)
from services.coding.store.fees import list_fees, load_fees, replace_fees
from services.coding.store.policies import (
    list_policies,
    load_policies,
    put_policy,
    remove_policy,
)
from services.coding.store.references import ReferenceTables
from services.coding.store.releases import (
    Load,
    Loaded,
    StoredRelease,
    list_rejected,
    list_releases,
    load,
    load_exists,
    missing_parts,
    take_back,
)

__all__ = [
    "Load",
    "Loaded",
    "ReferenceTables",
    "StoredClaim",
    "StoredRelease",
    "find_claim",
    "find_version",
    "list_claims",
    "list_fees",
    "list_policies",
    "list_rejected",
    "list_releases",
    "load",
    "load_exists",
    "load_fees",
    "load_policies",
    "missing_parts",
    "put_policy",
    "remove_policy",
    "replace_fees",
    "save",
    "take_back",
]
