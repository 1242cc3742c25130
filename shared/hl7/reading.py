"""From bytes to messages. Whatever the bytes are: an answer within limits, or `Unreadable`."""

import hashlib
import re
from collections.abc import Iterator
from itertools import islice

from shared.hl7.escapes import Delimiters
from shared.hl7.message import Message, Segment, without_field
from shared.kernel.refused import Refused

MESSAGE_BYTES = 10 * 2**20
SEGMENTS = 5_000
REPETITIONS = 1_000
LINES = 100_000
"""Lines, those included that continue a segment."""

FIELDS = 500
"""Where the cutting of a segment ends: what comes after is one field and asked for by nobody."""

MESSAGES = 1_000
"""How many messages one body may carry."""

FAMILIES = frozenset({"SIU", "ADT", "DFT", "ORM", "OML", "ORU", "MDM", "ACK"})
"""Message types that are served; a type of another family is refused."""

_PROCESSING = frozenset({"P", "T", "D"})
_BATCH = frozenset({"FHS", "BHS", "BTS", "FTS"})
_FRAMING = b"\x0b\x1c\x00"
_MSH = re.compile(rb"MSH[^A-Za-z0-9\s]")
_TRAILER = re.compile(rb"(?:^|(?<=[\r\n]))(?:FHS|BHS|BTS|FTS)[^A-Za-z0-9\s][^\r\n]*[\r\n]*")
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}(?=[|\r\n]|$)")
_BLANK_LINES = re.compile(r"\r\r+")
_CHARSETS = {"ASCII": "ascii", "UNICODE UTF-8": "utf-8", "UTF-8": "utf-8", "UTF8": "utf-8"}


class Unreadable(Refused):
    """No message can be read from the bytes; `field` is the location for ERR-2.

    status: what an HTTP sender gets. error: the HL70357 code. message: what was read of it, enough
    to answer. Never a word of the bytes.
    """

    def __init__(
        self,
        code: str,
        reason: str,
        *,
        status: int = 400,
        error: str = "207",
        place: str = "MSH^1",
        message: Message | None = None,
    ) -> None:
        super().__init__(code, reason, place)
        self.status = status
        self.error = error
        self.message = message


def split(body: bytes) -> list[bytes]:
    """The messages of a body: one, or those of a batch; framing and batch segments are left out.

    Raises:
        Unreadable: too large, too many, or nothing that begins with MSH.
    """
    if len(body) > MESSAGE_BYTES:
        raise Unreadable("too-large", "a message may have 10 MiB", status=413)
    clean = body.removeprefix(b"\xef\xbb\xbf")
    starts = list(islice(_starts(clean), MESSAGES + 1))
    if not starts:
        raise Unreadable("msh-unreadable", "nothing here begins with an MSH segment", error="100")
    if len(starts) > MESSAGES:
        raise Unreadable("too-many", f"a body may carry {MESSAGES} messages")
    pieces = [
        clean[start:end] for start, end in zip(starts, [*starts[1:], len(clean)], strict=True)
    ]
    batched = any(name in clean for name in (b"BHS", b"FHS", b"BTS", b"FTS"))
    return [_TRAILER.sub(b"", each) if batched else each for each in pieces]


def _starts(body: bytes) -> Iterator[int]:
    """Where lines begin with MSH and a separator."""
    at = body.find(b"MSH")
    while at >= 0:
        if (at == 0 or body[at - 1] in b"\r\n\x0b") and _MSH.match(body, at):
            yield at
        at = body.find(b"MSH", at + 3)


def parse(raw: bytes) -> Message:
    """One message, its header checked.

    Raises:
        Unreadable: the header cannot be read, a limit is passed, the type is of no served family,
            or MSH-11 says none of P, T, D.
    """
    lines, delimiters = _lines(raw)
    if len(lines) > SEGMENTS:
        raise Unreadable("too-many-segments", f"a message may have {SEGMENTS} segments")
    segments = tuple(_segment(line, delimiters) for line in lines)
    message = Message(segments, raw)
    _check_repetitions(message)
    if not message.family:
        says, place = "MSH-9 names no message type", "MSH^1^9"
        raise Unreadable("msh-unreadable", says, error="101", place=place, message=message)
    if message.family not in FAMILIES and not message.acknowledges:
        raise Unreadable(
            "type-unsupported",
            "this message type is not taken",
            status=415,
            error="200",
            place="MSH^1^9",
            message=message,
        )
    if message.header.value(11).upper() not in _PROCESSING:
        raise Unreadable(
            "processing-id-undefined",
            "MSH-11 is none of P, T and D",
            error="202",
            place="MSH^1^11",
            message=message,
        )
    return message


