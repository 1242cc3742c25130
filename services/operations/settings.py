"""The environment of operations: it keeps no patient's data, so it holds no keys."""

from shared.http import ServiceSettings, settings_of


class Settings(ServiceSettings):
    """`OPERATIONS_…`."""

    model_config = settings_of("operations")

    port: int = 8000
