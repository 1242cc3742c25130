"""What the services that read HL7 and FHIR keep beside the inbox, and the migration for it.

How a source writes, by which numbers it counts its messages, and the resources it has sent, so that
a reference of a later message finds them.
"""

import hashlib
from collections.abc import Iterable
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from alembic.operations import Operations
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.documents.base import Npi
from shared.db.migrations import protect
from shared.fhir import Node, Resources
from shared.kernel.business_days import PRACTICE_ZONE
from shared.vault import Sealer

_PURPOSE = "fhir.resource"
_LOOKS = 3


class SourceReading(BaseModel):
    """How a source writes what the standards leave open; all of it may be left out.

    lab_id: the laboratory, where messages do not name it as the practice does. mrn_authority: whose
    numbers are the practice's (PID-3.4, the identifier's system). mrn_type: the type of the
    practice's numbers; empty where they carry none. member_id: where IN1 has it. accession: by
    agreement alone another place than OBR-3. acknowledgement: `enhanced` only for senders that wait
    for commit answers. timezone: of time stamps without an offset. providers: NPI by the sender's
    own id.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lab_id: str | None = Field(default=None, min_length=1, max_length=200)
    mrn_authority: str | None = None
    mrn_type: str = "MR"
    member_id: Literal["IN1-36", "IN1-49"] = "IN1-36"
    accession: Literal["OBR-3", "SPM-30"] = "OBR-3"
    acknowledgement: Literal["original", "enhanced"] = "original"
    timezone: str = PRACTICE_ZONE.key
    providers: dict[str, Npi] = Field(default_factory=dict, max_length=10_000)

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("is no time zone") from None

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of stamps without an offset."""
        return ZoneInfo(self.timezone)


def partner_tables(metadata: MetaData) -> None:
    """Add these tables to a service's metadata."""
    _reading_table(metadata)
    _number_table(metadata)
    _resource_table(metadata)


def create_partner_tables(op: Operations, schema: str) -> None:
    """Create the tables with their row-level security: called by a service's migration."""
    metadata = MetaData(schema=schema)
    partner_tables(metadata)
    metadata.create_all(op.get_bind())
    for table in metadata.sorted_tables:
        protect(op, schema, table.name)


def _reading_table(metadata: MetaData) -> Table:
    return Table(
        "source_reading",
        metadata,
        Column("source_id", Text, primary_key=True),
        Column("practice_id", Text, nullable=False),
        Column("reading", JSONB, nullable=False),
    )


def _number_table(metadata: MetaData) -> Table:
    """Messages by the sender's own number (MSH-10) and what they say without their time."""
    return Table(
        "message_number",
        metadata,
        Column("source_id", Text, primary_key=True),
        Column("number", Text, primary_key=True),
        Column("content_hash", LargeBinary, primary_key=True),
        Column("practice_id", Text, nullable=False),
        Column("message_id", Uuid, nullable=False),
    )


def _resource_table(metadata: MetaData) -> Table:
    """Resources as a source sent them last, sealed."""
    return Table(
        "fhir_resource",
        metadata,
        Column("practice_id", Text, primary_key=True),
        Column("source_id", Text, primary_key=True),
        Column("address", Text, primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("body", LargeBinary, nullable=False),
    )


_READING = _reading_table(MetaData())
_NUMBER = _number_table(MetaData())
_RESOURCE = _resource_table(MetaData())


async def put_reading(
    connection: AsyncConnection, practice_id: str, source_id: str, reading: SourceReading
) -> None:
    """Keep how a source writes."""
    values = {"practice_id": practice_id, "reading": reading.model_dump(mode="json")}
    put = insert(_READING).values(source_id=source_id, **values)
    await connection.execute(put.on_conflict_do_update(index_elements=["source_id"], set_=values))


async def load_reading(connection: AsyncConnection, source_id: str) -> SourceReading:
    """How a source writes; the defaults where nothing was said."""
    rows = await connection.execute(
        select(_READING.c.reading).where(_READING.c.source_id == source_id)
    )
    found = rows.scalar_one_or_none()
    return SourceReading() if found is None else SourceReading.model_validate(found)


async def numbered(connection: AsyncConnection, source_id: str, number: str) -> dict[bytes, UUID]:
    """Content hash -> message of what a source has sent under a number."""
    rows = await connection.execute(
        select(_NUMBER.c.content_hash, _NUMBER.c.message_id).where(
            _NUMBER.c.source_id == source_id, _NUMBER.c.number == number
        )
    )
    return {row.content_hash: row.message_id for row in rows}


async def keep_number(
    connection: AsyncConnection,
    practice_id: str,
    source_id: str,
    number: str,
    kept: tuple[bytes, UUID],
) -> None:
    """Remember under which number a message came: its content hash and its id."""
    await connection.execute(
        insert(_NUMBER)
        .values(
            practice_id=practice_id,
            source_id=source_id,
            number=number,
            content_hash=kept[0],
            message_id=kept[1],
        )
        .on_conflict_do_nothing()
    )


async def keep_resources(
    connection: AsyncConnection, seal: Sealer, source_id: str, resources: Iterable[Node]
) -> bool:
    """Keep resources for later references; whether any is new or changed."""
    changed = False
    for resource in resources:
        address = Resources.address(resource)
        if not address:
            continue
        body = orjson.dumps(resource.value)
        values = {"digest": hashlib.sha256(body).digest(), "body": seal.seal(_PURPOSE, body)}
        new = insert(_RESOURCE).values(
            practice_id=seal.practice_id, source_id=source_id, address=address, **values
        )
        kept = await connection.execute(
            new.on_conflict_do_update(
                index_elements=["practice_id", "source_id", "address"],
                set_=values,
                where=_RESOURCE.c.digest != new.excluded.digest,
            ).returning(_RESOURCE.c.address)
        )
        changed = kept.one_or_none() is not None or changed
    return changed


async def resources_around(
    connection: AsyncConnection, seal: Sealer, source_id: str, sent: Resources
) -> Resources:
    """What was sent, with what its references lead to among what the source sent before."""
    found = sent
    for _ in range(_LOOKS):
        wanted = found.unknown()
        if not wanted:
            break
        rows = await connection.execute(
            select(_RESOURCE.c.body).where(
                _RESOURCE.c.practice_id == seal.practice_id,
                _RESOURCE.c.source_id == source_id,
                _RESOURCE.c.address.in_(sorted(wanted)),
            )
        )
        known = [Node(orjson.loads(seal.open(_PURPOSE, body))) for body in rows.scalars()]
        if not known:
            break
        found = found.with_these(known)
    return found
