"""Specimens, and whether their results have come."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel

from services.pathology import store
from services.pathology.api.asking import Asked, Here, Reader
from shared.http.paging import Listing, instant

reads = APIRouter(prefix="/v1", tags=["specimens"])


class SpecimenView(BaseModel):
    """A specimen and whether its result has come. `returned_at`: when the lab signed it."""

    specimen_id: str
    case_id: UUID
    encounter_id: str
    lesion_id: str | None
    procedure_id: str | None
    site: str | None
    laterality: str | None
    lab_id: str | None
    collected_at: AwareDatetime
    expected_at: AwareDatetime | None
    returned_at: AwareDatetime | None
    state: Literal["waiting", "returned"]


@reads.get("/specimens")
async def specimens(
    who: Reader,
    here: Here,
    asked: Asked,
    state: Literal["waiting", "returned"] | None = None,
    case_id: UUID | None = None,
) -> Listing[SpecimenView]:
    """Specimens, the longest collected first."""
    after = asked.after(instant, str)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_specimens(
            connection, state=state, case_id=case_id, after=after, limit=asked.limit + 1
        )
    return asked.answer(
        rows,
        lambda row: (row.collected_at.isoformat(), row.specimen_id),
        lambda row: SpecimenView.model_validate(row, from_attributes=True),
    )
