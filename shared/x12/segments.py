"""The one tokenizer for every X12 file that comes in.

Delimiters are read from each ISA, never assumed; a byte-order mark, line ends and blanks between
segments are dropped; a file may hold several interchanges with delimiters of their own.
"""

from collections.abc import Iterator
from typing import NamedTuple

_ISA_ELEMENTS = 16
_BLANK = " \t\r\n"


class NotX12(ValueError):  # noqa: N818 - says what the bytes are
    """The bytes hold no readable interchange. `code` is stable; no content is quoted."""

    def __init__(self, code: str, says: str) -> None:
        super().__init__(says)
        self.code = code
        self.says = says


class Delimiters(NamedTuple):
    """What separates elements, components, repeats and segments in one interchange."""

    element: str
    component: str
    repetition: str | None
    terminator: str


class Segment(NamedTuple):
    """One segment. `elements[0]` is element 01; `position` counts from 0 through the file."""

    id: str
    elements: list[str]
    position: int
    delimiters: Delimiters

    def get(self, number: int) -> str:
        """Element by its number in the guide (1 = first); empty where absent."""
        return self.elements[number - 1].strip() if number <= len(self.elements) else ""

    def parts(self, number: int) -> list[str]:
        """The components of an element; empty where the element is."""
        value = self.get(number)
        return [part.strip() for part in value.split(self.delimiters.component)] if value else []

    def part(self, number: int, component: int) -> str:
        """One component of an element; empty where absent."""
        parts = self.parts(number)
        return parts[component - 1] if component <= len(parts) else ""


def tokenize(data: bytes) -> Iterator[Segment]:
    """Every segment of the file, ISA and IEA included.

    Raises:
        NotX12: the file does not begin with a readable ISA.
    """
    text = _decoded(data)
    at = _skip_blank(text, 0)
    if not text.startswith("ISA", at):
        raise NotX12("no-interchange", "The file does not begin with an ISA segment.")
    position = 0
    delimiters: Delimiters | None = None
    while at < len(text):
        if delimiters is None or _opens_interchange(text, at):
            delimiters = _delimiters(text, at)
        end = text.find(delimiters.terminator, at)
        if end < 0:
            end = len(text)
        raw = text[at:end].strip(_BLANK)
        if raw:
            name, *elements = raw.split(delimiters.element)
            yield Segment(name.strip(), elements, position, delimiters)
            position += 1
        at = _skip_blank(text, end + 1)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _skip_blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _opens_interchange(text: str, at: int) -> bool:
    """Whether an ISA begins here; its delimiters may differ from those before."""
    if not text.startswith("ISA", at):
        return False
    following = text[at + 3 : at + 4]
    return (
        bool(following)
        and not following.isalnum()
        and text.count(following, at, at + 200) >= _ISA_ELEMENTS
    )


def _delimiters(text: str, at: int) -> Delimiters:
    """Read the separators by counting elements, so an ISA with wrong padding is still read."""
    element = text[at + 3 : at + 4]
    if not element or element.isalnum() or element in _BLANK:
        raise NotX12("unreadable-isa", "The ISA names no usable element separator.")
    parts = text[at : at + 200].split(element, _ISA_ELEMENTS)
    if len(parts) <= _ISA_ELEMENTS or len(parts[_ISA_ELEMENTS]) < 2:
        raise NotX12("unreadable-isa", "The ISA has fewer than sixteen elements.")
    component, terminator = parts[_ISA_ELEMENTS][0], parts[_ISA_ELEMENTS][1]
    repetition = parts[11].strip()
    if terminator.isalnum() or terminator in (element, component):
        raise NotX12("unreadable-isa", "The ISA names no usable segment terminator.")
    known = len(repetition) == 1 and not repetition.isalnum()
    return Delimiters(element, component, repetition if known else None, terminator)
