"""Master keys: several may open, one seals. They come from the environment."""

import os
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class Unreadable(Exception):  # noqa: N818 - says what is the case
    """A sealed value that this key, practice or purpose does not open."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Master keys by id. `current` wraps new data keys; the others still unwrap old ones."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if self.current not in self.keys:
            raise ValueError(f"the current key {self.current!r} is not in the keyring")
        if short := [name for name, key in self.keys.items() if len(key) != KEY_BYTES]:
            raise ValueError(f"keys need {KEY_BYTES} bytes: {', '.join(short)}")

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Read `id:base64,id:base64`; the first is current.

        Raises:
            ValueError: no key, or one that is not 32 bytes in base64.
        """
        entries = [entry.partition(":") for entry in text.split(",") if entry.strip()]
        if not entries:
            raise ValueError("a keyring needs at least one `id:base64` entry")
        keys = {name.strip(): b64decode(key, validate=True) for name, _, key in entries}
        return cls(current=entries[0][0].strip(), keys=keys)

    def wrap(self, data_key: bytes, context: str) -> bytes:
        """The data key under the current master key, bound to its context."""
        return encrypt(self.keys[self.current], data_key, context)

    def unwrap(self, key_id: str, wrapped: bytes, context: str) -> bytes:
        """The data key again.

        Raises:
            Unreadable: an unknown master key, or not what was wrapped in this context.
        """
        if key_id not in self.keys:
            raise Unreadable(f"no master key {key_id!r} in the keyring")
        return decrypt(self.keys[key_id], wrapped, context)


def new_key() -> bytes:
    """A fresh data key."""
    return AESGCM.generate_key(bit_length=KEY_BYTES * 8)


def encrypt(key: bytes, clear: bytes, context: str) -> bytes:
    """AES-256-GCM: a fresh nonce, then ciphertext and tag; the context is authenticated."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, clear, context.encode())


def decrypt(key: bytes, sealed: bytes, context: str) -> bytes:
    """Undo `encrypt`.

    Raises:
        Unreadable: another key or context, or a changed byte.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except Exception:
        # The library's errors differ by what is wrong; none may tell it.
        raise Unreadable("the sealed value does not open here") from None
