"""The environment of denials."""

from shared.http.settings import ServiceSettings, settings_of


class Settings(ServiceSettings):
    """`DENIALS_…` and what the stack shares. No vault: denials keeps no patient's data."""

    model_config = settings_of("denials")
    port: int = 8006
