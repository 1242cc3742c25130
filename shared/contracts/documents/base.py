"""What all documents share: strict, frozen, and the few kinds of value they are made of."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
)

T = TypeVar("T")


class Document(BaseModel):
    """A document outsiders send or get. Unknown fields are an error; values are frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=200_000)


def _none_is_empty(value: object) -> object:
    return () if value is None else value


Items = Annotated[tuple[T, ...], BeforeValidator(_none_is_empty), Field(max_length=1000)]
"""A list of limited length; null and absent both mean empty."""

_number = PlainSerializer(float, return_type=float, when_used="json")

Id = Annotated[str, Field(min_length=1, max_length=200)]
Text: TypeAlias = str
Flag: TypeAlias = StrictBool
Count = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
Length = Annotated[Decimal, Field(ge=0, le=10_000, max_digits=12), _number]
"""Centimetres."""
Area = Annotated[Decimal, Field(ge=0, le=100_000, max_digits=12), _number]
"""Square centimetres."""
Quantity = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=16), _number]
"""Units of a drug, possibly broken."""
Money = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]
"""US dollars; a decimal string on the wire."""
Day: TypeAlias = date
Instant: TypeAlias = AwareDatetime
DiagnosisCode = Annotated[str, Field(min_length=1, max_length=10)]
Side: TypeAlias = Literal["left", "right"]
Npi = Annotated[str, Field(pattern=r"^\d{10}$")]
Sex: TypeAlias = Literal["F", "M", "U"]
Program: TypeAlias = Literal["medicare", "medicare_advantage", "medicaid", "commercial", "other"]


class Span(Document):
    """A part of the string at `pointer`, in Unicode code points, half-open."""

    pointer: str
    start: Count
    end: Count


class Reason(Document):
    """Why something was decided: rule id, a sentence, its source, and where it was read."""

    rule: str
    says: str
    source: str
    evidence: Items[str] = ()
    spans: Items[Span] = ()


class Provider(Document):
    """Who rendered the service. Names only where the sender gives them."""

    npi: Npi
    first_name: str | None = None
    last_name: str | None = None
