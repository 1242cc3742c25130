"""The environment of a service, read once into one frozen object.

What differs per service carries its prefix (`CODING_DATABASE_URL`); what the stack shares does not
(`KAFKA_BOOTSTRAP`). Secrets have no default.
"""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.bus.broker import Broker
from shared.bus.limit import DEAD_LETTERS_AN_HOUR
from shared.db import Database
from shared.vault import Keyring, SubjectSealer


class ServiceSettings(BaseSettings):
    """What every service needs.

    A service subclasses it with `model_config = settings_of("coding")` and its own port.
    ordinal: which instance of the service this is, the same after a restart. kafka_replicas: of
    the topics that are made here. dead_letters_an_hour: so many pause the hearing of events.
    kafka_idempotence: off for a broker without producer ids (the embedded one). jwks: where the
    issuer's public keys stand, a file or an address; one of the two is needed. requests_a_minute,
    webhooks_a_minute: what this instance answers one credential, one source (`shared.http.limits`).
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    database_url: SecretStr
    relay_database_url: SecretStr
    port: int
    ordinal: int = 0

    host: str = Field("127.0.0.1", validation_alias="HOST")
    kafka_bootstrap: str = Field(validation_alias="KAFKA_BOOTSTRAP")
    kafka_partitions: int = Field(4, validation_alias="KAFKA_PARTITIONS", ge=1)
    kafka_replicas: int = Field(1, validation_alias="KAFKA_REPLICAS", ge=1)
    kafka_idempotence: bool = Field(True, validation_alias="KAFKA_IDEMPOTENCE")
    dead_letters_an_hour: int = Field(
        DEAD_LETTERS_AN_HOUR, validation_alias="DEAD_LETTERS_AN_HOUR", ge=1
    )
    requests_a_minute: int = Field(30_000, validation_alias="REQUESTS_A_MINUTE", ge=1)
    webhooks_a_minute: int = Field(120_000, validation_alias="WEBHOOKS_A_MINUTE", ge=1)
    jwks_file: Path | None = Field(None, validation_alias="JWKS_FILE")
    jwks_url: str | None = Field(None, validation_alias="JWKS_URL")
    jwt_issuer: str = Field(validation_alias="JWT_ISSUER")
    clock_file: Path | None = Field(None, validation_alias="CLOCK_FILE")

    def database(self, service: str) -> Database:
        """The service's schema, by its two roles."""
        return Database(
            self.database_url.get_secret_value(),
            self.relay_database_url.get_secret_value(),
            service,
        )

    def broker(self) -> Broker:
        """The broker, and what it can do."""
        return Broker(
            self.kafka_bootstrap,
            partitions=self.kafka_partitions,
            replicas=self.kafka_replicas,
            idempotence=self.kafka_idempotence,
        )


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
        hide_input_in_errors=True,  # a variable that is not understood may be a secret
        env_prefix=f"{service.upper()}_",
    )
