"""A parsed message: segments whose fields are cut up when they are asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from shared.hl7.escapes import Delimiters

_NULL = '""'


@dataclass(frozen=True)
class Segment:
    """One segment. `fields[n]` is field n as it was sent; MSH counts like every other."""

    name: str
    fields: Sequence[str]
    delimiters: Delimiters

    def raw(self, number: int) -> str:
        """Field `number` as it was sent; empty where it is absent or deleted (`""`)."""
        found = self.fields[number] if number < len(self.fields) else ""
        return "" if found == _NULL else found

    def value(self, number: int, component: int = 1, *, sub: int = 1, repetition: int = 1) -> str:
        """A component of a field, decoded; its first subcomponent unless told; empty if absent."""
        repeated = self.raw(number).split(self.delimiters.repetition)
        if repetition > len(repeated):
            return ""
        return Field(repeated[repetition - 1], self.delimiters).value(component, sub=sub)

    def repetitions(self, number: int) -> list["Field"]:
        """The repetitions of a field; none where it is empty."""
        found = self.raw(number)
        if not found:
            return []
        return [Field(each, self.delimiters) for each in found.split(self.delimiters.repetition)]

    def text(self, number: int) -> str:
        """A field as prose: its repetitions as lines; separators inside are characters of it."""
        lines = self.raw(number).split(self.delimiters.repetition)
        return "\n".join(map(self.delimiters.decode, lines)).strip()


@dataclass(frozen=True, slots=True)
class Field:
    """One repetition of a field."""

    raw: str
    delimiters: Delimiters

    def value(self, component: int = 1, *, sub: int = 1) -> str:
        """A component, decoded; empty if absent."""
        components = self.raw.split(self.delimiters.component)
        if component > len(components):
            return ""
        parts = components[component - 1].split(self.delimiters.subcomponent)
        found = parts[sub - 1] if sub <= len(parts) else ""
        return "" if found == _NULL else self.delimiters.decode(found).strip()


@dataclass(frozen=True, slots=True)
class Group:
    """A segment with those that follow it until the next of its kind."""

    head: Segment
    rest: tuple[Segment, ...] = ()

    def all(self, name: str) -> list[Segment]:
        """The following segments of a name."""
        return [each for each in self.rest if each.name == name]

    def first(self, name: str) -> Segment:
        """The first of a name; one without fields where there is none."""
        return next((each for each in self.rest if each.name == name), _absent(name, self.head))


@dataclass(frozen=True)
class Message:
    """A message: its segments in order. `raw` is what was sent, without framing."""

    segments: Sequence[Segment]
    raw: bytes = field(repr=False)

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]

    @cached_property
    def family(self) -> str:
        """The message type, e.g. `ORU`; MSH-9 beats EVN-1."""
        return self.header.value(9).upper()

    @cached_property
    def trigger(self) -> str:
        """The trigger event, e.g. `R01`; where MSH-9 names none, its structure or EVN-1 does."""
        named = self.header.value(9, 2).upper()
        structure = self.header.value(9, 3).upper().partition("_")[2]
        return named or structure or self.first("EVN").value(1).upper()

    @property
    def kind(self) -> str:
        """Type and trigger as they are shown: `ORU^R01`."""
        return f"{self.family}^{self.trigger}" if self.trigger else self.family

    @property
    def control_id(self) -> str:
        """MSH-10."""
        return self.header.value(10)

    @property
    def test(self) -> bool:
        """Whether MSH-11 says training or debugging: nothing of it may be billed."""
        return self.header.value(11).upper() in ("T", "D")

    @property
    def acknowledges(self) -> bool:
        """Whether it is an answer itself (has an MSA): it is never acknowledged."""
        return any(each.name == "MSA" for each in self.segments)

    def first(self, name: str) -> Segment:
        """The first segment of a name; one without fields where there is none."""
        found = (each for each in self.segments if each.name == name)
        return next(found, _absent(name, self.header))

    def all(self, name: str) -> list[Segment]:
        """Every segment of a name."""
        return [each for each in self.segments if each.name == name]

    def groups(self, *heads: str) -> list[Group]:
        """The message cut at segments of these names; what stands before the first is left out."""
        found: list[tuple[Segment, list[Segment]]] = []
        for each in self.segments:
            if each.name in heads:
                found.append((each, []))
            elif found:
                found[-1][1].append(each)
        return [Group(head, tuple(rest)) for head, rest in found]


def _absent(name: str, like: Segment) -> Segment:
    return Segment(name, (), like.delimiters)


def without_field(segments: Iterable[Segment], name: str, number: int) -> str:
    """The segments written out again, one field of one of them left empty."""
    lines = []
    for each in segments:
        fields = list(each.fields)
        if each.name == name and number < len(fields):
            fields[number] = ""
        lines.append(each.delimiters.field.join(fields))
    return "\r".join(lines)
