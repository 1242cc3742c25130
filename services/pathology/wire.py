"""Results as labs send them and outsiders read them, to and from the domain."""

import hashlib
from asyncio import to_thread
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.commands import AwaitMatch, RecordResult
from services.pathology.domain.matching import Placed, Unplaced
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
from shared.http.message import Interpreted, Received, Trouble
from shared.kernel.ids import practice_key
from shared.kernel.refused import Refused
from shared.vault import Sealer

TEXT = "result.diagnosis_text"
"""The purpose a report's text is sealed for."""

_NOT_CONTENT = {"result_id", "reported_at"}

Route = Callable[[AsyncConnection, str, Report], Awaitable[Placed | Unplaced]]


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


def identify(message: Received) -> UUID | None:
    """A result names no case; its specimen or accession finds it later.

    Raises:
        Refused: the message names no result at all.
    """
    try:
        named = _Identity.model_validate_json(message.body)
    except ValidationError:
        raise Refused("envelope-unreadable", "the message is no JSON object") from None
    if not (named.result_id or named.accession or named.specimen_id):
        raise Refused("identity-missing", "neither a result nor an accession is named")
    return None


class _Identity(BaseModel):
    result_id: object = None
    accession: object = None
    specimen_id: object = None


def interpreter(
    route: Route,
) -> Callable[[AsyncConnection, Received, Sealer], Awaitable[Interpreted]]:
    """What reads the messages of labs; `route` finds where a result goes, or keeps it waiting."""

    async def interpret_message(
        connection: AsyncConnection, message: Received, seal: Sealer
    ) -> Interpreted:
        sent = PathologyResult.model_validate_json(message.body)
        kept = await to_thread(report, sent, seal, message.received_at, message.message_id)
        routed = await route(connection, message.practice_id, kept)
        if isinstance(routed, Unplaced):
            why = Trouble(routed.why, "the result waits for its specimen or a person")
            waits = AwaitMatch(kept.result_id, kept.received_at)
            key = practice_key(message.practice_id)
            return Interpreted("result", [(key, waits)], state="unmatched", problems=[why])
        return Interpreted(
            "result",
            [(routed.case_id, RecordResult(kept))],
            case_id=routed.case_id,
            state="review" if kept.reading.doubts else "applied",
            problems=troubles(kept.reading.doubts),
        )

    return interpret_message


def troubles(doubts: Sequence[reports.ReportReason]) -> list[Trouble]:
    """Why a person reads a result, as problems of its message."""
    return [Trouble(each.rule, each.says, "/diagnosis_text") for each in doubts]


def _hash(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()
