"""What the codes of acknowledgements and remittances mean, as the seed tables say."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatusCode:
    """A claim status code (STC01-2): its meaning and the stage that mends it."""

    meaning: str
    owner_stage: str


@dataclass(frozen=True, slots=True)
class CodeTables:
    """Meanings by code. A code that is not listed is kept verbatim and said to be unlisted."""

    categories: Mapping[str, str]
    statuses: Mapping[str, StatusCode]
    adjustments: Mapping[str, str]
    remarks: Mapping[str, str]
    groups: Mapping[str, str]
