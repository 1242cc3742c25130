"""What every event is: one topic, one owner, named consumers, the thread of a case."""

from typing import ClassVar, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Event(BaseModel):
    """A fact a service has committed. Readers ignore fields they do not know (additive change).

    topic: the Kafka topic, also `ce_type`. owner: the one service that writes it.
    consumers: who reads it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: ClassVar[str]
    owner: ClassVar[str]
    consumers: ClassVar[tuple[str, ...]]

    case_id: UUID
    practice_id: str
    occurred_at: AwareDatetime

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """The event in a record's value; fields added later are ignored at every depth.

        Raises:
            pydantic.ValidationError: it is no such event.
        """
        return cls.model_validate_json(payload, extra="ignore")

    def written(self) -> bytes:
        """The record's value: JSON, UTF-8."""
        return self.model_dump_json().encode()
