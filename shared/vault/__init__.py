"""Encryption of patients' data: AES-256-GCM, a data key per practice, master keys from outside."""

from shared.vault.keyring import Keyring, Unreadable
from shared.vault.sealing import Sealer
from shared.vault.subject import SubjectSealer
from shared.vault.vault import Vault, vault_table

__all__ = ["Keyring", "Sealer", "SubjectSealer", "Unreadable", "Vault", "vault_table"]
