"""What was read in the note: a fact, its place, its subject. Never words of the note."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.documentation.domain.finding import NOTE, Confidence, Span

FactKind: TypeAlias = Literal[
    "count", "size", "side", "site", "technique", "symptom", "change", "intent", "procedure", "date"
]


@dataclass(frozen=True, slots=True)
class Fact:
    """One reading.

    lesion_ids: the lesions it may speak of; with several of them it is shown and decides nothing,
    unless they are one group. role: what kind of size, or the noun of a count. kind: the kind of
    procedure a sentence speaks of.
    """

    fact: FactKind
    value: str
    start: int
    end: int
    lesion_ids: tuple[str, ...] = ()
    confidence: Confidence = "high"
    negated: bool = False
    role: str = ""
    kind: str = ""

    @property
    def lesion_id(self) -> str | None:
        """The one lesion it speaks of."""
        return self.lesion_ids[0] if len(self.lesion_ids) == 1 else None

    @property
    def span(self) -> Span:
        """Where it stands in the note."""
        return Span(NOTE, self.start, self.end)
