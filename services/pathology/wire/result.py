"""Results as labs send them and outsiders read them, to and from the domain."""

import hashlib
from dataclasses import asdict, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.pathology.domain.report import Report
from shared.clinical import reports
from shared.clinical.histology import Code
from shared.contracts.documents.base import Document, Flag, Items, Side
from shared.contracts.documents.result import (
    Behavior,
    Margins,
    PathologyResult,
    ResultCode,
    ResultFacts,
)
from shared.vault import Sealer

TEXT = "result.diagnosis_text"
"""The purpose a report's text is sealed for."""

_NOT_CONTENT = {"result_id", "reported_at"}


class InterpretRequest(Document):
    """What `POST /v1/interpret` takes."""

    text: str
    codes: Items[ResultCode] = ()
    site: str | None = None
    laterality: Side | None = None


class ReasonView(Document):
    rule: str
    says: str
    source: str


class SpanView(Document):
    start: int
    end: int
    role: reports.Role


class InterpretAnswer(Document):
    """What `POST /v1/interpret` answers."""

    decision: Literal["automatic", "review"]
    confirmed: Flag
    behavior: Behavior | None
    diagnosis: str | None
    icd10: str | None
    margins: Margins
    confidence: reports.Confidence
    reasons: tuple[ReasonView, ...]
    spans: tuple[SpanView, ...]


def interpret(asked: InterpretRequest) -> InterpretAnswer:
    """Read a report as a what-if."""
    codes = [Code(each.system, each.code) for each in asked.codes]
    found = reports.interpret(asked.text, codes, asked.site, asked.laterality)
    return InterpretAnswer.model_validate(asdict(found))


def report(
    sent: PathologyResult, seal: Sealer, received_at: datetime, message_id: UUID | None = None
) -> Report:
    """The result as the rules know it: its text read, then sealed."""
    codes = tuple(Code(each.system, each.code) for each in sent.codes)
    facts = {name: getattr(sent, name) for name in ResultFacts.model_fields if name != "codes"}
    return Report(
        **facts,
        codes=codes,
        # where a word stands is of no use without the text
        reading=replace(reports.read(sent.diagnosis_text, codes), spans=()),
        sealed_text=seal.seal_text(TEXT, sent.diagnosis_text),
        document_hash=_hash(sent.model_dump_json()),
        content_hash=_hash(sent.model_dump_json(exclude=_NOT_CONTENT)),
        received_at=received_at,
        message_id=message_id,
    )


def facts_of(kept: Report) -> ResultFacts:
    """The result without its text, as outsiders see it."""
    facts = {name: getattr(kept, name) for name in ResultFacts.model_fields}
    return ResultFacts(**{**facts, "codes": [asdict(each) for each in kept.codes]})


def _hash(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()
