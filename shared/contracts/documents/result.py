"""The pathology result, as a lab reports it, and what it is taken to mean."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from shared.contracts.documents.base import Day, Document, Flag, Id, Instant, Items, Side

Name = Annotated[str, Field(max_length=200)]
"""As long as an id; labs send empty ones."""
ResultStatus: TypeAlias = Literal[
    "preliminary", "final", "corrected", "cancelled", "retracted", "unknown"
]
Margins: TypeAlias = Literal["clear", "involved", "close", "not_reported"]
Behavior: TypeAlias = Literal["benign", "premalignant", "in_situ", "malignant", "uncertain"]


class ResultCode(Document):
    system: Literal["snomed", "icd10cm", "icdo"]
    code: str


class ResultFacts(Document):
    """A result without its text: what may travel."""

    result_id: Id
    accession: Id
    lab_id: Id
    status: ResultStatus
    specimen_id: Id | None = None
    part: Name | None = None
    placer_order: Name | None = None
    mrn: Id | None = None
    site: str | None = None
    laterality: Side | None = None
    collected_on: Day | None = None
    reported_at: Instant
    codes: Items[ResultCode] = ()
    margins: Margins = "not_reported"
    billed_by: Literal["lab", "practice"] | None = None
    billed_component: Literal["global", "26", "TC"] | None = None


class PathologyResult(ResultFacts):
    """What a lab sends."""

    diagnosis_text: str

    def without_text(self) -> ResultFacts:
        """The result as it may stand on the bus."""
        return ResultFacts(**self.model_dump(exclude={"diagnosis_text"}))


class Match(Document):
    """Where a result belongs, and what said so."""

    encounter_id: Id
    specimen_id: Id
    lesion_id: Id | None = None
    procedure_id: Id | None = None
    by: Literal["specimen", "accession", "order", "patient_and_site", "person"]


class Interpretation(Document):
    """What a report means for billing. `behavior` null: a person decides; `person`: has decided."""

    decision: Literal["automatic", "review", "person"]
    confirmed: Flag
    behavior: Behavior | None = None
    diagnosis: str | None = None
    icd10: str | None = None
    margins: Margins = "not_reported"
    confidence: Literal["high", "medium", "low"]
