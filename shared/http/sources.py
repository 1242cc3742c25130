"""Who may post webhooks: a source, its practice, its format and its one or two live secrets."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import MetaData, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError, ProgrammingError

from shared.db.database import Database
from shared.http.audit import audit
from shared.http.credentials import Caller, caller
from shared.http.partners import SourceReading, put_reading
from shared.http.parts import Parts, parts
from shared.http.problems import not_found
from shared.http.tables import source_table
from shared.kernel.refused import Refused
from shared.vault import Vault

_PURPOSE = "source.secrets"
_SOURCES = source_table(MetaData())
_FIND_ONE = text("select set_config('app.source', :source_id, true)")

Format = Literal["dermis", "fhir", "hl7v2", "x12"]
Here = Annotated[Parts[object, object], Depends(parts)]
Admin = Annotated[Caller, caller("sources:admin")]

router = APIRouter(prefix="/v1/sources", tags=["sources"])


@dataclass(frozen=True, slots=True)
class Source:
    """A registered sender."""

    source_id: str
    practice_id: str
    format: Format
    test: bool
    secrets: tuple[str, ...] = field(repr=False)


class SourceSetting(BaseModel):
    """What a source is: `test` marks messages that are rehearsals, `reading` how it writes."""

    model_config = ConfigDict(extra="forbid")

    format: Format
    secrets: list[Annotated[str, Field(min_length=8, max_length=200)]] = Field(
        min_length=1, max_length=2
    )
    test: bool = False
    reading: SourceReading | None = None


class SourceView(BaseModel):
    """A source as it is shown: never its secrets."""

    source_id: str
    format: Format
    test: bool
    secrets: int
    reading: SourceReading | None = Field(default=None, exclude_if=lambda value: value is None)


class SourceList(BaseModel):
    """The sources of the practice."""

    items: list[SourceView]
    next_cursor: str | None = None


@router.put("/{source_id}")
async def put_source(
    source_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")],
    setting: SourceSetting,
    request: Request,
    who: Admin,
    here: Here,
) -> SourceView:
    """Register a source or change it; two secrets are live while a sender moves to the second."""
    for number, secret in enumerate(setting.secrets):
        _check_secret(secret, f"/secrets/{number}")
    seal = await here.sealer(who.practice_id)
    values = {
        "practice_id": who.practice_id,
        "format": setting.format,
        "test": setting.test,
        "secrets": seal.seal(_PURPOSE, orjson.dumps(setting.secrets)),
    }
    put = (
        insert(_SOURCES)
        .values(source_id=source_id, **values)
        .on_conflict_do_update(
            index_elements=[_SOURCES.c.source_id], set_={**values, "updated_at": func.now()}
        )
    )
    try:
        async with here.database.transaction([who.practice_id]) as connection:
            await connection.execute(put)
            if request.app.state.webhooks.partners:
                reading = setting.reading or SourceReading()
                await put_reading(connection, who.practice_id, source_id, reading)
            await audit(connection, who, "source.put", source_id, here.clock.business())
    except (IntegrityError, ProgrammingError) as error:
        # Row-level security refuses to change the row of another practice.
        raise not_found("source") from error
    return SourceView(
        source_id=source_id,
        format=setting.format,
        test=setting.test,
        secrets=len(setting.secrets),
        reading=setting.reading,
    )


@router.get("")
async def list_sources(who: Admin, here: Here) -> SourceList:
    """The practice's sources."""
    async with here.database.transaction([who.practice_id]) as connection:
        rows = await connection.execute(select(_SOURCES).order_by(_SOURCES.c.source_id))
    seal = await here.sealer(who.practice_id)
    return SourceList(
        items=[
            SourceView(
                source_id=row.source_id,
                format=row.format,
                test=row.test,
                secrets=len(orjson.loads(seal.open(_PURPOSE, row.secrets))),
            )
            for row in rows
        ]
    )


async def find_source(database: Database, vault: Vault, source_id: str) -> Source | None:
    """The source a webhook names, of whatever practice; None where there is none."""
    async with database.transaction([]) as connection:
        await connection.execute(_FIND_ONE, {"source_id": source_id})
        row = (
            await connection.execute(select(_SOURCES).where(_SOURCES.c.source_id == source_id))
        ).one_or_none()
    if row is None:
        return None
    seal = await vault.practice(row.practice_id)
    return Source(
        source_id=row.source_id,
        practice_id=row.practice_id,
        format=row.format,
        test=row.test,
        secrets=tuple(orjson.loads(seal.open(_PURPOSE, row.secrets))),
    )


def _check_secret(secret: str, pointer: str) -> None:
    try:
        base64.b64decode(secret.removeprefix("whsec_") + "==", validate=False)
    except (binascii.Error, ValueError):
        raise Refused(
            "secret-unusable", "a secret is base64, with or without `whsec_`", pointer
        ) from None
