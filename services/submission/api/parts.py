"""What the endpoints of submission work with."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends

from services.submission.domain.claim import Case
from services.submission.domain.code_tables import CodeTables
from services.submission.domain.commands import References
from shared.http import Caller, Parts, caller, parts


@dataclass(frozen=True)
class SubmissionParts(Parts[Case, References]):
    """Parts with the code tables that acknowledgements and remittances are read with."""

    codes: CodeTables = field(kw_only=True)


Here = Annotated[SubmissionParts, Depends(parts)]
Reader = Annotated[Caller, caller("claims:read")]
Worker = Annotated[Caller, caller("claims:work")]
