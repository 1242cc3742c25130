"""Documentation's environment as one frozen object."""

from shared.http.settings import VaultSettings, settings_of


class Settings(VaultSettings):
    """What every service that keeps patients' data needs."""

    model_config = settings_of("documentation")

    port: int = 8002
