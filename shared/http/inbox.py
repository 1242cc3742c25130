"""Messages as they came: every statement on `webhook_inbox`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import MetaData, Row, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.http.message import Received, State, Trouble
from shared.http.partners import SourceReading
from shared.http.tables import inbox_table
from shared.kernel.ids import derived_id
from shared.vault import Sealer

_PURPOSE = "webhook"
_INBOX = inbox_table(MetaData())
_OPEN = ("stored", "waiting")

InboxRow = Row[Any]


def message_id(practice_id: str, source_id: str, external_id: str, content_hash: bytes) -> UUID:
    """The id of a message: the same source, id and content are the same message."""
    return derived_id("message", practice_id, source_id, external_id, content_hash.hex())


async def keep(
    connection: AsyncConnection,
    message: Received,
    external_id: str,
    seal: Sealer,
    *,
    content_hash: bytes,
    case_id: UUID | None,
    test: bool,
    kind: str | None,
    state: State,
    problems: Sequence[Trouble],
    conflict: bool,
    traceparent: str | None,
) -> tuple[InboxRow, bool]:
    """Store a message sealed; (its row, whether it is new): the very same one is kept once.

    A message under an id that another content has used is kept too, marked as a conflict.
    conflict: its sender has used its own number before.
    """
    name = f"{message.source_id}|{external_id}"
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
    others = await connection.execute(
        select(_INBOX).where(
            _INBOX.c.source_id == message.source_id, _INBOX.c.external_id == external_id
        )
    )
    known = {row.body_hash: row for row in others}
    if same := known.get(content_hash):
        return same, False
    stored = await connection.execute(
        insert(_INBOX)
        .values(
            source_id=message.source_id,
            external_id=external_id,
            body_hash=content_hash,
            message_id=message.message_id,
            practice_id=message.practice_id,
            format=message.format,
            media_type=message.media_type,
            raw=seal.seal(_PURPOSE, message.body),
            conflict=conflict or bool(known),
            test=test,
            state=state,
            kind=kind,
            problems=[trouble_document(trouble) for trouble in problems],
            case_id=case_id,
            traceparent=traceparent,
            received_at=message.received_at,
        )
        .returning(_INBOX)
    )
    return stored.one(), True


async def load(connection: AsyncConnection, identifier: UUID) -> InboxRow | None:
    """A message of the practices this transaction sees."""
    found = await connection.execute(select(_INBOX).where(_INBOX.c.message_id == identifier))
    return found.one_or_none()


async def listed(
    connection: AsyncConnection,
    state: State | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[InboxRow]:
    """Messages, the latest received first."""
    key = (_INBOX.c.received_at, _INBOX.c.message_id)
    asked = select(_INBOX).order_by(*(column.desc() for column in key)).limit(limit)
    if state is not None:
        asked = asked.where(_INBOX.c.state == state)
    if after is not None:
        asked = asked.where(tuple_(*key) < tuple_(*after))
    return (await connection.execute(asked)).all()


async def due(connection: AsyncConnection, limit: int) -> list[tuple[str, UUID]]:
    """(practice, message) of what waits for interpretation, oldest first: for the relay's role."""
    rows = await connection.execute(
        select(_INBOX.c.practice_id, _INBOX.c.message_id)
        .where(_INBOX.c.state.in_(_OPEN), _INBOX.c.next_at <= func.now())
        .order_by(_INBOX.c.next_at)
        .limit(limit)
    )
    return [(row.practice_id, row.message_id) for row in rows]


async def take(connection: AsyncConnection, identifier: UUID) -> InboxRow | None:
    """Lock a message that is still open; None where another process has it or has settled it."""
    rows = await connection.execute(
        select(_INBOX)
        .where(_INBOX.c.message_id == identifier, _INBOX.c.state.in_(_OPEN))
        .with_for_update(skip_locked=True)
    )
    return rows.one_or_none()


async def settle(
    connection: AsyncConnection,
    identifier: UUID,
    *,
    state: State,
    kind: str | None,
    case_id: UUID | None,
    events: Sequence[UUID],
    problems: Sequence[Trouble],
) -> None:
    """Write what became of a message. A case named at the door stays where none is named now."""
    await connection.execute(
        update(_INBOX)
        .where(_INBOX.c.message_id == identifier)
        .values(
            state=state,
            kind=kind if kind is not None else _INBOX.c.kind,
            case_id=case_id if case_id is not None else _INBOX.c.case_id,
            events=list(events),
            problems=[trouble_document(trouble) for trouble in problems],
        )
    )


async def postpone(connection: AsyncConnection, identifier: UUID, seconds: float) -> None:
    """Look at an open message again after so much wall time."""
    await connection.execute(
        update(_INBOX)
        .where(_INBOX.c.message_id == identifier)
        .values(
            attempts=_INBOX.c.attempts + 1,
            next_at=func.now() + timedelta(seconds=seconds),
        )
    )


async def again(
    connection: AsyncConnection, identifier: UUID, repaired: bytes | None, seal: Sealer
) -> None:
    """Have a message interpreted again, from its repaired body where one is given."""
    changes: dict[str, object] = {"state": "stored", "attempts": 0, "next_at": func.now()}
    if repaired is not None:
        changes["repaired"] = seal.seal(_PURPOSE, repaired)
    await connection.execute(
        update(_INBOX).where(_INBOX.c.message_id == identifier).values(**changes)
    )


def received(row: InboxRow, seal: Sealer, reading: SourceReading) -> Received:
    """The message of a row, opened; its repair where there is one."""
    return Received(
        message_id=row.message_id,
        practice_id=row.practice_id,
        source_id=row.source_id,
        format=row.format,
        media_type=row.media_type,
        received_at=row.received_at,
        body=seal.open(_PURPOSE, row.repaired if row.repaired is not None else row.raw),
        reading=reading,
    )


def trouble_document(trouble: Trouble) -> Mapping[str, str | None]:
    """A problem as the contract shows it."""
    return {"rule": trouble.rule, "says": trouble.says, "place": trouble.place}


def problems_of(row: InboxRow) -> list[dict[str, str | None]]:
    """The problems a row carries."""
    return cast("list[dict[str, str | None]]", row.problems)
