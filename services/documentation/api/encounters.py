"""Encounters: record, read, list, and the what-if check."""

from datetime import date
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends

from services.documentation import store, wire
from services.documentation.api.intake import encounter_command, open_encounter
from services.documentation.api.views import (
    EncounterListed,
    EncounterView,
    RecordedEncounter,
    encounter_view,
    listed,
    recorded,
)
from services.documentation.domain.case import Case, EncounterRecord
from services.documentation.domain.check import check
from services.documentation.handlers import References
from shared.contracts.documents.encounter import Encounter, without_prose
from shared.contracts.documents.findings import CheckAnswer
from shared.http import (
    Caller,
    Commands,
    Listing,
    Page,
    Parts,
    audit,
    caller,
    not_found,
    page,
    parts,
)

Here: TypeAlias = Annotated[Parts[Case, References], Depends(parts)]
Reader: TypeAlias = Annotated[Caller, caller("encounters:read")]
Writer: TypeAlias = Annotated[Caller, caller("encounters:write")]

commands = APIRouter(prefix="/v1", route_class=Commands, tags=["encounters"])
reads = APIRouter(prefix="/v1", tags=["encounters"])


@commands.post("/encounters", status_code=201)
async def record_encounter(encounter: Encounter, who: Writer, here: Here) -> RecordedEncounter:
    """Record a signed encounter or its addendum; the same content again changes nothing."""
    seal = await here.sealer(who.practice_id)
    async with here.database.transaction([who.practice_id]) as connection:
        case, command = await encounter_command(connection, encounter, seal)
    record: EncounterRecord = await here.ask(who, case, command)
    return recorded(case, record)


@reads.get("/encounters/{encounter_id}")
async def read_encounter(
    encounter_id: str, who: Reader, here: Here, version: int | None = None
) -> EncounterView:
    """The encounter, its version, findings and open questions; an earlier version where named."""
    may_see_prose = "phi:read" in who.scopes
    async with here.database.transaction([who.practice_id]) as connection:
        found = await store.find_case(connection, encounter_id)
        case = None if found is None else await store.load_case(connection, found)
        if case is not None and may_see_prose:
            await audit(connection, who, "encounter.read", encounter_id, here.clock.business())
    record = case.encounters.get(encounter_id) if case else None
    if case is None or record is None:
        raise not_found("encounter")
    wanted = [each for each in record.versions if version in (None, each.version)]
    if not wanted:
        raise not_found("version")
    document = open_encounter(wanted[-1].document, await here.sealer(who.practice_id))
    if may_see_prose:
        return encounter_view(case, record, document)
    read = wire.reading_documents(check(wire.encounter_facts(document)).reading)
    return encounter_view(case, record, without_prose(document, read))


@reads.get("/encounters")
async def list_encounters(
    who: Reader,
    here: Here,
    page: Annotated[Page, Depends(page)],
    blocks: bool | None = None,
) -> Listing[EncounterListed]:
    """Encounters by their day; those that block where asked."""
    after = page.after(date.fromisoformat, str)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_encounters(
            connection,
            None if after is None else (after[0], after[1]),
            page.limit + 1,
            blocks=blocks,
        )
    return page.answer(rows, key=lambda row: (row.date_of_service, row.encounter_id), item=listed)


@reads.post("/check")
def check_encounter(encounter: Encounter, _: Reader) -> CheckAnswer:
    """Check an encounter without keeping anything; reading prose does not hold up the loop."""
    return wire.check_answer(encounter.encounter_id, check(wire.encounter_facts(encounter)))
