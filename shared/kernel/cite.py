"""Where a rule or a value comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cite:
    """A source a reader can look up. `verified=False`: from memory (the † of the pages)."""

    text: str
    verified: bool = True

    def __str__(self) -> str:
        return self.text
