"""Who read a patient's data or moved a message, kept beside what they touched."""

from datetime import datetime

from sqlalchemy import MetaData, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.http.credentials import Caller
from shared.http.tables import audit_table
from shared.kernel.ids import new_id

_AUDIT = audit_table(MetaData())


async def audit(
    connection: AsyncConnection,
    who: Caller,
    action: str,
    object_id: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Write one row: `action` is `<thing>.<verb>`, `object_id` an id, `now` business time."""
    await connection.execute(
        insert(_AUDIT).values(
            audit_id=new_id(),
            practice_id=who.practice_id,
            actor=who.subject,
            action=action,
            object_id=object_id,
            reason=reason,
            occurred_at=now,
        )
    )
