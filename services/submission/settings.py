"""Submission's environment as one frozen object."""

from pydantic import Field, SecretStr

from shared.http.settings import SubjectSettings, settings_of


class Settings(SubjectSettings):
    """clearinghouse_*: the route. usage: P, or T in rehearsals.

    quiet_seconds: how long a ready claim rests unchanged (wall time) before it leaves; without it
    claims leave at the daily cut-off.
    """

    model_config = settings_of("submission")

    port: int = 8005
    clearinghouse_url: str
    clearinghouse_api_key: SecretStr
    clearinghouse_id: str = Field("CLEARINGHOUSE", pattern=r"^[0-9A-Z]{2,15}$")
    clearinghouse_name: str = "CLEARINGHOUSE"
    usage: str = Field("P", pattern=r"^[PT]$")
    quiet_seconds: float | None = Field(None, gt=0)
