"""The environment of pathology."""

from shared.http.settings import VaultSettings, settings_of


class Settings(VaultSettings):
    """`PATHOLOGY_…` and what the stack shares."""

    model_config = settings_of("pathology")
    port: int = 8003
