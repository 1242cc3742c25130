"""The secrets of one local stack: made at random once, kept in a file only its user can read."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from deploy.local.problem import LocalProblem

_KEY_BYTES = 32


class Credentials:
    """Secrets by name; one not there yet is made and kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, str] = {}
        if path.exists():
            try:
                self._values = json.loads(path.read_text())
            except ValueError as error:
                raise LocalProblem(
                    f"{path} cannot be read as the stack's secrets: delete {path.parent}"
                    " and start again (what it stored is lost with its keys)."
                ) from error

    def password(self, name: str) -> str:
        """A password of a database role or a partner."""
        return self._kept(f"password:{name}", lambda: secrets.token_urlsafe(24))

    def keyring(self, name: str) -> str:
        """One master key in the form of the vault, `id:base64`."""
        return self._kept(f"keyring:{name}", lambda: f"{name}-1:{_random(_KEY_BYTES)}")

    def webhook_secret(self, name: str) -> str:
        """A Standard Webhooks secret."""
        return self._kept(f"webhook:{name}", lambda: f"whsec_{_random(_KEY_BYTES)}")

    def signing_key(self) -> str:
        """The issuer's private key, PEM."""
        return self._kept("issuer", _new_signing_key)

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        if name not in self._values:
            self._values[name] = make()
            write_private(self._path, json.dumps(self._values, indent=1))
        return self._values[name]


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    beside.replace(path)


def _random(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode()


def _new_signing_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
