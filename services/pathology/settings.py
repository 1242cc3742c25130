"""The environment of pathology."""

from shared.http.mllp import MllpPort
from shared.http.settings import VaultSettings, settings_of


class Settings(VaultSettings):
    """`PATHOLOGY_…` and what the stack shares. mllp: ports that take HL7, as a JSON list."""

    model_config = settings_of("pathology")
    port: int = 8003
    mllp: tuple[MllpPort, ...] = ()
