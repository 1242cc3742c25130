"""The text inside an official file: the member of a ZIP, or the bare file."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from shared.kernel.refused import Refused

MOST_BYTES = 512 * 2**20
"""Of text in one member; a part of the pair edits has about 50 MB."""

_MOST_MEMBERS = 100
_MOST_RATIO = 200
"""Text of codes shrinks ten to thirty times; what shrinks more is made to fill a disk."""

_HEAD_BYTES = 64 * 2**10
_TEXT = (".txt", ".csv")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # encrypted; a compression that is not known (NotImplementedError) is one too
    UnicodeDecodeError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A text and where it stands.

    names: of the ZIP and of the member, for what they say of the release. path, inside: where to
    read it. head: its first bytes.
    """

    names: str
    name: str
    path: Path
    inside: str | None
    size: int
    head: bytes

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The text as bytes, from the beginning.

        Raises:
            Refused: the ZIP is damaged, cut off or encrypted.
        """
        with _opened(self.path, self.inside) as stream:
            yield stream

    def content_hash(self) -> str:
        """SHA-256 of the text; reads it whole, so a damaged or cut file is found before loading.

        Raises:
            Refused: it is damaged, or ends in the middle of a row.
        """
        digest = sha256()
        tail = b""
        with self.open() as stream:
            while chunk := stream.read(2**20):
                digest.update(chunk)
                tail = (tail + chunk)[-_HEAD_BYTES:]
        if _is_cut_off(tail):
            says = f"{self.name} ends in the middle of a row: it was cut off, download it again"
            raise Refused("cut-off", says)
        return digest.hexdigest()


def members_of(path: Path, file_name: str) -> list[Member]:
    """The texts of a file: itself, or what a ZIP holds beside spreadsheets and PDFs.

    Raises:
        Refused: it is no text and no ZIP, or a ZIP that cannot be opened safely.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    name = PurePosixPath(file_name.replace("\\", "/")).name
    if zipfile.is_zipfile(path):
        return _inside(path, name)
    if head.startswith(b"PK") or name.lower().endswith(".zip"):
        raise Refused("not-a-zip", f"{name} is no whole ZIP: it is damaged or was cut off")
    size = path.stat().st_size
    _check_size(name, size)
    if not head.strip():
        raise Refused("empty", f"{name} is empty")
    if b"\0" in head:
        raise Refused("not-text", f"{name} is neither a ZIP nor a text")
    return [Member(name, name, path, None, size, head)]


def _inside(path: Path, zip_name: str) -> list[Member]:
    with _damaged(zip_name), zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if len(entries) > _MOST_MEMBERS:
            raise Refused("not-the-file", f"{zip_name} has more than {_MOST_MEMBERS} members")
        texts = [entry for entry in entries if entry.filename.lower().endswith(_TEXT)]
        if not texts:
            raise Refused("no-text", f"{zip_name} holds no .txt and no .csv")
        for entry in texts:
            _check_size(entry.filename, entry.file_size)
            if entry.file_size > _MOST_RATIO * max(entry.compress_size, 1024):
                raise Refused("too-large", f"{entry.filename} grows too much when it is unpacked")
        found = []
        for entry in texts:
            with archive.open(entry) as stream:
                head = stream.read(_HEAD_BYTES)
            name = PurePosixPath(entry.filename).name
            names = f"{zip_name}/{name}"
            found.append(Member(names, name, path, entry.filename, entry.file_size, head))
        return found


@contextmanager
def _opened(path: Path, inside: str | None) -> Iterator[BinaryIO]:
    if inside is None:
        with path.open("rb") as bare:
            yield bare
        return
    with _damaged(inside), zipfile.ZipFile(path) as archive, archive.open(inside) as stream:
        yield cast("BinaryIO", stream)


@contextmanager
def _damaged(name: str) -> Iterator[None]:
    """What the ZIP library says of a damaged archive is said in one sentence."""
    try:
        yield
    except _BROKEN:
        says = f"{name} cannot be unpacked: the ZIP is damaged, cut off or encrypted"
        raise Refused("not-a-zip", says) from None


def _check_size(name: str, size: int) -> None:
    if size > MOST_BYTES:
        raise Refused("too-large", f"{name} has more than {MOST_BYTES} bytes")


def _is_cut_off(tail: bytes) -> bool:
    """Whether a text without a last line end ends within a row.

    Its last row is whole when an earlier one has as many cells and the same last cell (a rationale,
    an indicator), or, of fixed width, when the two descriptions are equal.
    """
    lines = tail.splitlines()
    if not lines or tail.endswith(b"\n"):
        return False
    last = lines[-1]
    if last[16:76].strip() and last[16:76].strip() == last[77:].strip():
        return False
    separated = re.search(rb"[\t,][^\t,]*$", last)
    if separated is None:
        return True
    end, separator = separated[0], separated[0][:1]
    return not any(
        line.endswith(end) and line.count(separator) == last.count(separator) for line in lines[:-1]
    )
