"""The one tokenizer for every X12 file that comes in.

Delimiters are read from each ISA, never assumed; a byte-order mark, line ends and blanks between
segments are dropped; a file may hold several interchanges with delimiters of their own. A file is
read a piece at a time, so its size costs no memory.
"""

import codecs
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_ISA_ELEMENTS = 16
_ISA_LONGEST = 200
_BLANK = " \t\r\n"
_PIECE = 2**16


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
        try:
            return self.elements[number - 1].strip()
        except IndexError:
            return ""

    def parts(self, number: int) -> list[str]:
        """The components of an element; empty where the element is."""
        value = self.get(number)
        if not value:
            return []
        parts = value.split(self.delimiters.component)
        return [part.strip() for part in parts] if " " in value else parts

    def part(self, number: int, component: int) -> str:
        """One component of an element; empty where absent."""
        parts = self.parts(number)
        return parts[component - 1] if component <= len(parts) else ""


def tokenize(data: bytes) -> Iterator[Segment]:
    """Every segment of the file, ISA and IEA included.

    Raises:
        NotX12: the file does not begin with a readable ISA.
    """
    return tokenize_pieces(data[at : at + _PIECE] for at in range(0, len(data), _PIECE))


def tokenize_pieces(pieces: Iterable[bytes]) -> Iterator[Segment]:
    """The same of a file that comes piece by piece; no more than one piece is held.

    Raises:
        NotX12: the file does not begin with a readable ISA.
    """
    position = 0
    for texts, delimiters in _runs(_decoded(pieces)):
        element = delimiters.element
        for text in texts:
            if text:
                name, *elements = text.split(element)
                yield Segment(name.strip(), elements, position, delimiters)
                position += 1


def _runs(texts: Iterator[str]) -> Iterator[tuple[list[str], Delimiters]]:
    """Segments as they become complete, in runs between the same delimiters."""
    held = ""
    delimiters: Delimiters | None = None
    ended = False
    while not ended:
        text = next(texts, None)
        ended = text is None
        held += text or ""
        if delimiters is None:
            held = held.lstrip(_BLANK)
            if len(held) < _ISA_LONGEST and not ended:
                continue
            delimiters = _first_delimiters(held)
        while True:
            raw = held.split(delimiters.terminator)
            held = "" if ended else raw.pop()
            at, following = _change(raw, held, delimiters)
            yield [each.strip(_BLANK) for each in raw[:at]], delimiters
            if following is None:
                break
            held = delimiters.terminator.join([*raw[at:], held])
            delimiters = following


def _change(raw: list[str], rest: str, current: Delimiters) -> tuple[int, Delimiters | None]:
    """The first segment that opens an interchange with other delimiters than these, and them."""
    for at, text in enumerate(raw):
        if "ISA" in text:
            following = _opening(text, current)
            if following is not None and following != current:
                return at, following
    following = _opening(rest, current) if len(rest) >= _ISA_LONGEST else None
    return len(raw), following if following != current else None


def _opening(text: str, current: Delimiters) -> Delimiters | None:
    """The delimiters of an ISA that begins here; None where none that can be read does."""
    text = text.lstrip(_BLANK)
    if not text.startswith("ISA"):
        return None
    try:
        return _delimiters(text + current.terminator)
    except NotX12:
        return None


def _decoded(pieces: Iterable[bytes]) -> Iterator[str]:
    """Text of the pieces: UTF-8, from the first byte that is none Latin-1; NUL is a blank."""
    decoder: codecs.IncrementalDecoder = codecs.getincrementaldecoder("utf-8-sig")()
    for sent in pieces:
        piece = sent.replace(b"\0", b" ")
        try:
            yield decoder.decode(piece)
        except UnicodeDecodeError:
            held, _ = decoder.getstate()
            decoder = codecs.getincrementaldecoder("latin-1")()
            yield decoder.decode(held + piece)
    held, _ = decoder.getstate()
    yield bytes(held).decode("latin-1")


def _first_delimiters(text: str) -> Delimiters:
    if not text.startswith("ISA"):
        raise NotX12("no-interchange", "The file does not begin with an ISA segment.")
    return _delimiters(text)


def _delimiters(text: str) -> Delimiters:
    """Read the separators by counting elements, so an ISA with wrong padding is still read."""
    element = text[3:4]
    if not element or element.isalnum() or element in _BLANK:
        raise NotX12("unreadable-isa", "The ISA names no usable element separator.")
    parts = text[:_ISA_LONGEST].split(element, _ISA_ELEMENTS)
    if len(parts) <= _ISA_ELEMENTS or len(parts[_ISA_ELEMENTS]) < 2:
        raise NotX12("unreadable-isa", "The ISA has fewer than sixteen elements.")
    component, terminator = parts[_ISA_ELEMENTS][0], parts[_ISA_ELEMENTS][1]
    repetition = parts[11].strip()
    if terminator.isalnum() or terminator in (element, component, " "):
        raise NotX12("unreadable-isa", "The ISA names no usable segment terminator.")
    known = len(repetition) == 1 and not repetition.isalnum()
    return Delimiters(element, component, repetition if known else None, terminator)
