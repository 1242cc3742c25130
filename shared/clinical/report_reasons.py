"""Why a report reads as it does."""

from dataclasses import dataclass

OWN = "own, report interpretation"
ICD_OUTPATIENT = "ICD-10-CM guideline IV.H"


@dataclass(frozen=True, slots=True)
class ReportReason:
    """Why a report reads as it does. Names positions, never words of the report."""

    rule: str
    says: str
    source: str
