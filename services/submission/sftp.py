"""A drop on an SFTP server: put under a name of its own, renamed when whole, never put twice."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import asyncssh

from services.submission.domain.route import SILENCE, Drop
from shared.bus.deliver import Answer
from shared.bus.errors import Transient

_CONNECT_SECONDS = 20
_PRIVATE_KEY = "-----BEGIN"
_TAKEN = 202

logging.getLogger("asyncssh").setLevel(logging.WARNING)  # it tells every file it touches


async def put_file(
    drop: Drop, secret: str, batch_id: str, file: bytes, begins: Callable[[], Awaitable[None]]
) -> Answer:
    """Hand the stored bytes over; the name is the batch id, so that a repeat meets itself.

    `begins` is called when the session stands and before the first byte leaves.

    Raises:
        Transient: it is not known whether the file arrived.
    """
    unfinished, name = _names(drop, batch_id)
    async with _session(drop, secret) as sftp:
        if await sftp.exists(name):
            return Answer(_TAKEN, {})
        await begins()
        async with sftp.open(unfinished, "wb") as remote:
            await remote.write(file)
        await sftp.rename(unfinished, name)
    return Answer(_TAKEN, {})


async def find_file(
    drop: Drop, secret: str, batch_id: str, begun_at: datetime | None, now: datetime
) -> Answer | None:
    """What the listing tells of an earlier sending; None where it certainly never arrived (BT-4).

    A partner may have taken the file out of its folder: where nothing of it is left, the same bytes
    are sent again only after the time in which an acknowledgement would have come.

    Raises:
        Transient: it does not answer, or what became of the file is not known yet.
    """
    unfinished, name = _names(drop, batch_id)
    if begun_at is None:
        return None
    async with _session(drop, secret) as sftp:
        if await sftp.exists(name):
            return Answer(_TAKEN, {})
        if await sftp.exists(unfinished):
            return None
    if now - begun_at < SILENCE:
        raise Transient("the file may have been taken: its acknowledgement is waited for")
    return None


def _names(drop: Drop, batch_id: str) -> tuple[str, str]:
    return f"{drop.folder}/{batch_id}.part", f"{drop.folder}/{batch_id}.edi"


@asynccontextmanager
async def _session(drop: Drop, secret: str) -> AsyncIterator[asyncssh.SFTPClient]:
    """A session with the server whose key is pinned, and no other."""
    pinned = asyncssh.import_public_key(drop.host_key)
    is_key = secret.startswith(_PRIVATE_KEY)
    try:
        async with (
            asyncssh.connect(
                drop.host,
                drop.port,
                username=drop.username,
                password=None if is_key else secret,
                client_keys=[asyncssh.import_private_key(secret)] if is_key else None,
                known_hosts=([pinned], [], []),
                agent_path=None,
                config=None,
                connect_timeout=_CONNECT_SECONDS,
            ) as connection,
            connection.start_sftp_client() as sftp,
        ):
            yield sftp
    except (asyncssh.Error, OSError) as error:
        raise Transient(f"the route failed: {type(error).__name__}") from None
