"""What a caller may be allowed to do: every scope, in one list."""

SCOPES = (
    "visits:read",
    "visits:write",
    "encounters:read",
    "encounters:write",
    "results:read",
    "results:write",
    "claims:read",
    "claims:work",
    "denials:read",
    "denials:work",
    "phi:read",
    "messages:read",
    "ops:read",
    "ops:replay",
    "references:admin",
    "sources:admin",
)
