"""A visit on its way in: its coverage completed from the last known one, its identity sealed."""

import json
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.eligibility import store, wire
from services.eligibility.domain.commands import RecordVisit
from services.eligibility.wire import scheduling
from shared.contracts.documents.visit import Visit
from shared.http.message import Interpreted, Received, Trouble
from shared.kernel.ids import case_id
from shared.kernel.refused import Refused
from shared.vault import Sealer, SubjectSealer

PURPOSE = "visit.document"
FORMATS = ("dermis", "fhir", "hl7v2")


async def visit_command(
    connection: AsyncConnection, document: Visit, seal: Sealer, subjects: SubjectSealer
) -> RecordVisit:
    """The command that records a visit; coverage it does not state is the patient's last known."""
    if not document.coverage_stated:
        document = await _with_last_coverage(connection, document, seal)
    return wire.record_visit(
        document,
        sealed=seal.seal_text(PURPOSE, document.model_dump_json(exclude_unset=True)),
        subject=subjects.seal(
            seal.practice_id, wire.subject_of(document).model_dump_json().encode()
        ),
    )


async def _with_last_coverage(connection: AsyncConnection, document: Visit, seal: Sealer) -> Visit:
    last = await store.find_covered_case(connection, document.patient.mrn)
    case = None if last is None else await store.load_case(connection, last)
    if case is None or case.visit is None:
        return document
    before = open_visit(case.visit.document, seal)
    return document.model_copy(update={"coverage": before.coverage})


def open_visit(sealed: str, seal: Sealer) -> Visit:
    """The visit document as it was sent."""
    return Visit.model_validate_json(seal.open_text(PURPOSE, sealed))


class VisitMessages:
    """Reads the messages partners post: our own JSON and HL7 scheduling; others are kept."""

    def __init__(self, subjects: SubjectSealer) -> None:
        self._subjects = subjects

    def identify(self, message: Received) -> UUID | None:
        """The case of a visit; a visit without its id is refused."""
        if message.format == "hl7v2":
            visit_id = scheduling.visit_named(scheduling.message_of(message))
            return None if visit_id is None else case_id(message.practice_id, visit_id)
        if message.format != "dermis":
            return None
        document = json.loads(message.body)
        visit_id = document.get("visit_id") if isinstance(document, dict) else None
        if not isinstance(visit_id, str) or not visit_id:
            raise Refused("identity-missing", "a visit is named by its visit_id", "/visit_id")
        return case_id(message.practice_id, visit_id)

    async def interpret(
        self, connection: AsyncConnection, message: Received, seal: Sealer
    ) -> Interpreted:
        """The visit the message brings."""
        if message.format == "hl7v2":
            return await self._scheduled(connection, message, seal)
        if message.format != "dermis":
            trouble = Trouble("format-not-read", "this format is kept and not interpreted here")
            return Interpreted(message.format, state="ignored", problems=[trouble])
        document = Visit.model_validate_json(message.body)
        return await self._visit("visit", connection, document, seal)

    async def _scheduled(
        self, connection: AsyncConnection, message: Received, seal: Sealer
    ) -> Interpreted:
        """The visit of a scheduling message; other HL7 is kept and not read here."""
        sent = scheduling.message_of(message)
        if scheduling.visit_named(sent) is None:
            trouble = Trouble("format-not-read", "this message is kept and not interpreted here")
            return Interpreted(sent.kind, state="ignored", problems=[trouble])
        document = scheduling.visit_of(sent, message.reading)
        return await self._visit(sent.kind, connection, document, seal)

    async def _visit(
        self, kind: str, connection: AsyncConnection, document: Visit, seal: Sealer
    ) -> Interpreted:
        case = case_id(seal.practice_id, document.visit_id)
        command = await visit_command(connection, document, seal, self._subjects)
        return Interpreted(kind, [(case, command)], case_id=case)
