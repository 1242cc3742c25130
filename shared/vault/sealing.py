"""Sealing of one practice's data with its own data key."""

import hashlib
import hmac
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

from shared.vault.keyring import Unreadable, decrypt, encrypt


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens for one practice, synchronously.

    `purpose` names what is sealed (`webhook`, `visit.patient`): what was sealed for one purpose or
    practice opens for no other.
    """

    practice_id: str
    _key: bytes = field(repr=False)

    def seal(self, purpose: str, clear: bytes) -> bytes:
        """The bytes, encrypted; a fresh nonce makes every answer different."""
        return encrypt(self._key, clear, self._context(purpose))

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """The bytes again.

        Raises:
            Unreadable: another practice, purpose or key, or a changed byte.
        """
        return decrypt(self._key, sealed, self._context(purpose))

    def seal_text(self, purpose: str, clear: str) -> str:
        """Text sealed as text, for what stands in a document or a case's state."""
        return urlsafe_b64encode(self.seal(purpose, clear.encode())).decode()

    def open_text(self, purpose: str, sealed: str) -> str:
        """The text again.

        Raises:
            Unreadable: see `open`.
        """
        try:
            raw = b64decode(sealed, altchars=b"-_", validate=True)
        except ValueError:
            raise Unreadable("not a sealed text") from None
        return self.open(purpose, raw).decode()

    def fingerprint(self, purpose: str, clear: str) -> str:
        """The same for the same text: what has to be compared and must not stand in the clear.

        Keyed by the practice's data key: without it a guessed text cannot be tried.
        """
        context = f"fingerprint|{self._context(purpose)}|{clear}".encode()
        return hmac.new(self._key, context, hashlib.sha256).hexdigest()[:32]

    def _context(self, purpose: str) -> str:
        return f"{self.practice_id}|{purpose}"
