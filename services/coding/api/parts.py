"""What coding's endpoints work with."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends

from services.coding import store
from services.coding.domain.case import Case
from services.coding.domain.references import References
from shared.http import Caller, Page, Parts, caller, page, parts


@dataclass(frozen=True)
class CodingParts(Parts[Case, References]):
    """reference_tables: the one snapshot of the process, for handlers and what-ifs alike."""

    reference_tables: store.ReferenceTables = field(kw_only=True)


Here = Annotated[CodingParts, Depends(parts)]
Reader = Annotated[Caller, caller("claims:read")]
Worker = Annotated[Caller, caller("claims:work")]
Paged = Annotated[Page, Depends(page)]
