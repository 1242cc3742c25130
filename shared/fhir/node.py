"""A place in a JSON document that may be anything: asking it never fails, only finds nothing."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coding:
    """One code: system as sent, code, and what the sender calls it."""

    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document. What is absent, null or of another type reads as empty."""

    value: object = None

    def __bool__(self) -> bool:
        return self.value not in (None, "", [], {})

    def __getitem__(self, name: str) -> "Node":
        return Node(self.value.get(name)) if isinstance(self.value, dict) else Node()

    def __iter__(self) -> Iterator["Node"]:
        """The items of a list; an object where a list belongs counts as a list of one."""
        if isinstance(self.value, list):
            return (Node(each) for each in self.value)
        return iter((self,) if isinstance(self.value, dict) else ())

    @property
    def first(self) -> "Node":
        """The first item."""
        return next(iter(self), Node())

    def text(self, name: str | None = None) -> str:
        """The string here or under a name; numbers as they are written."""
        value = self.value if name is None else self[name].value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
        return value.replace("\x00", "").strip() if isinstance(value, str) else ""

    @property
    def type(self) -> str:
        """`resourceType`."""
        return self.text("resourceType")

    def codings(self) -> list[Coding]:
        """The codes of a CodeableConcept."""
        return [
            Coding(each.text("system"), each.text("code"), each.text("display"))
            for each in self["coding"]
        ]

    def words(self) -> str:
        """What a CodeableConcept says to people: its text, else the first display."""
        found = (each.display for each in self.codings() if each.display)
        return self.text("text") or next(found, "")

    def has_code(self, *codes: str) -> bool:
        """Whether a CodeableConcept has one of these codes, in whatever system."""
        return any(each.code in codes for each in self.codings())

    def identifiers(self, kind: str | None = None) -> list[str]:
        """The values of `identifier`; of one type (`MR`, `ACSN`, …) where named."""
        return [
            each.text("value")
            for each in self["identifier"]
            if each.text("value") and (kind is None or each["type"].has_code(kind))
        ]
