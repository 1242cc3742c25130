"""What the endpoints of submission work with."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends

from services.submission.domain.claim import Case
from services.submission.domain.code_tables import CodeTables
from services.submission.domain.commands import References
from shared.http import Caller, Parts, caller, parts
from shared.x12.judging import Judge


@dataclass(frozen=True)
class SubmissionParts(Parts[Case, References]):
    """Parts with the code tables that answers are read with, and who judges claim files."""

    codes: CodeTables = field(kw_only=True)
    judge: Judge = field(kw_only=True)


Here = Annotated[SubmissionParts, Depends(parts)]
Reader = Annotated[Caller, caller("claims:read")]
Worker = Annotated[Caller, caller("claims:work")]
