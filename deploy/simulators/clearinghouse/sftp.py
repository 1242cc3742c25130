"""The clearinghouse's SFTP door: a file renamed into `inbound` is taken as one that was posted."""

import asyncio
import hmac
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path, PurePosixPath

import asyncssh

from deploy.simulators.clearinghouse.house import House
from deploy.simulators.clearinghouse.store import Store
from deploy.simulators.x12 import Unreadable

INBOUND = "inbound"
REFUSED = "refused"
_SUFFIX = ".edi"

logging.getLogger("asyncssh").setLevel(logging.WARNING)


class Door(asyncssh.SSHServer):
    """Lets one user in, by password."""

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = password

    def begin_auth(self, username: str) -> bool:
        """Everybody must show who they are."""
        return True

    def password_auth_supported(self) -> bool:
        """By password."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Whether it is the practice."""
        known = hmac.compare_digest(username.encode(), self._username.encode())
        return hmac.compare_digest(password.encode(), self._password.encode()) and known


class Folders(asyncssh.SFTPServer):
    """The folders of the practice; what is renamed to `inbound/*.edi` is taken by the house."""

    def __init__(
        self,
        channel: asyncssh.SSHServerChannel[bytes],
        root: Path,
        taken: Callable[[str, bytes], None],
    ) -> None:
        super().__init__(channel, chroot=str(root).encode())
        self._root = root
        self._taken = taken

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename, and take the file in where its new name says that it is whole."""
        super().rename(oldpath, newpath)
        name = PurePosixPath(newpath.decode())
        if name.suffix == _SUFFIX and name.parent.name == INBOUND:
            path = Path(self.map_path(newpath).decode())
            self._taken(name.stem, path.read_bytes())

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """As `rename`."""
        self.rename(oldpath, newpath)


async def serve(
    root: Path,
    store: Store,
    house: House,
    now: Callable[[], datetime],
    *,
    host: str,
    port: int,
    username: str,
    password: str,
) -> asyncssh.SSHAcceptor:
    """Listen; the host key is made once and kept, so that practices can pin it."""
    (root / INBOUND).mkdir(parents=True, exist_ok=True)
    (root / REFUSED).mkdir(exist_ok=True)
    key = await asyncio.to_thread(_host_key, root.parent / "sftp_host_key")

    def taken(key: str, raw: bytes) -> None:
        if store.file_by_key(key) is not None:
            return
        try:
            house.receive(raw, key, now())
        except Unreadable:
            (root / REFUSED / f"{key}{_SUFFIX}").write_bytes(raw)

    def door() -> Door:
        return Door(username, password)

    def folders(channel: asyncssh.SSHServerChannel[bytes]) -> Folders:
        return Folders(channel, root, taken)

    return await asyncssh.listen(
        host, port, server_factory=door, server_host_keys=[key], sftp_factory=folders
    )


def _host_key(path: Path) -> asyncssh.SSHKey:
    if not path.exists():
        made = asyncssh.generate_private_key("ssh-ed25519")
        made.write_private_key(str(path))
        made.write_public_key(f"{path}.pub")
    return asyncssh.read_private_key(str(path))