def digest(message: Message) -> bytes:
    """What a message says, whenever it was sent: its content without MSH-7."""
    return hashlib.sha256(without_field(message.segments, "MSH", 7).encode()).digest()


def _lines(raw: bytes) -> tuple[list[str], Delimiters]:
    """The segments as text, lines that begin none joined to the one before."""
    text = _decoded(raw.strip(_FRAMING + b"\r\n\t ").replace(b"\x00", b""))
    if not text.startswith("MSH"):
        raise Unreadable("msh-unreadable", "the message does not begin with MSH", error="100")
    text = _BLANK_LINES.sub("\r", text.replace("\n", "\r"))
    if text.count("\r") > LINES:
        raise Unreadable("too-many-segments", f"a message may have {LINES} lines")
    delimiters = _delimiters(text.partition("\r")[0])
    start = _SEGMENT if delimiters.field == "|" else _segment_start(delimiters.field)
    found: list[list[str]] = []
    for line in text.split("\r"):
        if start.match(line):
            found.append([line])
        elif line and line.strip("\x0b\x1c \t"):
            found[-1].append(line)
        if len(found) > SEGMENTS:
            break
    # A joined line break is decoded to one like every other.
    lines = ["\r".join(each) for each in found]
    return [each for each in lines if each[:3] not in _BATCH], delimiters


def _segment_start(separator: str) -> re.Pattern[str]:
    return re.compile(rf"[A-Z][A-Z0-9]{{2}}(?={re.escape(separator)}|$)")


def _decoded(raw: bytes) -> str:
    """By MSH-18 where it names a character set we know, else UTF-8, else Windows-1252."""
    header = re.split(rb"[\r\n]", raw, maxsplit=1)[0]
    fields = header.split(header[3:4]) if len(header) > 3 else []
    named = (
        fields[17].split(b"~")[0].decode("ascii", "replace").strip().upper() if fields[17:] else ""
    )
    tried = [_CHARSETS.get(named, ""), "utf-8", "cp1252"]
    if named.startswith("8859/") and named[5:].isdecimal() and 1 <= int(named[5:]) <= 15:
        tried.insert(0, f"iso8859-{int(named[5:])}")
    for charset in tried:
        try:
            if charset:
                return raw.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("cp1252", errors="replace")


def _delimiters(header: str) -> Delimiters:
    """The separators MSH declares.

    Raises:
        Unreadable: they are letters, digits, blanks, or one of them twice.
    """
    separator = header[3:4]
    declared = header[4:].split(separator, 1)[0].rstrip("\r") if separator else ""
    marks = [separator, *declared[:4]]
    good = (
        len(declared) in (0, 4, 5)  # the fifth is the truncation mark of version 2.7
        and separator != ""
        and len(set(marks)) == len(marks)
        and not any(each.isalnum() or each.isspace() or each < "!" for each in marks)
    )
    if not good:
        says = "MSH-1 and MSH-2 declare no usable separators"
        raise Unreadable("msh-unreadable", says, error="102", place="MSH^1^2")
    if not declared:
        return Delimiters(field=separator)
    return Delimiters(separator, *marks[1:])


def _segment(line: str, delimiters: Delimiters) -> Segment:
    fields = line.split(delimiters.field, FIELDS)
    if fields[0] == "MSH":
        # MSH-1 is the separator itself.
        fields.insert(1, delimiters.field)
    return Segment(fields[0], fields, delimiters)


def _check_repetitions(message: Message) -> None:
    mark = message.header.delimiters.repetition
    for segment in message.segments:
        if any(each.count(mark) >= REPETITIONS for each in segment.fields):
            says = f"a field may have {REPETITIONS} repetitions"
            raise Unreadable("too-many-repetitions", says, message=message)
