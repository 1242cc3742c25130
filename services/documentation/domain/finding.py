"""What a check finds: the fact, where it belongs, why it matters, and the question to ask.

`says` and `question` carry normalized values only and may travel; `quoted` repeats words of the
record for the screen of the practice and never leaves the service.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["block", "query", "warning"]
Confidence: TypeAlias = Literal["high", "medium", "low"]

NOTE = "/note/text"
OPEN_OPTIONS = ("other", "unable to determine")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the string at `pointer`, in code points, half-open."""

    pointer: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Question:
    """What the provider is asked: neutral, both sides in record order, never about payment."""

    question: str
    options: tuple[str, ...] = ()
    quoted: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One missing or contradicting fact. A warning asks nothing."""

    rule: str
    severity: Severity
    field: str
    says: str
    source: str
    procedure_id: str | None = None
    lesion_id: str | None = None
    specimen_id: str | None = None
    confidence: Confidence = "high"
    evidence: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    query: Question | None = None

    @property
    def key(self) -> str:
        """What it is about: the same over the versions of an encounter."""
        subject = self.procedure_id or self.lesion_id or self.specimen_id or ""
        return f"{self.rule}|{self.field}|{subject}"


def choose(question: str, *values: str, quoted: str | None = None) -> Question:
    """A question with the values the record holds, in record order, and the two open ones."""
    return Question(question, (*dict.fromkeys(values), *OPEN_OPTIONS), quoted)


def quote(text: str, span: Span) -> str:
    """The words at a span, without line breaks."""
    return " ".join(text[span.start : span.end].split())
