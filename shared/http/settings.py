"""The environment of a service, read once into one frozen object.

What differs per service carries its prefix (`CODING_DATABASE_URL`); what the stack shares does not
(`KAFKA_BOOTSTRAP`). Secrets have no default.
"""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.vault import Keyring, SubjectSealer


class ServiceSettings(BaseSettings):
    """What every service needs.

    A service subclasses it with `model_config = settings_of("coding")` and its own port.
    kafka_idempotence: off for a broker without producer ids (the embedded one). jwks: where the
    issuer's public keys stand, a file or an address; one of the two is needed.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    database_url: SecretStr
    relay_database_url: SecretStr
    port: int

    host: str = Field("127.0.0.1", validation_alias="HOST")
    kafka_bootstrap: str = Field(validation_alias="KAFKA_BOOTSTRAP")
    kafka_partitions: int = Field(4, validation_alias="KAFKA_PARTITIONS", ge=1)
    kafka_idempotence: bool = Field(True, validation_alias="KAFKA_IDEMPOTENCE")
    jwks_file: Path | None = Field(None, validation_alias="JWKS_FILE")
    jwks_url: str | None = Field(None, validation_alias="JWKS_URL")
    jwt_issuer: str = Field(validation_alias="JWT_ISSUER")
    clock_file: Path | None = Field(None, validation_alias="CLOCK_FILE")


class VaultSettings(ServiceSettings):
    """A service that keeps patients' data: `<SERVICE>_VAULT_KEYS` as `id:base64[,id:base64]`."""

    vault_keys: SecretStr

    def keyring(self) -> Keyring:
        """The master keys; the first seals."""
        return Keyring.parse(self.vault_keys.get_secret_value())


class SubjectSettings(VaultSettings):
    """A service that seals or opens subjects: eligibility and submission share `SUBJECT_KEYS`."""

    subject_keys: SecretStr = Field(validation_alias="SUBJECT_KEYS")

    def subjects(self) -> SubjectSealer:
        """Seals and opens the `subject` of VisitClassified."""
        return SubjectSealer(Keyring.parse(self.subject_keys.get_secret_value()))


def settings_of(service: str) -> SettingsConfigDict:
    """The `model_config` of a service's settings: its name in capitals is the prefix."""
    return SettingsConfigDict(
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        env_ignore_empty=True,
        env_prefix=f"{service.upper()}_",
    )
