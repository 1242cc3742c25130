"""Partner formats and contract documents <-> the domain's values."""
