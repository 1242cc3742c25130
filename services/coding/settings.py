"""The environment of coding, read once."""

from shared.http import ServiceSettings, settings_of


class Settings(ServiceSettings):
    """Coding keeps no patients' data: it has no vault."""

    model_config = settings_of("coding")

    port: int = 8004
