"""The environment of coding, read once."""

from shared.http import ServiceSettings, settings_of


class Settings(ServiceSettings):
    """Coding keeps no patients' data: it has no vault.

    reference_carry_forward: go on with an imported release after its last day; without it claims of
    later days wait for the next release.
    """

    model_config = settings_of("coding")

    port: int = 8004
    reference_carry_forward: bool = False
