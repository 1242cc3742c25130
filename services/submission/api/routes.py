"""Routes: drops of a practice, the health of each way, closing one and moving its claims."""

from datetime import datetime
from typing import Annotated, Literal

import asyncssh
from fastapi import APIRouter, Path
from pydantic import Field, SecretStr, field_validator

from services.submission.api.parts import Here, Reader, SubmissionParts, Worker
from services.submission.api.profiles import look_again
from services.submission.domain.commands import TakenBack
from services.submission.domain.route import BUILT_IN, Drop, Known
from services.submission.store import routes
from shared.bus.apply import apply
from shared.bus.stage import Asked
from shared.contracts.documents.base import Document, Flag
from shared.http import Caller, Problem, audit, not_found

router = APIRouter(prefix="/v1", tags=["routes"])

Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Short = Annotated[str, Field(min_length=1, max_length=200)]


class RouteDocument(Document):
    """`PUT /v1/routes/{name}`: an SFTP drop. `host_key` is pinned; `secret` is never shown again.

    `secret`: the password, or a private key in PEM; absent: the one it has stays. `fallback`: the
    route that takes over while this one is not healthy.
    """

    kind: Literal["sftp"] = "sftp"
    host: Short
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    username: Short
    host_key: Annotated[str, Field(min_length=20, max_length=2000)]
    folder: Annotated[str, Field(pattern=r"^/?[A-Za-z0-9._/-]{0,200}$")] = "inbound"
    receiver_id: Annotated[str, Field(pattern=r"^[0-9A-Z]{2,15}$")]
    receiver_name: Short
    fallback: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] | None = None
    secret: SecretStr | None = None

    @field_validator("host_key")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            asyncssh.import_public_key(value)
        except (asyncssh.KeyImportError, ValueError):
            raise ValueError("the host key is no public key in OpenSSH form") from None
        return value


class RouteView(Document):
    """A route with its health; the built-in one has no address of its own here."""

    name: str
    kind: Literal["https", "sftp"]
    host: str | None
    port: int | None
    folder: str | None
    receiver_id: str | None
    fallback: str | None
    state: Literal["healthy", "failing", "silent", "closed"]
    failures: int
    last_error: str | None
    last_taken_at: datetime | None
    closed_at: datetime | None
    closed_reason: str | None


class Closing(Document):
    """Why; `move_unacknowledged`: what was sent and never acknowledged goes by the fallback too."""

    reason: Short
    move_unacknowledged: Flag = False


class Closed(Document):
    """How many claims go by another route now."""

    route: RouteView
    moved: int


@router.put("/routes/{name}")
async def put_route(name: Name, document: RouteDocument, who: Worker, here: Here) -> RouteView:
    """Set a drop; claims that waited for it are looked at again."""
    if name == BUILT_IN:
        raise Problem(409, "the built-in route is set by the service's environment")
    now = here.clock.business()
    seal = await here.sealer(who.practice_id)
    secret = document.secret.get_secret_value() if document.secret else None
    drop = Drop(**document.model_dump(exclude={"secret"}))
    async with here.database.transaction([who.practice_id]) as connection:
        if secret is None and await routes.load_secret(connection, name) is None:
            errors = [{"pointer": "/secret", "says": "a new route needs its secret"}]
            raise Problem(422, "a new route needs its secret", errors=errors)
        sealed = seal.seal(routes.SECRET_PURPOSE, secret.encode()) if secret else None
        await routes.save_route(connection, who.practice_id, name, drop, sealed, now)
        await audit(connection, who, "route.put", name, now)
    await look_again(here, who)
    return await _view(name, who, here)


@router.get("/routes")
async def list_routes(who: Reader, here: Here) -> tuple[RouteView, ...]:
    """Every route with its health."""
    async with here.database.transaction([who.practice_id]) as connection:
        found = await routes.load_routes(connection, here.clock.business())
    return tuple(_shown(each) for each in found.values())


@router.post("/routes/{name}/close")
async def close(name: Name, closing: Closing, who: Worker, here: Here) -> Closed:
    """Stop using a route: what it never began to send goes by its fallback at once."""
    now = here.clock.business()
    async with here.database.transaction([who.practice_id]) as connection:
        if name not in await routes.load_routes(connection, now):
            raise not_found("route")
        await routes.set_closed(connection, who.practice_id, name, closing.reason, now)
        await audit(connection, who, "route.close", name, now, closing.reason)
        taken = await routes.take_back(connection, name, unacknowledged=closing.move_unacknowledged)
        inputs = [
            (each.case_id, Asked(TakenBack(each.claim_id, each.version, batch_id), None))
            for batch_id, sets in taken
            for one in sets
            for each in one.claims
        ]
        applied = await apply(connection, here.stage, inputs, now)
        moved = sum(outcome.result() is not None for outcome in applied.outcomes)
    return Closed(route=await _view(name, who, here), moved=moved)


@router.post("/routes/{name}/open")
async def open_again(name: Name, who: Worker, here: Here) -> RouteView:
    """Use a route again."""
    now = here.clock.business()
    async with here.database.transaction([who.practice_id]) as connection:
        if name not in await routes.load_routes(connection, now):
            raise not_found("route")
        await routes.set_closed(connection, who.practice_id, name, None, now)
        await audit(connection, who, "route.open", name, now)
    return await _view(name, who, here)


async def _view(name: str, who: Caller, here: SubmissionParts) -> RouteView:
    async with here.database.transaction([who.practice_id]) as connection:
        return _shown((await routes.load_routes(connection, here.clock.business()))[name])


def _shown(known: Known) -> RouteView:
    drop, health = known.drop, known.health
    return RouteView(
        name=known.name,
        kind="sftp" if drop else "https",
        host=drop.host if drop else None,
        port=drop.port if drop else None,
        folder=drop.folder if drop else None,
        receiver_id=drop.receiver_id if drop else None,
        fallback=drop.fallback if drop else None,
        state=health.state,
        failures=health.failures,
        last_error=health.last_error,
        last_taken_at=health.last_taken_at,
        closed_at=health.closed_at,
        closed_reason=health.closed_reason,
    )
