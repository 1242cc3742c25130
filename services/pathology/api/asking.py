"""Who asks, and with what: the dependencies that every endpoint of pathology shares."""

from typing import Annotated

from fastapi import Depends

from services.pathology.domain.case import Case
from services.pathology.domain.commands import References
from shared.http.credentials import Caller, caller
from shared.http.paging import Page, page
from shared.http.parts import Parts, parts

Here = Annotated[Parts[Case, References], Depends(parts)]
Reader = Annotated[Caller, caller("results:read")]
Writer = Annotated[Caller, caller("results:write")]
Asked = Annotated[Page, Depends(page)]
