"""An encounter on its way in: its case found, its prose sealed."""

import json
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.documentation import store
from services.documentation.handlers import RecordEncounter
from shared.contracts.documents.encounter import Encounter
from shared.http import Interpreted, Received, Trouble
from shared.kernel.ids import case_id
from shared.kernel.refused import Refused
from shared.vault import Sealer

PURPOSE = "encounter.document"
FORMATS = ("dermis", "fhir", "hl7v2")


async def encounter_command(
    connection: AsyncConnection, document: Encounter, seal: Sealer
) -> tuple[UUID, RecordEncounter]:
    """The case of an encounter and the command that records it.

    Raises:
        Refused: the encounter is known under another visit, so it would split in two cases.
    """
    case = case_id(seal.practice_id, document.visit_id, document.encounter_id)
    known = await store.find_case(connection, document.encounter_id)
    if known is not None and known != case:
        raise Refused(
            "encounter-of-another-visit",
            "this encounter is recorded under another visit",
            "/visit_id",
        )
    sealed = seal.seal_text(PURPOSE, document.model_dump_json(exclude_unset=True))
    return case, RecordEncounter(document, sealed)


def open_encounter(sealed: str, seal: Sealer) -> Encounter:
    """The encounter as it was sent."""
    return Encounter.model_validate_json(seal.open_text(PURPOSE, sealed))


def identify(message: Received) -> UUID | None:
    """The case of an encounter; an encounter without its id is refused."""
    if message.format != "dermis":
        return None
    document = json.loads(message.body)
    named = document if isinstance(document, dict) else {}
    encounter_id, visit_id = named.get("encounter_id"), named.get("visit_id")
    if not isinstance(encounter_id, str) or not encounter_id:
        reason = "an encounter is named by its encounter_id"
        raise Refused("identity-missing", reason, "/encounter_id")
    if visit_id is not None and not isinstance(visit_id, str):
        return None
    return case_id(message.practice_id, visit_id or None, encounter_id)


async def interpret(connection: AsyncConnection, message: Received, seal: Sealer) -> Interpreted:
    """The encounter the message brings. Other formats than our own are kept, not yet read."""
    if message.format != "dermis":
        trouble = Trouble("format-not-read", "this format is kept and not interpreted here")
        return Interpreted(message.format, state="ignored", problems=[trouble])
    document = Encounter.model_validate_json(message.body)
    case, command = await encounter_command(connection, document, seal)
    return Interpreted("encounter", [(case, command)], case_id=case)
