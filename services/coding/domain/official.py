"""What an official file says: of itself, and row by row."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.coding.domain.releases import Release


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken. `line`: where it ends in the file, counted from 1."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file, by the columns of their table after `load_id`, and what was rejected.

    copied: further rows as lines in the text format of COPY: of millions, tuples would cost more
    than all the rest.
    """

    records: Sequence[tuple[object, ...]] = ()
    rejected: Sequence[Rejected] = ()
    copied: str = ""

    @property
    def rows(self) -> int:
        """How many rows were taken."""
        return len(self.records) + (self.copied.count("\n") + 1 if self.copied else 0)


@dataclass(frozen=True, slots=True)
class Published:
    """A file: the release it belongs to, and which of how many parts it is.

    content_hash: SHA-256 of the text inside, so that a ZIP and its bare member are the same.
    """

    release: Release
    part: int
    parts: int
    file_name: str
    content_hash: str
