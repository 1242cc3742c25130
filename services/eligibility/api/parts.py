"""What eligibility's endpoints work with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from services.eligibility.domain.case import Case
from services.eligibility.handlers import References
from shared.clinical.criteria import Contractor
from shared.http import Caller, Parts, caller, parts
from shared.vault import SubjectSealer


@dataclass(frozen=True, kw_only=True)
class EligibilityParts(Parts[Case, References]):
    """The parts of every service, what seals identities, and whose coverage articles are read."""

    subjects: SubjectSealer
    contractor: Contractor = Contractor.WPS


Here = Annotated[EligibilityParts, Depends(parts)]
Reader = Annotated[Caller, caller("visits:read")]
Writer = Annotated[Caller, caller("visits:write")]
