"""The `subject` of VisitClassified: one self-contained token that only submission opens.

Sealed with a key of its own, wrapped by a master key that eligibility and submission alone hold.
"""

from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass

from shared.vault.keyring import Keyring, Unreadable, decrypt, encrypt, new_key

_FORM = "s1"


@dataclass(frozen=True, slots=True)
class SubjectSealer:
    """Seals and opens subjects; synchronous, needs no database."""

    keyring: Keyring

    def seal(self, practice_id: str, clear: bytes) -> str:
        """A token `s1.<master key id>.<wrapped key>.<nonce and ciphertext>`, base64url."""
        data_key = new_key()
        wrapped = self.keyring.wrap(data_key, f"{practice_id}|subject-key")
        sealed = encrypt(data_key, clear, f"{practice_id}|subject")
        parts = (self.keyring.current.encode(), wrapped, sealed)
        return ".".join([_FORM, *(urlsafe_b64encode(part).decode() for part in parts)])

    def open(self, practice_id: str, token: str) -> bytes:
        """The subject again.

        Raises:
            Unreadable: no such token, another practice's, or a master key not held here.
        """
        try:
            form, *parts = token.split(".")
            key_id, wrapped, sealed = (
                b64decode(part, altchars=b"-_", validate=True) for part in parts
            )
        except ValueError:
            raise Unreadable("not a subject token") from None
        if form != _FORM:
            raise Unreadable("not a subject token of this form")
        data_key = self.keyring.unwrap(
            key_id.decode(errors="replace"), wrapped, f"{practice_id}|subject-key"
        )
        return decrypt(data_key, sealed, f"{practice_id}|subject")
