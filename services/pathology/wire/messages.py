"""Messages of labs and of the practice's own system, read into commands."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.commands import AwaitMatch, RecordResult
from services.pathology.domain.matching import Placed, Unplaced
from services.pathology.domain.report import Report
from services.pathology.wire.result import report
from shared.clinical import reports
from shared.contracts.documents.result import PathologyResult
from shared.http.message import Interpreted, Received, Trouble
from shared.kernel.ids import practice_key
from shared.kernel.refused import Refused
from shared.vault import Sealer

Route = Callable[[AsyncConnection, str, Report], Awaitable[Placed | Unplaced]]


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
