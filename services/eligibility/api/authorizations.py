"""The register of authorizations: enter, answer, list."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.eligibility import store, wire
from services.eligibility.api.intake import open_visit
from services.eligibility.api.parts import EligibilityParts, Here, Reader, Writer
from services.eligibility.api.views import RegisteredAuthorization, authorization_view
from services.eligibility.domain.case import Case
from services.eligibility.domain.commands import RecordAuthorization
from shared.contracts.documents.base import Id
from shared.contracts.documents.visit import Authorization
from shared.http import Caller, Commands, Listing, Page, not_found, page
from shared.kernel.ids import case_id, derived_id
from shared.kernel.refused import Refused

commands = APIRouter(prefix="/v1/authorizations", route_class=Commands, tags=["authorizations"])
reads = APIRouter(prefix="/v1/authorizations", tags=["authorizations"])


class AuthorizationOfVisit(Authorization):
    """An authorization and the visit it is for."""

    visit_id: Id


@commands.post("", status_code=201)
async def enter_authorization(
    given: AuthorizationOfVisit, who: Writer, here: Here
) -> RegisteredAuthorization:
    """Enter an authorization of a visit; the same number, kind and code again is the same one."""
    case = case_id(who.practice_id, given.visit_id)
    authorization_id = derived_id(case, given.service_kind, given.code, given.number)
    stated = Authorization.model_validate(given.model_dump(exclude={"visit_id"}))
    return await _record(here, who, case, authorization_id, stated)


@commands.put("/{authorization_id}")
async def answer_authorization(
    authorization_id: UUID, given: Authorization, who: Writer, here: Here
) -> RegisteredAuthorization:
    """Put the payer's answer in the place of what was known of an authorization."""
    async with here.database.transaction([who.practice_id]) as connection:
        row = await store.find_authorization(connection, authorization_id)
    if row is None:
        raise not_found("authorization")
    return await _record(here, who, row.case_id, authorization_id, given)


async def _record(
    here: EligibilityParts, who: Caller, case: UUID, authorization_id: UUID, given: Authorization
) -> RegisteredAuthorization:
    if given.service_kind is None and given.code is None:
        reason = "an authorization names a service kind or a code"
        raise Refused("authorization-for-nothing", reason, "/service_kind")
    async with here.database.transaction([who.practice_id]) as connection:
        known = await store.load_case(connection, case)
    if known is None or known.visit is None:
        raise Refused("visit-unknown", "no such visit is recorded", "/visit_id")
    seal = await here.sealer(who.practice_id)
    planned = wire.planned_visit(open_visit(known.visit.document, seal))
    command = RecordAuthorization(authorization_id, wire.authorization(given), planned)
    after: Case = await here.ask(who, case, command)
    return _shown(after, authorization_id)


def _shown(case: Case, authorization_id: UUID) -> RegisteredAuthorization:
    for each in case.register:
        if each.authorization_id == authorization_id:
            return authorization_view(case, each)
    raise not_found("authorization")


@reads.get("")
async def list_authorizations(
    who: Reader,
    here: Here,
    page: Annotated[Page, Depends(page)],
    visit_id: str | None = None,
) -> Listing[RegisteredAuthorization]:
    """Registered authorizations, of one visit where it is named."""
    after = page.after(UUID)
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await store.list_authorizations(
            connection, None if after is None else (after[0],), page.limit + 1, visit_id
        )
        cases = {
            row.case_id: case
            for row in rows
            if (case := await store.load_case(connection, row.case_id)) is not None
        }
    return page.answer(
        rows,
        key=lambda row: (row.authorization_id,),
        item=lambda row: _shown(cases[row.case_id], row.authorization_id),
    )
