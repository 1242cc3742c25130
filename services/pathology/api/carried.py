"""The results a message carried, as the contract shows them with the message."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology import store, wire
from services.pathology.api.asking import Here
from shared.http.audit import audit
from shared.http.credentials import Caller


async def results_of(
    here: Here, who: Caller, connection: AsyncConnection, message_id: UUID
) -> list[Mapping[str, object]]:
    """Each result with its revision, and whether its patient is that of its specimen.

    The text is shown to callers with `phi:read`, and who read it is written down.
    """
    rows = await store.results_of_message(connection, message_id)
    seal = await here.sealer(who.practice_id)
    shown: list[Mapping[str, object]] = []
    for row in rows:
        report = store.report_of(row)
        known = await store.load_surroundings(connection, who.practice_id, [report])
        text = None
        if "phi:read" in who.scopes:
            text = seal.open_text(wire.TEXT, report.sealed_text)
            now = here.clock.business()
            await audit(connection, who, "result.read", report.result_id, now)
        shown.append(
            {
                **wire.facts_of(report).model_dump(mode="json"),
                "diagnosis_text": text,
                "revision": row.revision,
                "patient_agrees": store.patient_agrees(row, report, known),
            }
        )
    return shown
