"""The environment is read whole or refused, and no refusal shows a value."""

from base64 import b64encode

import pytest
from pydantic import ValidationError

from shared.http import SubjectSettings, settings_of
from shared.vault.keyring import new_key

KEYS = "k1:" + b64encode(new_key()).decode()
GOOD = {
    "SAMPLE_DATABASE_URL": "postgresql://sample:very-secret@localhost/dermis",
    "SAMPLE_RELAY_DATABASE_URL": "postgresql://relay:very-secret@localhost/dermis",
    "SAMPLE_VAULT_KEYS": KEYS,
    "SAMPLE_PORT": "8009",
    "SUBJECT_KEYS": KEYS,
    "KAFKA_BOOTSTRAP": "localhost:9092",
    "JWKS_FILE": "/jwks.json",
    "JWT_ISSUER": "https://issuer.invalid",
}


class Settings(SubjectSettings):
    model_config = settings_of("sample")


@pytest.fixture
def environment(monkeypatch):
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_service_reads_its_own_and_the_shared_variables(environment):
    environment.setenv("OTHER_PORT", "1")
    settings = Settings()
    assert (settings.port, settings.kafka_bootstrap) == (8009, "localhost:9092")
    assert settings.broker().idempotence is True
    assert settings.keyring().current == "k1"
    assert settings.subjects().open("a", settings.subjects().seal("a", b"x")) == b"x"
    assert "very-secret" not in repr(settings)
    assert KEYS not in repr(settings)


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"JWKS_FILE"}))
def test_nothing_that_is_needed_has_a_default(environment, name):
    environment.delenv(name)
    with pytest.raises(ValidationError, match="Field required"):
        Settings()


def test_a_refused_value_is_not_shown(environment):
    environment.setenv("SAMPLE_PORT", "very-secret")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "very-secret" not in str(refused.value)
