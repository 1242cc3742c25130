"""The what-if: code an encounter as it stands."""

from fastapi import APIRouter

from services.coding import store, wire
from services.coding.api.parts import Here, Reader
from services.coding.domain.charged import compared
from services.coding.domain.claim import Version
from services.coding.domain.rulebook import code
from shared.contracts.documents.claim import CodedClaim
from shared.kernel.ids import case_id as case_of
from shared.kernel.ids import claim_id as claim_of

reads = APIRouter(prefix="/v1")


@reads.post("/preview")
async def preview(asked: wire.Preview, who: Reader, here: Here) -> CodedClaim:
    """Code an encounter as it stands; nothing is stored, nothing is told."""
    async with here.database.transaction([who.practice_id]) as connection:
        tables = await here.reference_tables.snapshot(connection)
        fees = await store.load_fees(connection)
        policies = await store.load_policies(connection)
    facts = wire.preview_facts(
        asked, fees.get(who.practice_id, {}), policies.get(who.practice_id, ())
    )
    encounter = facts.encounter
    claim = code(facts, tables, asked.as_of or facts.day)
    charged = wire.charges_of(asked)
    if charged is not None:
        claim = compared(claim, charged)
    case = case_of(who.practice_id, encounter.visit_id, encounter.encounter_id)
    version = Version(claim_of(case, encounter.encounter_id), 1, "1", claim, ())
    return wire.claim_document(version, case)
